package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private static Trace of(double... values) {
    return Trace.of("t", Instant.EPOCH, MINUTE, values);
  }

  @Test
  void keepsItsOwnNumbers() {
    double[] numbers = {1, 2};
    Trace trace = of(numbers);
    numbers[0] = 9;
    assertEquals(1, trace.value(0));
    assertEquals(Instant.EPOCH.plus(MINUTE.multipliedBy(2)), trace.end());
    assertEquals(1.5, trace.mean());
    assertEquals(2, trace.max());
  }

  @Test
  void refusesLoadsThatAreNone() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertEquals(
          "value 1 must be finite and at least 0, was " + bad,
          assertThrows(IllegalArgumentException.class, () -> of(1, bad)).getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> of());
    assertThrows(IllegalArgumentException.class, () -> of(1).scale(-1));
    assertThrows(IllegalArgumentException.class, () -> of(1).map(Math::log1p).map(v -> -v));
  }

  @Test
  void resamplesToTheMeanOrRepeats() {
    assertEquals(
        of(2, 5),
        of(1, 3, 4, 6)
            .resample(MINUTE.multipliedBy(2))
            .resample(MINUTE)
            .slice(1, 3)
            .startingAt(Instant.EPOCH));
    Trace coarse = of(1, 3, 4, 6, 8).resample(MINUTE.multipliedBy(2));
    assertEquals(2, coarse.size());
    assertEquals(List.of("The last PT1M are cut off by resampling."), coarse.notes());
    Trace across = of(0, 6).resample(Duration.ofSeconds(40));
    assertEquals(3, across.size());
    assertEquals(0, across.value(0));
    assertEquals(3, across.value(1), 1e-12);
    assertEquals(6, across.value(2));
  }

  @Test
  void slicesByTime() {
    Trace part = of(1, 2, 3, 4).slice(Instant.ofEpochSecond(60), Instant.ofEpochSecond(121));
    assertEquals(Instant.ofEpochSecond(60), part.start());
    assertEquals(2, part.size());
    assertThrows(
        IllegalArgumentException.class,
        () -> of(1).slice(Instant.ofEpochSecond(60), Instant.ofEpochSecond(120)));
  }

  @Test
  void splitsWithoutLosingAnInterval() {
    Trace.Split split = of(1, 2, 3, 4).split(0.7);
    assertEquals(3, split.training().size());
    assertEquals(Instant.ofEpochSecond(180), split.rest().start());
    assertEquals(1, of(1, 2).split(0.01).training().size());
  }

  @Test
  void readsUtilisationAsLoad() {
    // 50 % of 4 instances that take 10 each
    assertEquals(20, of(50).asUtilizationOf(4, 10).value(0));
  }

  @Test
  void makesUpLoads() {
    Trace wave = Synthetic.daily(Duration.ofDays(1), HOUR, 10, 30);
    assertEquals(10, wave.value(0), 1e-9);
    assertEquals(30, wave.value(12), 1e-9);
    assertEquals(20, wave.value(6), 1e-9);
    Trace spikes = Synthetic.spikes(HOUR, MINUTE, 1, 9, MINUTE.multipliedBy(10), MINUTE);
    assertEquals(9, spikes.value(9));
    assertEquals(1, spikes.value(10));
    assertEquals((54.0 + 6 * 9) / 60, spikes.mean(), 1e-12);
    assertEquals(5, Synthetic.ramp(HOUR, MINUTE, 0, 10).value(30), 1e-12);
    Trace step = Synthetic.step(HOUR, MINUTE, 1, 2, MINUTE);
    assertEquals(1, step.value(0));
    assertEquals(2, step.value(1));
    assertEquals(3, step.plus(Synthetic.constant(HOUR, MINUTE, 1)).value(1));
  }

  @Test
  void refusesLoadsThatCannotBeMadeUp() {
    assertEquals(
        "length must be a multiple of PT7M, was PT1H",
        assertThrows(
                IllegalArgumentException.class,
                () -> Synthetic.constant(HOUR, MINUTE.multipliedBy(7), 1))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Synthetic.daily(HOUR, MINUTE, 2, 1));
    assertThrows(
        IllegalArgumentException.class, () -> Synthetic.spikes(HOUR, MINUTE, 1, 2, MINUTE, MINUTE));
  }

  @Test
  void makesTheSameNoiseOfTheSameSeed() {
    Trace quiet = Synthetic.constant(Duration.ofDays(7), MINUTE, 100);
    Trace noisy = quiet.withNoise(0.1, 7);
    assertEquals(noisy, quiet.withNoise(0.1, 7));
    assertNotEquals(noisy, quiet.withNoise(0.1, 8));
    assertEquals(100, noisy.mean(), 0.5); // the mean of 10080 draws: 5 standard errors
    double squares = 0;
    for (int i = 0; i < noisy.size(); i++) {
      squares += Math.pow(noisy.value(i) - 100, 2);
    }
    assertEquals(10, Math.sqrt(squares / noisy.size()), 0.4);
    assertTrue(quiet.withNoise(3, 1).slice(0, 100).mean() > 0);
  }
}
