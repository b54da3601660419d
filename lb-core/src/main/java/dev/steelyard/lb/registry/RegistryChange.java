package dev.steelyard.lb.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What happened between two snapshots, as a subscriber sees it. A new incarnation of an id is in
 * {@link #removed} (the old one) and in {@link #added} (the new one).
 *
 * @param before the snapshot that the subscriber was told of last; empty at first
 * @param after the current snapshot
 * @param added registrations that are new
 * @param removed registrations that are gone
 * @param changed registrations that are the same incarnation with other attributes or status
 */
public record RegistryChange(
    RegistrySnapshot before,
    RegistrySnapshot after,
    List<Registration> added,
    List<Registration> removed,
    List<Update> changed) {

  /**
   * Copies the lists.
   *
   * @param before the snapshot that the subscriber was told of last
   * @param after the current snapshot
   * @param added registrations that are new
   * @param removed registrations that are gone
   * @param changed registrations with other attributes or status
   */
  public RegistryChange {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changed = List.copyOf(changed);
  }

  /**
   * One registration before and after.
   *
   * @param before as it was
   * @param after as it is
   */
  public record Update(Registration before, Registration after) {}

  /** The lists of a change, without the snapshots. */
  record Diff(List<Registration> added, List<Registration> removed, List<Update> changed) {
    static final Diff NONE = new Diff(List.of(), List.of(), List.of());

    boolean isEmpty() {
      return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
    }
  }

  /** Uses the recorded diff where no version lies between, and compares the lists otherwise. */
  static RegistryChange between(RegistrySnapshot before, RegistrySnapshot after) {
    Diff diff =
        after.version() == before.version() + 1
            ? after.diff()
            : compare(before.registrations(), after.registrations());
    return new RegistryChange(before, after, diff.added(), diff.removed(), diff.changed());
  }

  static Diff compare(List<Registration> before, List<Registration> after) {
    Map<String, Registration> old = new HashMap<>(before.size() * 2);
    for (Registration registration : before) {
      old.put(registration.id(), registration);
    }
    List<Registration> added = new ArrayList<>();
    List<Registration> removed = new ArrayList<>();
    List<Update> changed = new ArrayList<>();
    for (Registration now : after) {
      Registration then = old.remove(now.id());
      if (then == null) {
        added.add(now);
      } else if (then.incarnation() != now.incarnation()) {
        removed.add(then);
        added.add(now);
      } else if (!then.equals(now)) {
        changed.add(new Update(then, now));
      }
    }
    for (Registration then : before) {
      if (old.containsKey(then.id())) {
        removed.add(then);
      }
    }
    return new Diff(added, removed, changed);
  }
}
