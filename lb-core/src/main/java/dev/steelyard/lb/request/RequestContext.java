package dev.steelyard.lb.request;

import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

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
  private static final RequestContext EMPTY = new RequestContext(null, false, Set.of(), Map.of());

  private final @Nullable String key;
  private final boolean idempotent;
  private final Set<String> excludedInstances;
  private final Map<String, String> hints;

  private RequestContext(
      @Nullable String key,
      boolean idempotent,
      Set<String> excludedInstances,
      Map<String, String> hints) {
    this.key = key;
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
    return new RequestContext(notBlank(key, "key"), false, Set.of(), Map.of());
  }

  /**
   * Returns a copy that says whether the request may be sent twice without harm.
   *
   * @param mayBeRepeated true if sending it again does no harm. Default: false
   * @return the copy
   */
  public RequestContext idempotent(boolean mayBeRepeated) {
    return new RequestContext(key, mayBeRepeated, excludedInstances, hints);
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
    return new RequestContext(key, idempotent, Set.copyOf(union), hints);
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
    return new RequestContext(key, idempotent, excludedInstances, Map.copyOf(extended));
  }

  /**
   * Returns the key that the request belongs to.
   *
   * @return the key, or null if it belongs to none
   */
  public @Nullable String key() {
    return key;
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
        + (key == null ? "none" : "given") // a key may be personal data
        + ", idempotent="
        + idempotent
        + ", excluded="
        + excludedInstances
        + ", hints="
        + hints.keySet()
        + "]";
  }
}
