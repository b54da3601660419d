package dev.steelyard.lb.select;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A few answers to probes, at most one of each candidate.
 *
 * <p>Lock-free: a slot holds a reference to an answer, which is complete when it is published (a
 * volatile store), and is emptied by a compare-and-set against the answer that was judged, so that
 * a newer one is never thrown away for it. Answers that arrive at the same moment may take each
 * other's place, or leave two of one candidate: either is one answer of a few, for a second at
 * most.
 */
final class ProbePool {
  /** As in the paper, for fleets of {@value #PART} times as many and more. */
  static final int MOST = 16;

  static final int LEAST = 4;
  static final int PART = 4;

  private final AtomicReferenceArray<@Nullable Probed> slots;

  ProbePool(int size) {
    this.slots = new AtomicReferenceArray<>(size);
  }

  /**
   * How many answers are kept: of a small fleet a part only. Clients that know all of the fleet all
   * agree on the best one, and send everything there until the next answer; each with a part of its
   * own, and with answers that are used up after a few requests, they do not.
   */
  static int size(int candidates) {
    return Math.min(MOST, Math.max(LEAST, candidates / PART));
  }

  int size() {
    return slots.length();
  }

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
    for (int slot = 0; slot < size(); slot++) {
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
