package dev.steelyard.lb.registry;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One server of a service, as an immutable value. Two instances are the same server to a registry
 * when their ids are equal.
 *
 * @param id the identity within a registry, not blank; by default {@code host:port} of the URI
 * @param uri where the instance listens: an absolute URI with a host, without user info, query or
 *     fragment. A path is a prefix of every request to it
 * @param weight the configured share relative to the others: finite and at least 0; 0 means "no new
 *     requests"
 * @param zone the failure domain, or null if unknown
 * @param metadata free attributes, copied
 */
public record Instance(
    String id, URI uri, double weight, @Nullable String zone, Map<String, String> metadata) {

  /** The weight of an instance that was given none: {@value}. */
  public static final double DEFAULT_WEIGHT = 1.0;

  /**
   * Validates and copies.
   *
   * @param id the identity within a registry
   * @param uri where the instance listens
   * @param weight the configured share relative to the others
   * @param zone the failure domain, or null if unknown
   * @param metadata free attributes
   * @throws IllegalArgumentException if a component breaks its rule; the message names the
   *     instance, the component, the value and the rule
   */
  public Instance {
    notBlank(id, "id");
    InstanceAddress.validate(requireNonNull(uri, "uri"));
    check(
        weight >= 0 && weight <= Double.MAX_VALUE,
        "weight of instance " + id,
        weight,
        "finite and >= 0");
    weight += 0.0; // -0.0 becomes 0.0, which it does not equal in a record
    if (zone != null) {
      notBlank(zone, "zone of instance " + id);
    }
    metadata = Map.copyOf(metadata);
  }

  /**
   * Parses an address: an absolute URI ({@code https://10.0.0.1:8443}, {@code
   * http://[::1]:8080/base}), or {@code host:port}, {@code [ipv6]:port} or a bare host, which are
   * taken as {@code http}.
   *
   * @param address the address
   * @return an instance of weight {@value #DEFAULT_WEIGHT} whose id is {@code host:port}
   * @throws IllegalArgumentException if the address has no host, a port out of range, user info, a
   *     query or a fragment, or is an IPv6 address without brackets
   */
  public static Instance of(String address) {
    return of(InstanceAddress.parse(requireNonNull(address, "address")));
  }

  /**
   * Makes an instance of a URI.
   *
   * @param uri where the instance listens
   * @return an instance of weight {@value #DEFAULT_WEIGHT} whose id is {@code host:port}
   * @throws IllegalArgumentException if the URI breaks the rules of {@link #uri}
   */
  public static Instance of(URI uri) {
    InstanceAddress.validate(requireNonNull(uri, "uri"));
    return new Instance(InstanceAddress.defaultId(uri), uri, DEFAULT_WEIGHT, null, Map.of());
  }

  /**
   * Returns a copy with another id.
   *
   * @param newId the identity within a registry
   * @return the copy
   */
  public Instance withId(String newId) {
    return new Instance(newId, uri, weight, zone, metadata);
  }

  /**
   * Returns a copy with another weight.
   *
   * @param newWeight finite and at least 0
   * @return the copy
   * @throws IllegalArgumentException if the weight is NaN, infinite or negative
   */
  public Instance withWeight(double newWeight) {
    return new Instance(id, uri, newWeight, zone, metadata);
  }

  /**
   * Returns a copy with another zone.
   *
   * @param newZone the failure domain, or null if unknown
   * @return the copy
   */
  public Instance withZone(@Nullable String newZone) {
    return new Instance(id, uri, weight, newZone, metadata);
  }

  /**
   * Returns a copy with one more attribute.
   *
   * @param key the attribute
   * @param value its value
   * @return the copy
   */
  public Instance withMetadata(String key, String value) {
    Map<String, String> extended = new HashMap<>(metadata);
    extended.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
    return new Instance(id, uri, weight, zone, extended);
  }

  /**
   * Returns the host of the URI, in lower case and without the brackets of an IPv6 address.
   *
   * @return the host
   */
  public String host() {
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * Returns the port of the URI, or the default one of its scheme.
   *
   * @return the port; 80 and 443 where {@code http} and {@code https} name none; -1 for another
   *     scheme that names none
   */
  public int port() {
    return InstanceAddress.effectivePort(uri);
  }
}
