package dev.steelyard.lb.select;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A few answers to probes, at most one of each candidate.
 *
 * <p>Lock-free: a slot holds a reference to an answer, which is complete when it is published (a
 * volatile store), and is emptied by a compare-and-set against the answer that was judged, so that
 * a newer one is never thrown away for it. Answers that arrive at the same moment may take each
 * other's place, or leave two of one candidate: either is one answer of sixteen, for a second at
 * most.
 */
final class ProbePool {
  static final int SIZE = 16;

  private final AtomicReferenceArray<@Nullable Probed> slots = new AtomicReferenceArray<>(SIZE);

  @Nullable Probed get(int slot) {
    return slots.get(slot);
  }

  void remove(int slot, Probed probed) {
    slots.compareAndSet(slot, probed, null);
  }

  /** In place of an answer of the same candidate, or into an empty slot, or for the oldest. */
  void add(Probed probed) {
    int place = 0;
    @Nullable Probed held = slots.get(0);
    for (int slot = 0; slot < SIZE; slot++) {
      Probed other = slots.get(slot);
      if (other != null && other.index() == probed.index()) {
        if (probed.sentNanos() - other.sentNanos() >= 0) {
          slots.set(slot, probed);
        }
        return;
      }
      if (held != null && (other == null || other.sentNanos() - held.sentNanos() < 0)) {
        place = slot;
        held = other;
      }
    }
    slots.set(place, probed);
  }
}
