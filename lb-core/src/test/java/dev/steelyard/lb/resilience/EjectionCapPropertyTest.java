package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** O1: whatever happens, no more are out than may be. */
class EjectionCapPropertyTest {

  private enum Event {
    REGISTERED,
    WELL_ONE_LEFT,
    EJECTED_ONE_LEFT,
    FAILED,
    RETURNED
  }

  @Provide
  Arbitrary<EjectionCap> caps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 100),
            Arbitraries.integers().between(0, 1),
            Arbitraries.integers().between(0, 5))
        .as((percent, atLeast, left) -> new EjectionCap(percent, percent == 0 ? 0 : atLeast, left));
  }

  @Provide
  Arbitrary<List<Event>> events() {
    return Arbitraries.of(Event.class).list().ofMaxSize(100);
  }

  /** Who is guarded by {@code room} and {@code excess} alone. */
  @Property(tries = 500)
  void noEventLeavesMoreOutThanMayBe(
      @ForAll("caps") EjectionCap cap, @ForAll("events") List<Event> events) {
    int registered = 0;
    int ejected = 0;
    for (Event event : events) {
      int before = ejected;
      switch (event) {
        case REGISTERED -> registered++;
        case WELL_ONE_LEFT -> registered -= registered > ejected ? 1 : 0;
        case EJECTED_ONE_LEFT -> {
          registered -= ejected > 0 ? 1 : 0;
          ejected -= ejected > 0 ? 1 : 0;
        }
        case FAILED -> ejected += registered > ejected && cap.room(registered, ejected) > 0 ? 1 : 0;
        case RETURNED -> ejected -= ejected > 0 ? 1 : 0;
      }
      int excess = cap.excess(registered, ejected);
      assertTrue(excess <= 2, "one event lets few in: " + excess + " after " + before);
      ejected -= excess;
      assertTrue(ejected <= Math.max(registered * cap.maxPercent() / 100, cap.atLeast()));
      assertTrue(ejected == 0 || registered - ejected >= cap.minimumLeft());
      assertEquals(cap.allowed(registered), ejected + cap.room(registered, ejected));
    }
  }

  @Property(tries = 500)
  void moreInstancesNeverAllowFewer(
      @ForAll("caps") EjectionCap cap, @ForAll @IntRange(max = 10_000) int registered) {
    int allowed = cap.allowed(registered);
    int more = cap.allowed(registered + 1);
    assertTrue(more == allowed || more == allowed + 1);
    assertTrue(allowed <= registered);
  }
}
