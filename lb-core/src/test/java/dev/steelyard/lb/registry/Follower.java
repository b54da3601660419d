package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Knows of a registry only what the diffs tell, and checks that each of them fits to the one before
 * and leads to the snapshot it comes with. What does not fit is kept for {@link #check}, because a
 * registry contains what its listeners throw.
 */
class Follower implements RegistryListener {
  private final Map<String, Registration> byId = new HashMap<>();
  private final AtomicBoolean inside = new AtomicBoolean();
  private final AtomicReference<Throwable> firstFault = new AtomicReference<>();
  private RegistrySnapshot last;
  private volatile int calls;

  @Override
  public void onChange(RegistryChange change) {
    try {
      assertTrue(inside.compareAndSet(false, true), "calls overlap");
      try {
        follow(change);
        calls++;
      } finally {
        inside.set(false);
      }
    } catch (Throwable fault) {
      firstFault.compareAndSet(null, fault);
    }
  }

  private void follow(RegistryChange change) {
    if (last == null) {
      assertEquals(0, change.before().version());
      assertEquals(0, change.before().size());
    } else {
      assertSame(last, change.before());
      assertTrue(change.after().version() > last.version(), "versions rise");
    }
    last = change.after();
    for (Registration gone : change.removed()) {
      assertEquals(gone, byId.remove(gone.id()), "removed what was there");
    }
    for (Registration added : change.added()) {
      assertNull(byId.put(added.id(), added), "added what was not there");
    }
    for (RegistryChange.Update update : change.changed()) {
      assertEquals(update.before().incarnation(), update.after().incarnation());
      assertFalse(update.before().equals(update.after()), "a change changes something");
      assertEquals(update.before(), byId.put(update.after().id(), update.after()));
    }
    Set<Registration> expected = new HashSet<>(change.after().registrations());
    assertEquals(expected.size(), change.after().size(), "each id once");
    assertEquals(expected, new HashSet<>(byId.values()));
  }

  /** Returns how often it was called. */
  int calls() {
    return calls;
  }

  /** Fails if anything did not fit, or if the follower is not where the registry is. */
  void check(InstanceRegistry registry) {
    Throwable fault = firstFault.get();
    if (fault != null) {
      throw new AssertionError("a diff did not fit", fault);
    }
    assertSame(registry.snapshot(), last);
    assertEquals(new HashSet<>(registry.snapshot().registrations()), new HashSet<>(byId.values()));
  }
}
