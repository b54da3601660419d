package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceStatus;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class HealthScalePropertyTest {

  /** C1 and C3: against a model that counts results in a row. */
  @Property
  void aFlipNeedsExactlyRiseOrFallResultsInARow(
      @ForAll @IntRange(min = 1, max = 6) int rise,
      @ForAll @IntRange(min = 1, max = 6) int fall,
      @ForAll boolean beginsUp,
      @ForAll @Size(max = 60) List<Boolean> results) {
    HealthScale scale = new HealthScale(rise, fall);
    int health = beginsUp ? scale.unconfirmedUp() : scale.unconfirmedDown();
    boolean up = beginsUp;
    boolean first = true;
    int inARow = 0;
    assertEquals(up, scale.isUp(health));
    for (boolean passed : results) {
      inARow = passed == up ? 0 : inARow + 1;
      if (first || inARow == (up ? fall : rise)) {
        up = passed;
        inARow = 0;
      }
      first = false;
      health = passed ? scale.afterPass(health) : scale.afterFailure(health);
      assertEquals(up, scale.isUp(health));
      assertTrue(health >= 0 && health <= scale.best());
      assertEquals(inARow > 0, scale.inTransition(health));
    }
  }

  /** consul#1208, #2890, #4742, #9283: years of requests for this. */
  @Property
  void alternatingResultsNeverFlip(
      @ForAll @IntRange(min = 2, max = 8) int rise,
      @ForAll @IntRange(min = 2, max = 8) int fall,
      @ForAll boolean up) {
    HealthScale scale = new HealthScale(rise, fall);
    int health = up ? scale.best() : 0;
    boolean passed = up;
    for (int i = 0; i < 50; i++) {
      passed = !passed;
      health = passed ? scale.afterPass(health) : scale.afterFailure(health);
      assertEquals(up, scale.isUp(health));
    }
  }

  /** C2: never 0, never below the base, never above base * (1 + jitter). */
  @Property
  void aDelayIsWithinItsBounds(
      @ForAll @LongRange(min = 1_000_000, max = 365L * 86_400 * 1_000_000_000) long interval,
      @ForAll @DoubleRange(min = 0, max = 1) double jitter,
      @ForAll long seed,
      @ForAll boolean requested,
      @ForAll @IntRange(min = 0, max = 4) int health,
      @ForAll InstanceStatus status) {
    long fast = Math.max(interval / 5, 1_000_000);
    long down = Math.max(interval / 2, 1_000_000);
    Cadence cadence =
        new Cadence(interval, fast, down, interval, jitter, RandomSource.seeded(seed));
    HealthScale scale = new HealthScale(2, 3);
    long delay = cadence.next(scale, status, health, requested, false);
    long base =
        status == InstanceStatus.STARTING || scale.inTransition(health)
            ? fast
            : health == 0 ? down : interval;
    assertTrue(delay >= base, delay + " < " + base);
    assertTrue((double) delay <= base * (1 + jitter) * (1 + 1e-15), delay + " > " + base);
    long first = cadence.next(scale, InstanceStatus.UP, 4, requested, true);
    assertTrue(first >= fast && (double) first <= 1.2 * interval + 2e6, "phase " + first);
    long round = cadence.firstRound();
    assertTrue(round >= 0 && round < fast);
    assertTrue(cadence.fast() >= fast);
    assertFalse(cadence.fast() > 2.0 * fast);
  }
}
