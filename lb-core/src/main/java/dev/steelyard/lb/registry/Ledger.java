package dev.steelyard.lb.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The master copy of a registry, in registration order, and what has changed in it since it was
 * last asked. Confined to the registry's lock.
 */
final class Ledger {
  private final Map<String, Registration> entries = new LinkedHashMap<>();
  private List<Registration> added = new ArrayList<>();
  private List<Registration> removed = new ArrayList<>();
  private List<RegistryChange.Update> changed = new ArrayList<>();
  private long lastIncarnation;

  int size() {
    return entries.size();
  }

  List<Registration> registrations() {
    return List.copyOf(entries.values());
  }

  @Nullable Registration find(String id) {
    return entries.get(id);
  }

  /** A new incarnation, whatever was there. */
  Registration put(Instance instance, InstanceStatus status) {
    Registration now = new Registration(instance, status, ++lastIncarnation);
    Registration old = entries.put(instance.id(), now);
    if (old != null) {
      removed.add(old);
    }
    added.add(now);
    return now;
  }

  boolean remove(String id) {
    Registration old = entries.remove(id);
    if (old != null) {
      removed.add(old);
    }
    return old != null;
  }

  /** Other attributes of the same server, or another server under the same id. */
  boolean update(Instance instance) {
    Registration old = entries.get(instance.id());
    if (old == null) {
      return false;
    }
    if (!old.instance().uri().equals(instance.uri())) {
      put(instance, InstanceStatus.UP);
    } else if (!old.instance().equals(instance)) {
      change(old, new Registration(instance, old.status(), old.incarnation()));
    }
    return true;
  }

  @Nullable Registration setStatus(String id, InstanceStatus status) {
    Registration old = entries.get(id);
    if (old == null || old.status() == status) {
      return old;
    }
    return change(old, new Registration(old.instance(), status, old.incarnation()));
  }

  /**
   * Sets it if neither incarnation nor status are others than those seen; returns what is there.
   */
  @Nullable Registration compareAndSetStatus(Registration seen, InstanceStatus status) {
    Registration now = entries.get(seen.id());
    boolean unchanged =
        now != null && now.incarnation() == seen.incarnation() && now.status() == seen.status();
    return unchanged ? setStatus(seen.id(), status) : now;
  }

  void replaceAll(Collection<Instance> wanted, Set<String> ids) {
    for (String id : List.copyOf(entries.keySet())) {
      if (!ids.contains(id)) {
        remove(id);
      }
    }
    for (Instance instance : wanted) {
      if (!update(instance)) {
        put(instance, InstanceStatus.UP);
      }
    }
  }

  RegistryChange.Diff takeDiff() {
    RegistryChange.Diff diff = new RegistryChange.Diff(added, removed, changed);
    added = new ArrayList<>();
    removed = new ArrayList<>();
    changed = new ArrayList<>();
    return diff;
  }

  private Registration change(Registration old, Registration now) {
    entries.put(now.id(), now);
    changed.add(new RegistryChange.Update(old, now));
    return now;
  }
}
