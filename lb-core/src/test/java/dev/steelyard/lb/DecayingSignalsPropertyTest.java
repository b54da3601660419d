package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;

/** The packed averages against the same formulas in double precision. */
class DecayingSignalsPropertyTest {
  private static final long YEAR = Duration.ofDays(365).toNanos();

  /** A tick is at most 1/4096 of a time constant, so a time is known to about that. */
  private static final double RELATIVE_ERROR = 1.0 / 2048;

  /** Steps of time and samples, in units of the time constant and of nanoseconds. */
  record Step(double constants, double sample) {}

  @Provide
  Arbitrary<Long> timeConstants() {
    return Arbitraries.of(
        4_096L,
        5_000L,
        1_000_000L,
        123_456_789L,
        2_000_000_000L,
        10_000_000_000L,
        Duration.ofHours(7).toNanos(),
        YEAR,
        100 * YEAR,
        Long.MAX_VALUE);
  }

  @Provide
  Arbitrary<Long> origins() {
    return Arbitraries.oneOf(
        Arbitraries.longs(),
        Arbitraries.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 1_000_000_000));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Double> gaps = Arbitraries.doubles().between(-5, 0.7).map(log -> Math.pow(10, log));
    Arbitrary<Double> samples = Arbitraries.doubles().between(0, 12).map(log -> Math.pow(10, log));
    return Combinators.combine(gaps, samples).as(Step::new).list().ofMinSize(1).ofMaxSize(60);
  }

  @Property
  void anAverageFollowsItsModel(
      @ForAll("timeConstants") long timeConstant,
      @ForAll("origins") long origin,
      @ForAll("steps") List<Step> steps) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long tick = tickOf(timeConstant);
    long ticksMask = -1L >>> Long.numberOfTrailingZeros(tick); // readings wrap at 2^64
    long now = origin;
    long word = 0;
    double model = 0;
    long modelTick = 0;
    for (Step step : steps) {
      long gap = (long) Math.min(step.constants() * timeConstant, (double) Long.MAX_VALUE / 2);
      now += gap;
      word = signals.sample(word, step.sample(), now);
      // The model knows the time in ticks, as the word does; else it is plain double arithmetic.
      long nowTick = Math.floorDiv(now, tick);
      if (model == 0 || step.sample() > model) {
        model = step.sample();
        modelTick = nowTick;
      } else if (nowTick != modelTick) {
        double elapsed = (double) ((nowTick - modelTick) & ticksMask) * tick;
        double fading = Math.exp(-elapsed / timeConstant);
        model = model * fading + step.sample() * (1 - fading);
        modelTick = nowTick;
      }
      assertEquals(model, signals.read(word, now), model * 2e-5, () -> "after " + steps);
    }
    long later = now + (long) Math.min(3.0 * timeConstant, (double) Long.MAX_VALUE / 4);
    double elapsed = (double) (later - now);
    double faded = model * Math.exp(-elapsed / timeConstant);
    assertEquals(faded, signals.read(word, later), faded * RELATIVE_ERROR);
  }

  private static long tickOf(long timeConstant) {
    return Long.highestOneBit(Math.max(timeConstant / 4096, 1));
  }

  @Property
  void aPeakIsTakenAtOnce(
      @ForAll("timeConstants") long timeConstant,
      @ForAll("origins") long origin,
      @ForAll @DoubleRange(min = 1, max = 1e15) double low,
      @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long gap) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long word = signals.sample(0, low, origin);
    double peak = low * 1.001;

    word = signals.sample(word, peak, origin + gap);

    assertEquals(peak, signals.read(word, origin + gap), peak * 1e-6);
  }

  @Property
  void twoSamplesAtOneMomentLeaveTheHigher(
      @ForAll("timeConstants") long timeConstant,
      @ForAll("origins") long now,
      @ForAll @DoubleRange(min = 0, max = 1e15) double one,
      @ForAll @DoubleRange(min = 0, max = 1e15) double two) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long word = signals.sample(signals.sample(0, one, now), two, now);

    double higher = Math.max(one, two);
    assertEquals(higher, signals.read(word, now), higher * 1e-6 + Float.MIN_VALUE);
  }

  @Property
  void whateverTheClockDoesAReadingIsANumberBetweenZeroAndThePeak(
      @ForAll @LongRange(min = 1) long timeConstant,
      @ForAll List<Long> times,
      @ForAll @DoubleRange(min = 0, max = 9.3e18) double sample) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long word = signals.sample(0, sample, 0);
    assertTrue(word != 0, "0 means that nothing is known");
    for (long time : times) {
      double read = signals.read(word, time);
      assertTrue(
          read >= 0 && read <= Math.max(sample, Float.MIN_VALUE) * 1.0000001, () -> "" + read);
      word = signals.sample(word, sample / 2, time);
      assertTrue(word != 0);
      word = signals.hold(word, sample / 3, time);
      assertTrue(word != 0);
    }
  }

  @Property
  void aClockThatRunsBackwardsCountsAsStandingStill(
      @ForAll("timeConstants") long timeConstant,
      @ForAll("origins") long now,
      @ForAll @DoubleRange(min = 0, max = 1) double backwards) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long word = signals.sample(0, 1e6, now);
    // As far back as it is told from a gap: a sixteenth of the range of ticks.
    long tick = tickOf(timeConstant);
    long wrap = -1L >>> Math.max(Long.numberOfTrailingZeros(tick), Integer.SIZE);
    long back = (long) ((wrap >>> 4) * (double) tick * backwards);

    assertEquals(1e6, signals.read(word, now - back));
    assertEquals(word, signals.sample(word, 1, now - back));
  }

  @Property
  void aGapOfAnyLengthBelowTheWrapFades(
      @ForAll @LongRange(min = 4_096, max = 1_000_000_000_000L) long timeConstant,
      @ForAll("origins") long now,
      @ForAll @DoubleRange(min = 40, max = 400_000) double constants) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long word = signals.sample(0, 30e9, now);

    double read = signals.read(word, now + (long) (constants * timeConstant));

    assertTrue(read < 1e-3, () -> "still " + read);
  }

  @Property
  void theTicksMayWrapInTheMiddle(
      @ForAll @LongRange(min = 4_096, max = 1_000_000_000_000L) long timeConstant,
      @ForAll @DoubleRange(min = 0, max = 1) double before) {
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long wrap = tickOf(timeConstant) << 32;
    long start = wrap - (long) (before * timeConstant);
    long word = signals.sample(0, 1e6, start);

    double expected = 1e6 / Math.E;
    assertEquals(expected, signals.read(word, start + timeConstant), expected * RELATIVE_ERROR);
  }

  @Property
  void roundingDoesNotHoldAnAverageUp(
      @ForAll @LongRange(min = 4_096, max = 10_000_000_000L) long timeConstant,
      @ForAll @DoubleRange(min = 10, max = 1e9) double low) {
    // One sample per tick is where a step is smallest beside the rounding of a float.
    DecayingSignals signals = new DecayingSignals(timeConstant);
    long tick = tickOf(timeConstant);
    long word = signals.sample(0, low * 2, 0);
    long ticks = 20 * timeConstant / tick;
    for (long i = 1; i <= ticks; i++) {
      word = signals.sample(word, low, i * tick);
    }
    assertEquals(low, signals.read(word, ticks * tick), low * 1e-3);
  }

  @Property
  void failuresRaiseTheRateTowardsOneAndSuccessesLowerItUntilItIsForgotten(
      @ForAll @LongRange(min = 1, max = 1_000_000) long gapNanos) {
    DecayingSignals signals = DecayingSignals.ofMillis(2_000);
    long now = 0;
    long word = 0;
    for (int i = 0; i < 40; i++) {
      now += gapNanos;
      double before = signals.read(word, now);
      word = signals.raise(word, 1.0 / 8, now);
      assertEquals(before + (1 - before) / 8, signals.read(word, now), 1e-6);
    }
    assertTrue(signals.read(word, now) > 0.95);
    int successes = 0;
    while (word != 0) {
      now += gapNanos;
      word = signals.lower(word, 3.0 / 4, 1.0 / 1024, now);
      successes++;
    }
    assertTrue(successes <= 25, successes + " successes");
  }

  @Property
  void aHeldAverageDoesNotFadeAndIsRaisedByASlowFailure(
      @ForAll @DoubleRange(min = 1, max = 1e12) double average,
      @ForAll @DoubleRange(min = 1, max = 1e12) double failure) {
    DecayingSignals signals = DecayingSignals.ofMillis(10_000);
    long word = signals.sample(0, average, 0);
    long later = Duration.ofSeconds(5).toNanos();

    word = signals.hold(word, failure, later);

    double higher = Math.max(average, failure);
    assertEquals(higher, signals.read(word, later), higher * 1e-6);
    assertEquals(0, signals.hold(0, failure, later), "nothing measured stays nothing");
  }

  @Property(tries = 50)
  void timeConstantsFromOneNanosecondAreAccepted(
      @ForAll @LongRange(min = 1, max = 4_095) long nanos) {
    DecayingSignals signals = new DecayingSignals(nanos);
    long word = signals.sample(0, 1e6, 100);

    assertEquals(1e6, signals.read(word, 100));
    double expected = 1e6 * Math.exp(-10.0 / nanos);
    assertEquals(expected, signals.read(word, 110), 1e6 * 3e-7);
  }

  @Example
  void fiftyMicrosecondsAreToldFromNineHundredAndFifty() {
    // ServiceTalk keeps whole milliseconds: both are 0 (research, 0.5).
    DecayingSignals signals = DecayingSignals.ofMillis(10_000);
    assertEquals(50_000, signals.read(signals.sample(0, 50_000, 7), 7));
    assertEquals(950_000, signals.read(signals.sample(0, 950_000, 7), 7));
    assertEquals(1, signals.read(signals.sample(0, 1, 7), 7));
  }

  @Example
  void repeatedFastFailuresDoNotCompound() {
    // ServiceTalk multiplies the average by ten at each failure: -20, -200, ... -200000.
    DecayingSignals signals = DecayingSignals.ofMillis(10_000);
    long word = signals.sample(0, 20e6, 0);
    for (int i = 1; i <= 1_000; i++) {
      word = signals.hold(word, 2e6, i * 1_000_000L);
    }
    assertEquals(20e6, signals.read(word, 1_000_000_000L));
  }
}
