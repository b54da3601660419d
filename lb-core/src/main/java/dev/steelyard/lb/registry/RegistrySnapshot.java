package dev.steelyard.lb.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All registrations at one version, immutable.
 *
 * <p>Each snapshot also holds what its own change did (not the snapshot before it: a chain would
 * keep every version alive), so that a subscriber who sees every version need not compare whole
 * lists.
 */
public final class RegistrySnapshot {
  private final long version;
  private final List<Registration> registrations;
  private final RegistryChange.Diff diff;
  // Built on first use; a race builds it twice with equal content.
  private volatile @Nullable Map<String, Registration> byId;

  RegistrySnapshot(long version, List<Registration> registrations, RegistryChange.Diff diff) {
    this.version = version;
    this.registrations = registrations;
    this.diff = diff;
  }

  static RegistrySnapshot empty() {
    return new RegistrySnapshot(0, List.of(), RegistryChange.Diff.NONE);
  }

  /**
   * Returns the version: 0 for a new registry, one more for each change.
   *
   * @return the version
   */
  public long version() {
    return version;
  }

  /**
   * Returns all registrations in the order in which their ids were first registered.
   *
   * @return an immutable list
   */
  public List<Registration> registrations() {
    return registrations;
  }

  /**
   * Returns the registration of an id. The first call on a snapshot is O(n), later ones O(1).
   *
   * @param id the id of an instance
   * @return its registration, or null if there is none
   */
  public @Nullable Registration find(String id) {
    Map<String, Registration> index = byId;
    if (index == null) {
      index = new HashMap<>(registrations.size() * 2);
      for (Registration registration : registrations) {
        index.put(registration.id(), registration);
      }
      byId = index;
    }
    return index.get(id);
  }

  /**
   * Returns the number of registrations.
   *
   * @return the size
   */
  public int size() {
    return registrations.size();
  }

  RegistryChange.Diff diff() {
    return diff;
  }

  @Override
  public String toString() {
    return "RegistrySnapshot[version=" + version + ", size=" + registrations.size() + "]";
  }
}
