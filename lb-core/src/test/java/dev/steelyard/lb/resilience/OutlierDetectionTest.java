package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.resilience.OutlierDetection.Builder;
import dev.steelyard.lb.resilience.OutlierDetection.Finding;
import dev.steelyard.lb.resilience.OutlierDetection.Rule;
import dev.steelyard.lb.resilience.OutlierDetection.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class OutlierDetectionTest {
  /** Where nothing is to be drawn, nothing is drawn. */
  private static final RandomSource NO_DRAW =
      () -> {
        throw new AssertionError("drawn");
      };

  private static Sample sample(long successes, long failures) {
    return new Sample(successes, failures, Double.NaN, true);
  }

  private static Sample slow(double millis) {
    return new Sample(100, 0, millis * 1e6, true);
  }

  private static Sample out(Sample sample) {
    return new Sample(sample.successes(), sample.failures(), sample.latencyNanos(), false);
  }

  /** One sample, and this many that are well. */
  private static List<Sample> among(int others, Sample... samples) {
    List<Sample> fleet = new ArrayList<>(Arrays.asList(samples));
    for (int i = 0; i < others; i++) {
      fleet.add(sample(1_000, 0));
    }
    return fleet;
  }

  private static List<Integer> found(OutlierDetection detection, List<Sample> fleet) {
    return detection.judge(fleet, NO_DRAW).stream().map(Finding::index).toList();
  }

  private static OutlierDetection only(Rule rule, Consumer<Builder> knobs) {
    Builder builder = OutlierDetection.builder();
    for (Rule other : Rule.values()) {
      if (other != rule) {
        builder.without(other);
      }
    }
    knobs.accept(builder);
    return builder.build();
  }

  private static OutlierDetection successRate(Consumer<Builder> knobs) {
    return only(Rule.SUCCESS_RATE, knobs);
  }

  private static OutlierDetection failurePercentage(Consumer<Builder> knobs) {
    return only(Rule.FAILURE_PERCENTAGE, knobs);
  }

  private static OutlierDetection latency(Consumer<Builder> knobs) {
    return only(
        Rule.LATENCY,
        builder -> {
          builder.latency(3, Duration.ofMillis(50));
          knobs.accept(builder);
        });
  }

  // Success rate.

  @Test
  void aFindingSaysHowItCameAbout() {
    Finding finding = successRate(knobs -> {}).judge(among(4, sample(500, 500)), NO_DRAW).get(0);
    assertEquals(0, finding.index());
    assertEquals(Rule.SUCCESS_RATE, finding.rule());
    assertTrue(finding.enforced());
    assertEquals(50, finding.value());
    assertEquals(52, finding.threshold(), 1e-9);
    assertEquals(
        "success rate 50.0 % < 52.0 % = mean 90.0 % - 1.9 x 20.0 %", finding.explanation());
    assertEquals("#0: " + finding.explanation(), finding.toString());
  }

  @Test
  void whereTheDeviationIsSmallTheMarginDecides() {
    List<Sample> fleet = among(99, sample(900, 100));
    Finding finding = successRate(knobs -> {}).judge(fleet, NO_DRAW).get(0);
    assertEquals("success rate 90.0 % < 94.9 % = mean 99.9 % - 5.0 %", finding.explanation());
    assertEquals(List.of(), found(successRate(knobs -> knobs.successRateMargin(9.95)), fleet));
    assertEquals(
        List.of(), found(successRate(knobs -> {}), among(99, sample(960, 40))), "four points");
    assertEquals(
        List.of(0),
        found(successRate(knobs -> knobs.successRateMargin(0)), among(99, sample(999, 1))),
        "Envoy's rule");
  }

  @Test
  void theRateMustBeBelowTheThreshold() {
    // Of four at 75, 75, 100, 100 % the mean is 87.5 and the deviation 12.5.
    List<Sample> fleet = List.of(sample(75, 25), sample(75, 25), sample(100, 0), sample(100, 0));
    Consumer<Builder> exact =
        knobs -> knobs.minimumHosts(Rule.SUCCESS_RATE, 4).successRateDeviations(1);
    assertEquals(List.of(), found(successRate(exact), fleet), "equal");
    assertEquals(
        List.of(0, 1),
        found(successRate(exact.andThen(knobs -> knobs.successRateDeviations(0.999))), fleet));
  }

  @Test
  void allAtTheSameRateAreNoOutliersWhateverTheRounding() {
    OutlierDetection strict =
        successRate(knobs -> knobs.successRateMargin(0).successRateDeviations(0.1));
    for (int failures = 0; failures <= 300; failures++) {
      List<Sample> fleet = new ArrayList<>();
      for (int hosts = 0; hosts < 13; hosts++) {
        fleet.add(sample(300 - failures, failures));
        assertEquals(List.of(), found(strict, fleet));
      }
    }
  }

  /** (N - k) / k = 16 = 4^2: the threshold is 0, but in binary fractions a little more. */
  @Test
  void atTheLimitOfWhatCanBeFoundNobodyIs() {
    OutlierDetection four =
        successRate(knobs -> knobs.successRateMargin(0).successRateDeviations(4));
    assertEquals(List.of(), found(four, among(16, sample(0, 1_000))));
    assertEquals(List.of(0), found(four, among(17, sample(0, 1_000))));
  }

  @Test
  void fewerThanTheMinimumOfHostsAreNotCompared() {
    assertEquals(List.of(), found(successRate(knobs -> {}), among(3, sample(0, 1_000))));
    assertEquals(List.of(0), found(successRate(knobs -> {}), among(4, sample(0, 1_000))));
  }

  @Test
  void whatHasTooFewRequestsNeitherCountsNorIsFound() {
    assertEquals(List.of(), found(successRate(knobs -> {}), among(4, sample(0, 99))));
    assertEquals(List.of(0), found(successRate(knobs -> {}), among(4, sample(0, 100))));
    // Five hosts, but only four of them with the volume.
    List<Sample> fleet = among(3, sample(0, 1_000), sample(99, 0));
    assertEquals(List.of(), found(successRate(knobs -> {}), fleet));
  }

  /** servicetalk#3551: idle hosts distorted mean and deviation. */
  @Test
  void idleHostsDoNotMoveMeanAndDeviation() {
    List<Sample> fleet = among(4, sample(500, 500));
    List<Finding> before = successRate(knobs -> {}).judge(fleet, NO_DRAW);
    List<Sample> withIdle = new ArrayList<>(fleet);
    for (int i = 0; i < 50; i++) {
      withIdle.add(sample(0, i)); // 0 % of a few requests
    }
    assertEquals(1, before.size());
    assertEquals(before, successRate(knobs -> {}).judge(withIdle, NO_DRAW));
  }

  @Test
  void whoIsOutIsNeitherFoundNorComparedWith() {
    List<Sample> fleet = among(4, sample(500, 500));
    List<Finding> before = successRate(knobs -> {}).judge(fleet, NO_DRAW);
    List<Sample> withOthersOut = new ArrayList<>(fleet);
    for (int i = 0; i < 4; i++) {
      withOthersOut.add(out(sample(0, 1_000)));
    }
    assertEquals(before, successRate(knobs -> {}).judge(withOthersOut, NO_DRAW));
    assertEquals(
        List.of(),
        found(OutlierDetection.defaults(), among(4, out(sample(0, 1_000)))),
        "found once already");
    assertEquals(
        List.of(),
        found(successRate(knobs -> {}), among(3, sample(0, 1_000), out(sample(1_000, 0)))),
        "one too few, since one is out");
  }

  /** The dead hide the half-dead until they are out. */
  @Test
  void whatWasHiddenByAWorseOneIsFoundInTheNextInterval() {
    List<Sample> first = among(8, sample(0, 1_000), sample(700, 300));
    assertEquals(List.of(0), found(successRate(knobs -> {}), first));
    List<Sample> second = new ArrayList<>(first);
    second.set(0, out(first.get(0)));
    assertEquals(List.of(1), found(successRate(knobs -> {}), second));
  }

  /**
   * What the margin is for. A hundred instances that are all well, each request failing with a
   * probability of 0.5 %: by Envoy's rule several are outliers in every interval, by chance.
   */
  @Test
  void aFleetThatIsWellHasNoOutliersByChance() {
    RandomSource random = RandomSource.seeded(42);
    OutlierDetection ours = OutlierDetection.defaults();
    OutlierDetection envoys = successRate(knobs -> knobs.successRateMargin(0));
    int chance = 0;
    int found = 0;
    for (int interval = 0; interval < 100; interval++) {
      List<Sample> fleet = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int failures = 0;
        for (int request = 0; request < 200; request++) {
          failures += random.nextInt(1_000) < 5 ? 1 : 0;
        }
        fleet.add(sample(200 - failures, failures));
      }
      chance += envoys.judge(fleet, random).size();
      found += ours.judge(fleet, random).size();
    }
    assertTrue(chance > 200, chance + " of 10 000");
    assertEquals(0, found);
  }

  // Failure percentage.

  @Test
  void theFailurePercentageIncludesItsThreshold() {
    OutlierDetection detection = failurePercentage(knobs -> {});
    Finding finding = detection.judge(List.of(sample(15, 85)), NO_DRAW).get(0);
    assertEquals(85, finding.value());
    assertEquals(85, finding.threshold());
    assertEquals("failure percentage 85.0 % >= 85.0 %", finding.explanation());
    assertEquals(List.of(), found(detection, List.of(sample(1_501, 8_499))));
    // A threshold that binary fractions cannot name, and all of them.
    assertEquals(
        List.of(0),
        found(
            failurePercentage(knobs -> knobs.failurePercentage(83.3)), among(1, sample(167, 833))));
    assertEquals(
        List.of(0),
        found(failurePercentage(knobs -> knobs.failurePercentage(100)), among(1, sample(0, 50))),
        "armeria's failureRateThreshold(1.0) can never trip");
  }

  @Test
  void theFailurePercentageNeedsItsVolumeAndNobodyElse() {
    assertEquals(List.of(), found(failurePercentage(knobs -> {}), List.of(sample(0, 49))));
    assertEquals(List.of(0), found(failurePercentage(knobs -> {}), List.of(sample(0, 50))));
    Consumer<Builder> three = knobs -> knobs.minimumHosts(Rule.FAILURE_PERCENTAGE, 3);
    assertEquals(List.of(), found(failurePercentage(three), among(1, sample(0, 50))));
    assertEquals(List.of(0), found(failurePercentage(three), among(2, sample(0, 50))));
  }

  /** What mean and deviation cannot see (O2). */
  @Test
  void aHalfDeadFleetIsSeenByTheFailurePercentageAlone() {
    Sample dead = sample(0, 1_000);
    List<Sample> fleet = among(5, dead, dead, dead, dead, dead);
    assertEquals(List.of(), found(successRate(knobs -> {}), fleet));
    assertEquals(List.of(0, 1, 2, 3, 4), found(OutlierDetection.defaults(), fleet));
  }

  // Latency.

  @Test
  void aSlowInstanceIsFoundByTheMedianOfTheOthers() {
    Finding finding =
        latency(knobs -> {}).judge(List.of(slow(20), slow(61), slow(20)), NO_DRAW).get(0);
    assertEquals(1, finding.index());
    assertEquals(Rule.LATENCY, finding.rule());
    assertEquals(61e6, finding.value());
    assertEquals(60e6, finding.threshold());
    assertEquals("latency 61.0 ms > 60.0 ms = 3.0 x median 20.0 ms", finding.explanation());
    assertEquals(
        List.of(), found(latency(knobs -> {}), List.of(slow(20), slow(60), slow(20))), "equal");
  }

  @Test
  void whatIsFastInAbsoluteTermsIsNeverSlow() {
    List<Sample> fleet = List.of(slow(1), slow(50), slow(1));
    assertEquals(List.of(), found(latency(knobs -> {}), fleet));
    List<Sample> slower = List.of(slow(1), slow(50.1), slow(1));
    assertEquals(
        "latency 50.1 ms > 50.0 ms = floor",
        latency(knobs -> {}).judge(slower, NO_DRAW).get(0).explanation());
  }

  @Test
  void ifHalfOfTheFleetIsSlowItIsFound() {
    List<Sample> fleet = List.of(slow(500), slow(20), slow(400), slow(21));
    assertEquals(List.of(0, 2), found(latency(knobs -> {}), fleet));
    assertEquals(
        List.of(1),
        found(latency(knobs -> knobs.minimumHosts(Rule.LATENCY, 2)), List.of(slow(20), slow(400))));
  }

  @Test
  void anUnknownLatencyIsNone() {
    Sample unknown = sample(1_000, 0);
    Sample zero = new Sample(1_000, 0, 0, true);
    assertEquals(
        List.of(),
        found(latency(knobs -> {}), List.of(slow(500), slow(20), unknown, zero)),
        "two of three");
    assertEquals(
        List.of(0), found(latency(knobs -> {}), List.of(slow(500), slow(20), slow(20), zero)));
  }

  @Test
  void theLatencyOfFewRequestsIsNone() {
    Sample few = new Sample(49, 0, 500e6, true);
    Sample enough = new Sample(25, 25, 500e6, true);
    assertEquals(
        List.of(), found(latency(knobs -> {}), List.of(few, slow(20), slow(20), slow(20))));
    assertEquals(
        List.of(0), found(latency(knobs -> {}), List.of(enough, slow(20), slow(20), slow(20))));
    assertEquals(
        List.of(0),
        found(
            latency(knobs -> knobs.volume(Rule.LATENCY, 49)),
            List.of(few, slow(20), slow(20), slow(20))));
  }

  @Test
  void theLatencyRuleIsOffByDefault() {
    assertFalse(OutlierDetection.defaults().judges(Rule.LATENCY));
    assertEquals(
        List.of(),
        found(
            OutlierDetection.defaults(), List.of(slow(9_000), slow(1), slow(1), slow(1), slow(1))));
  }

  // Several findings.

  @Test
  void theWorstAreFirst() {
    OutlierDetection detection =
        OutlierDetection.builder().latency(2, Duration.ofMillis(1)).build();
    List<Sample> fleet = new ArrayList<>();
    fleet.add(slow(50)); // 0: slow
    fleet.add(slow(90)); // 1: slower
    fleet.add(new Sample(10, 90, 1e6, true)); // 2: fails 90 %
    fleet.add(new Sample(0, 60, 1e6, true)); // 3: fails, too few requests for the success rate
    fleet.add(new Sample(20, 180, 1e6, true)); // 4: as 2, with more requests
    fleet.add(new Sample(10, 90, 1e6, true)); // 5: as 2
    for (int i = 0; i < 10; i++) {
      fleet.add(slow(1));
    }
    assertEquals(List.of(3, 4, 2, 5, 1, 0), found(detection, fleet));
  }

  @Test
  void whoBreaksSeveralRulesIsFoundOnce() {
    List<Finding> findings = OutlierDetection.defaults().judge(among(4, sample(0, 1_000)), NO_DRAW);
    assertEquals(1, findings.size());
    assertEquals(Rule.SUCCESS_RATE, findings.get(0).rule());
    assertEquals(
        "success rate 0.0 % < 4.0 % = mean 80.0 % - 1.9 x 40.0 %"
            + "; also failure percentage 100.0 % >= 85.0 %",
        findings.get(0).explanation());
  }

  @Test
  void ofSeveralRulesTheOneThatIsEnforcedCounts() {
    Finding finding =
        OutlierDetection.builder()
            .enforcing(Rule.SUCCESS_RATE, 0)
            .build()
            .judge(among(4, sample(0, 1_000)), NO_DRAW)
            .get(0);
    assertEquals(Rule.FAILURE_PERCENTAGE, finding.rule());
    assertTrue(finding.enforced());
    assertEquals(100, finding.value());
    assertEquals(85, finding.threshold());
    assertTrue(finding.explanation().startsWith("failure percentage 100.0 % >= 85.0 %; also succ"));
  }

  @Test
  void theShadowModeOnlySays() {
    OutlierDetection shadow = OutlierDetection.builder().enforcing(0).build();
    Finding finding = shadow.judge(among(4, sample(500, 500)), NO_DRAW).get(0);
    assertFalse(finding.enforced());
    assertEquals(
        "#0: success rate 50.0 % < 52.0 % = mean 90.0 % - 1.9 x 20.0 % (not enforced)",
        finding.toString());
  }

  @Test
  void aShareOfTheFindingsIsEnforced() {
    OutlierDetection third = failurePercentage(knobs -> knobs.enforcing(30));
    for (int draw = 0; draw < 100; draw++) {
      // The value whose share of 2^32 makes nextInt(100) this draw.
      long scripted = ((((long) draw << 32) + 99) / 100) << 32;
      Finding finding = third.judge(List.of(sample(0, 100)), () -> scripted).get(0);
      assertEquals(draw < 30, finding.enforced(), "draw " + draw);
    }
  }

  @Test
  void aRuleThatIsNotDrawnLeavesItToTheNext() {
    OutlierDetection detection =
        OutlierDetection.builder()
            .enforcing(Rule.SUCCESS_RATE, 50)
            .enforcing(Rule.FAILURE_PERCENTAGE, 50)
            .build();
    long[] draws = {-1, 0}; // 99, and 0
    int[] drawn = {0};
    Finding finding = detection.judge(among(4, sample(0, 1_000)), () -> draws[drawn[0]++]).get(0);
    assertEquals(Rule.FAILURE_PERCENTAGE, finding.rule());
    assertTrue(finding.enforced());
    assertEquals(2, drawn[0]);
    drawn[0] = 1;
    assertEquals(
        Rule.SUCCESS_RATE,
        detection.judge(among(4, sample(0, 1_000)), () -> draws[drawn[0]++]).get(0).rule());
    assertEquals(2, drawn[0], "one draw is enough");
  }

  /** servicetalk#3550, #3556: detectors shared counters, and asking changed the answer. */
  @Test
  void judgingChangesNothing() {
    List<Sample> fleet = among(4, sample(500, 500));
    List<Sample> copy = List.copyOf(fleet);
    OutlierDetection one = OutlierDetection.defaults();
    OutlierDetection other = OutlierDetection.builder().enforcing(0).build();
    List<Finding> first = one.judge(fleet, NO_DRAW);
    for (int i = 0; i < 3; i++) {
      assertEquals(1, other.judge(fleet, NO_DRAW).size());
      assertEquals(first, one.judge(fleet, NO_DRAW));
    }
    assertEquals(copy, fleet);
    assertThrows(UnsupportedOperationException.class, first::clear);
  }

  @Test
  void nobodyIsFoundInAnEmptyOrIdleFleet() {
    assertEquals(List.of(), found(OutlierDetection.defaults(), List.of()));
    assertEquals(List.of(), found(OutlierDetection.defaults(), List.of(sample(0, 0))));
  }

  // Knobs.

  @Test
  void theDefaultsAreAsDocumented() {
    OutlierDetection defaults = OutlierDetection.defaults();
    assertEquals(Duration.ofSeconds(10), defaults.interval());
    assertTrue(defaults.judges(Rule.SUCCESS_RATE));
    assertTrue(defaults.judges(Rule.FAILURE_PERCENTAGE));
    assertEquals(
        "OutlierDetection[interval=PT10S,"
            + " success rate < mean - max(1.9 deviations, 5.0 points)"
            + " (>= 5 hosts of >= 100 requests, enforcing 100 %),"
            + " failure percentage >= 85.0 % (>= 1 hosts of >= 50 requests, enforcing 100 %)]",
        defaults.toString());
  }

  /** servicetalk#3604, grpc-go#8915: knobs that were lost or mixed up on their way. */
  @Test
  void everyKnobArrives() {
    OutlierDetection detection =
        OutlierDetection.builder()
            .interval(Duration.ofSeconds(3))
            .successRateDeviations(1.5)
            .successRateMargin(7)
            .failurePercentage(60)
            .latency(4, Duration.ofMillis(250))
            .minimumHosts(Rule.SUCCESS_RATE, 11)
            .minimumHosts(Rule.FAILURE_PERCENTAGE, 12)
            .minimumHosts(Rule.LATENCY, 13)
            .volume(Rule.SUCCESS_RATE, 21)
            .volume(Rule.FAILURE_PERCENTAGE, 22)
            .volume(Rule.LATENCY, 23)
            .enforcing(Rule.SUCCESS_RATE, 31)
            .enforcing(Rule.FAILURE_PERCENTAGE, 32)
            .enforcing(33)
            .build();
    assertEquals(
        "OutlierDetection[interval=PT3S,"
            + " success rate < mean - max(1.5 deviations, 7.0 points)"
            + " (>= 11 hosts of >= 21 requests, enforcing 31 %),"
            + " failure percentage >= 60.0 % (>= 12 hosts of >= 22 requests, enforcing 32 %),"
            + " latency > max(4.0 x median, PT0.25S)"
            + " (>= 13 hosts of >= 23 requests, enforcing 33 %)]",
        detection.toString());
  }

  @Test
  void equalKnobsMakeEqualDetections() {
    assertEquals(OutlierDetection.defaults(), OutlierDetection.builder().enforcing(100).build());
    assertEquals(
        OutlierDetection.defaults().hashCode(),
        OutlierDetection.builder().enforcing(100).build().hashCode());
    assertNotEquals(OutlierDetection.defaults(), OutlierDetection.builder().enforcing(99).build());
    assertNotEquals(
        OutlierDetection.defaults(),
        OutlierDetection.builder().interval(Duration.ofSeconds(11)).build());
  }

  private static void refused(String message, Consumer<Builder> knob) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> knob.accept(OutlierDetection.builder()));
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void badKnobsAreRefusedWithNameValueAndRule() {
    refused("interval: PT0.099S (expected: PT0.1S..PT24H)", b -> b.interval(Duration.ofMillis(99)));
    refused(
        "interval: PT24H0.000000001S (expected: PT0.1S..PT24H)",
        b -> b.interval(Duration.ofDays(1).plusNanos(1)));
    refused("interval: PT0S (expected: > 0 and at most 292 years)", b -> b.interval(Duration.ZERO));
    refused("successRateDeviations: 10.1 (expected: 0..10)", b -> b.successRateDeviations(10.1));
    refused(
        "successRateDeviations: NaN (expected: 0..10)", b -> b.successRateDeviations(Double.NaN));
    refused("successRateMargin: -1.0 (expected: 0..99)", b -> b.successRateMargin(-1));
    refused("failurePercentage: 0.0 (expected: > 0 and <= 100)", b -> b.failurePercentage(0));
    refused("failurePercentage: 100.1 (expected: > 0 and <= 100)", b -> b.failurePercentage(100.1));
    refused(
        "latency factor: 1.0 (expected: > 1 and <= 1000)", b -> b.latency(1, Duration.ofMillis(1)));
    refused(
        "latency floor: PT0S (expected: > 0 and at most 292 years)",
        b -> b.latency(2, Duration.ZERO));
    refused(
        "minimumHosts of success rate: 1 (expected: 2..1000000)",
        b -> b.minimumHosts(Rule.SUCCESS_RATE, 1));
    refused(
        "minimumHosts of failure percentage: 0 (expected: 1..1000000)",
        b -> b.minimumHosts(Rule.FAILURE_PERCENTAGE, 0));
    refused("volume of latency: 0 (expected: >= 1)", b -> b.volume(Rule.LATENCY, 0));
    refused("enforcing: 101 (expected: 0..100)", b -> b.enforcing(101));
    refused(
        "enforcing of success rate: -1 (expected: 0..100)",
        b -> b.enforcing(Rule.SUCCESS_RATE, -1));
  }

  @Test
  void badSamplesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> sample(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> sample(0, -1));
    assertThrows(IllegalArgumentException.class, () -> sample(Long.MAX_VALUE, 0));
    assertThrows(IllegalArgumentException.class, () -> new Sample(0, 0, -1, true));
    assertThrows(
        IllegalArgumentException.class, () -> new Sample(0, 0, Double.POSITIVE_INFINITY, true));
  }

  private static void senseless(String message, Consumer<Builder> knobs) {
    Builder builder = OutlierDetection.builder();
    knobs.accept(builder);
    assertEquals(message, assertThrows(IllegalStateException.class, builder::build).getMessage());
  }

  @Test
  void knobsWithoutEffectAreRefused() {
    senseless(
        "all rules are off; leave the outlier detection away instead",
        b -> b.without(Rule.SUCCESS_RATE).without(Rule.FAILURE_PERCENTAGE));
    senseless("volume: is set, but the rule latency is off", b -> b.volume(Rule.LATENCY, 100));
    senseless(
        "failurePercentage: is set, but the rule failure percentage is off",
        b -> b.failurePercentage(90).without(Rule.FAILURE_PERCENTAGE));
    senseless(
        "successRateMargin: is set, but the rule success rate is off",
        b -> b.without(Rule.SUCCESS_RATE).successRateMargin(1));
    senseless(
        "successRateDeviations and successRateMargin: both 0 would find whoever is below the mean",
        b -> b.successRateDeviations(0).successRateMargin(0));
    senseless(
        "enforcing: 0 has no effect, every rule has a share of its own",
        b ->
            b.enforcing(0).enforcing(Rule.SUCCESS_RATE, 10).enforcing(Rule.FAILURE_PERCENTAGE, 10));
  }
}
