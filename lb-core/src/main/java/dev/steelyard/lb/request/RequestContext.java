package dev.steelyard.lb.request;

import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request brings to the choice of an instance. Immutable; {@link #empty()} allocates
 * nothing.
 */
public final class RequestContext {
  private static final RequestContext EMPTY =
      new RequestContext(Subject.NONE, false, Set.of(), Map.of());

  private final Subject subject;
  private final boolean idempotent;
  private final Set<String> excludedInstances;
  private final Map<String, String> hints;

  /** Whom the request is for, as far as it was said; an address as its 16 bytes. */
  private record Subject(
      @Nullable String key,
      boolean hasKeyHash,
      long keyHash,
      boolean hasAddress,
      long addressHigh,
      long addressLow) {
    static final Subject NONE = new Subject(null, false, 0, false, 0, 0);
  }

  private RequestContext(
      Subject subject,
      boolean idempotent,
      Set<String> excludedInstances,
      Map<String, String> hints) {
    this.subject = subject;
    this.idempotent = idempotent;
    this.excludedInstances = excludedInstances;
    this.hints = hints;
  }

  /**
   * Returns the context of a request that brings nothing.
   *
   * @return always the same object
   */
  public static RequestContext empty() {
    return EMPTY;
  }

  /**
   * Returns the context of a request that belongs to a key: a user, a session, a tenant, a shard.
   * Selectors that hash send equal keys to the same instance; the others take no notice.
   *
   * @param key the key, not blank
   * @return a new context
   */
  public static RequestContext forKey(String key) {
    Subject subject = new Subject(notBlank(key, "key"), false, 0, false, 0, 0);
    return new RequestContext(subject, false, Set.of(), Map.of());
  }

  /**
   * Returns a copy with a hash that is ready to use: selectors that hash go by it as it is,
   * whatever the key. For keys that are no text, or to hash a key once for many requests.
   *
   * @param hash 64 bits; equal ones go to the same instance
   * @return the copy
   */
  public RequestContext withKeyHash(long hash) {
    Subject more =
        new Subject(
            subject.key, true, hash, subject.hasAddress, subject.addressHigh, subject.addressLow);
    return new RequestContext(more, idempotent, excludedInstances, hints);
  }

  /**
   * Returns a copy with the address of the client on whose behalf the request is sent.
   *
   * @param address where the client is; a scope is ignored
   * @return the copy
   */
  public RequestContext withClientAddress(InetAddress address) {
    byte[] octets = address.getAddress();
    long high = 0;
    long low = 0xFFFF; // ::ffff:a.b.c.d, of which four octets are to come
    if (octets.length > 4) {
      for (int i = 0; i < 8; i++) {
        high = high << 8 | (octets[i] & 0xFF);
      }
    }
    for (int i = Math.max(octets.length - 8, 0); i < octets.length; i++) {
      low = low << 8 | (octets[i] & 0xFF);
    }
    Subject more = new Subject(subject.key, subject.hasKeyHash, subject.keyHash, true, high, low);
    return new RequestContext(more, idempotent, excludedInstances, hints);
  }

  /**
   * Returns a copy that says whether the request may be sent twice without harm.
   *
   * @param mayBeRepeated true if sending it again does no harm. Default: false
   * @return the copy
   */
  public RequestContext idempotent(boolean mayBeRepeated) {
    return new RequestContext(subject, mayBeRepeated, excludedInstances, hints);
  }

  /**
   * Returns a copy that excludes these instances, besides those excluded already.
   *
   * @param instanceIds ids of instances; unknown ones do no harm
   * @return the copy
   */
  public RequestContext excluding(Collection<String> instanceIds) {
    Set<String> union = new HashSet<>(excludedInstances);
    union.addAll(instanceIds);
    return new RequestContext(subject, idempotent, Set.copyOf(union), hints);
  }

  /**
   * Returns a copy with one more hint: an attribute that a selector of the user's may look at.
   *
   * @param name the name of the hint
   * @param value its value
   * @return the copy
   */
  public RequestContext withHint(String name, String value) {
    Map<String, String> extended = new HashMap<>(hints);
    extended.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
    return new RequestContext(subject, idempotent, excludedInstances, Map.copyOf(extended));
  }

  /**
   * Returns the key that the request belongs to.
   *
   * @return the key, or null if it belongs to none
   */
  public @Nullable String key() {
    return subject.key;
  }

  /**
   * Returns whether the request brings a ready hash.
   *
   * @return whether {@link #withKeyHash} was called
   */
  public boolean hasKeyHash() {
    return subject.hasKeyHash;
  }

  /**
   * Returns the ready hash.
   *
   * @return the hash, 0 if there is none
   */
  public long keyHash() {
    return subject.keyHash;
  }

  /**
   * Returns whether the request brings the address of its client.
   *
   * @return whether {@link #withClientAddress} was called
   */
  public boolean hasClientAddress() {
    return subject.hasAddress;
  }

  /**
   * Returns the first eight bytes of the client's address in its IPv6 form, {@code ::ffff:a.b.c.d}
   * for IPv4.
   *
   * @return the bytes in network order, 0 if there is no address
   */
  public long clientAddressHigh() {
    return subject.addressHigh;
  }

  /**
   * Returns the last eight bytes of the client's address in its IPv6 form.
   *
   * @return the bytes in network order, 0 if there is no address
   */
  public long clientAddressLow() {
    return subject.addressLow;
  }

  /**
   * Returns whether the request may be sent twice without harm.
   *
   * @return false unless said otherwise
   */
  public boolean isIdempotent() {
    return idempotent;
  }

  /**
   * Returns the ids of the instances that must not be chosen.
   *
   * @return an immutable set
   */
  public Set<String> excludedInstances() {
    return excludedInstances;
  }

  /**
   * Returns the hints.
   *
   * @return an immutable map
   */
  public Map<String, String> hints() {
    return hints;
  }

  @Override
  public String toString() {
    return "RequestContext[key="
        + (key() == null ? "none" : "given") // a key may be personal data, and so may an address
        + ", keyHash="
        + (hasKeyHash() ? "given" : "none")
        + ", clientAddress="
        + (hasClientAddress() ? "given" : "none")
        + ", idempotent="
        + idempotent
        + ", excluded="
        + excludedInstances
        + ", hints="
        + hints.keySet()
        + "]";
  }
}
