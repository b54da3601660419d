package dev.steelyard.lb.weigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowStartTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  @Test
  void theFactorGrowsFromTheMinimumToExactly1() {
    SlowStart slowStart = SlowStart.over(Duration.ofMinutes(1));
    assertEquals(0.1, slowStart.factor(0));
    assertEquals(0.1, slowStart.factor(-5));
    assertEquals(0.1, slowStart.factor(MINUTE / 20));
    assertEquals(0.5, slowStart.factor(MINUTE / 2));
    assertEquals(1, slowStart.factor(MINUTE - 1), 1e-9);
    assertEquals(1, slowStart.factor(MINUTE));
    assertEquals(1, slowStart.factor(Long.MAX_VALUE));
  }

  @Test
  void aWindowOf0IsNoSlowStart() {
    assertEquals(1, new SlowStart(0, 1, 0.1).factor(0));
    assertEquals(1, new SlowStart(0, 1, 0.1).factor(-1));
  }

  @Test
  void knobsThatMakeNoSenseAreRefused() {
    assertRefused("slowStart window: -1 (expected: >= 0 ns)", -1, 1, 0.1);
    assertRefused("slowStart aggression: 0.0 (expected: finite and > 0)", 1, 0, 0.1);
    assertRefused("slowStart aggression: NaN (expected: finite and > 0)", 1, Double.NaN, 0.1);
    assertRefused("slowStart minimum: 0.0 (expected: > 0 and at most 1)", 1, 1, 0);
    assertRefused("slowStart minimum: 1.1 (expected: > 0 and at most 1)", 1, 1, 1.1);
    assertRefused("slowStart minimum: NaN (expected: > 0 and at most 1)", 1, 1, Double.NaN);
    assertThrows(IllegalArgumentException.class, () -> SlowStart.over(Duration.ZERO));
  }

  private static void assertRefused(String message, long window, double aggression, double least) {
    Exception refused =
        assertThrows(
            IllegalArgumentException.class, () -> new SlowStart(window, aggression, least));
    assertEquals(message, refused.getMessage());
  }
}
