package dev.steelyard.lb.select;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The endpoints that a pick must not return: those the request excludes by id, and those that an
 * earlier attempt of the same call was sent to. Immutable; {@link #none()} allocates nothing.
 *
 * <p>{@link #contains} is linear in the attempts of one call, which are few.
 */
public final class Exclusions {
  private static final Endpoint[] NO_ENDPOINTS = {};
  private static final Exclusions NONE = new Exclusions(Set.of(), NO_ENDPOINTS);

  private final Set<String> instanceIds;
  private final Endpoint[] endpoints;

  private Exclusions(Set<String> instanceIds, Endpoint[] endpoints) {
    this.instanceIds = instanceIds;
    this.endpoints = endpoints;
  }

  /**
   * Returns the exclusion of nothing.
   *
   * @return always the same object
   */
  public static Exclusions none() {
    return NONE;
  }

  /**
   * Returns the exclusion of these instances.
   *
   * @param instanceIds ids of instances
   * @return {@link #none()} if there are none
   */
  public static Exclusions of(Set<String> instanceIds) {
    return instanceIds.isEmpty() ? NONE : new Exclusions(Set.copyOf(instanceIds), NO_ENDPOINTS);
  }

  /**
   * Returns the exclusion of one endpoint more.
   *
   * @param endpoint what was tried
   * @return the extended exclusions
   */
  public Exclusions plus(Endpoint endpoint) {
    requireNonNull(endpoint, "endpoint");
    Endpoint[] more = Arrays.copyOf(endpoints, endpoints.length + 1);
    more[endpoints.length] = endpoint;
    return new Exclusions(instanceIds, more);
  }

  /**
   * Returns the exclusion of more instances.
   *
   * @param more ids of instances
   * @return the extended exclusions
   */
  public Exclusions plusInstances(Set<String> more) {
    if (more.isEmpty()) {
      return this;
    }
    Set<String> union = new HashSet<>(instanceIds);
    union.addAll(more);
    return new Exclusions(Set.copyOf(union), endpoints);
  }

  /**
   * Returns whether nothing is excluded: the case that a picker should make fast.
   *
   * @return whether this is {@link #none()}
   */
  public boolean isEmpty() {
    return this == NONE;
  }

  /**
   * Returns whether an endpoint is excluded.
   *
   * @param endpoint a candidate
   * @return whether it must not be picked
   */
  public boolean contains(Endpoint endpoint) {
    for (Endpoint excluded : endpoints) {
      if (excluded == endpoint) {
        return true;
      }
    }
    return !instanceIds.isEmpty() && instanceIds.contains(endpoint.instance().id());
  }
}
