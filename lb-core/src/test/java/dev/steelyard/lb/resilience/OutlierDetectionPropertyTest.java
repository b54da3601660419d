package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.resilience.OutlierDetection.Finding;
import dev.steelyard.lb.resilience.OutlierDetection.Rule;
import dev.steelyard.lb.resilience.OutlierDetection.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class OutlierDetectionPropertyTest {
  private static final RandomSource NO_DRAW =
      () -> {
        throw new AssertionError("drawn");
      };

  @Provide
  Arbitrary<Sample> samples() {
    Arbitrary<Long> counts =
        Arbitraries.oneOf(
            Arbitraries.of(0L, 1L, 49L, 50L, 99L, 100L, 1_000L),
            Arbitraries.longs().between(0, 2_000));
    Arbitrary<Double> latencies =
        Arbitraries.oneOf(
            Arbitraries.of(0.0, Double.NaN, 1e6), Arbitraries.doubles().between(1, 1e10));
    return Combinators.combine(counts, counts, latencies, Arbitraries.of(true, true, true, false))
        .as(Sample::new);
  }

  @Provide
  Arbitrary<List<Sample>> fleets() {
    return samples().list().ofMaxSize(40);
  }

  @Provide
  Arbitrary<OutlierDetection> detections() {
    return Combinators.combine(
            Arbitraries.of(0.0, 0.5, 1.0, 1.9, 3.0),
            Arbitraries.of(0.5, 5.0, 30.0),
            Arbitraries.of(10.0, 85.0, 100.0),
            Arbitraries.of(1.5, 3.0),
            Arbitraries.of(1, 50, 500),
            Arbitraries.of(2, 3, 5))
        .as(OutlierDetectionPropertyTest::detection);
  }

  private static OutlierDetection detection(
      double deviations, double margin, double failures, double factor, int volume, int hosts) {
    OutlierDetection.Builder builder =
        OutlierDetection.builder()
            .successRateDeviations(deviations)
            .successRateMargin(margin)
            .failurePercentage(failures)
            .latency(factor, Duration.ofMillis(1));
    for (Rule rule : Rule.values()) {
      builder.volume(rule, volume).minimumHosts(rule, hosts);
    }
    return builder.build();
  }

  /** O2, and the vector success-rate-outlier-limits. In tenths, so that the limit is exact. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void deadInstancesAreFoundByTheirRateIffTheyAreFewEnough(
      @ForAll @IntRange(min = 2, max = 80) int hosts,
      @ForAll @IntRange(min = 1, max = 79) int wanted,
      @ForAll @IntRange(min = 1, max = 60) int tenths) {
    int dead = Math.min(wanted, hosts - 1);
    OutlierDetection detection =
        OutlierDetection.builder()
            .without(Rule.FAILURE_PERCENTAGE)
            .successRateDeviations(tenths / 10.0)
            .successRateMargin(0)
            .minimumHosts(Rule.SUCCESS_RATE, 2)
            .build();
    List<Sample> fleet = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      fleet.add(i < dead ? new Sample(0, 300, 0, true) : new Sample(300, 0, 0, true));
    }
    boolean few = 100 * (hosts - dead) > tenths * tenths * dead;
    List<Integer> expected =
        few ? IntStream.range(0, dead).boxed().toList() : Collections.<Integer>emptyList();
    assertEquals(expected, detection.judge(fleet, NO_DRAW).stream().map(Finding::index).toList());
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void theOrderOfTheListDoesNotMatter(
      @ForAll("fleets") List<Sample> fleet,
      @ForAll("detections") OutlierDetection detection,
      @ForAll long seed) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, fleet.size()).boxed().toList());
    Collections.shuffle(places, new Random(seed));
    List<Sample> shuffled = places.stream().map(fleet::get).toList();
    List<Finding> plain = detection.judge(fleet, NO_DRAW);
    List<Finding> moved = new ArrayList<>();
    for (Finding finding : detection.judge(shuffled, NO_DRAW)) {
      moved.add(at(finding, places.get(finding.index())));
    }
    Set<Finding> all = new HashSet<>(plain);
    assertEquals(plain.size(), all.size());
    assertEquals(all, new HashSet<>(moved));
    for (int i = 0; i < plain.size(); i++) { // only equals may have changed places
      assertEquals(
          fleet.get(plain.get(i).index()).failures()
              * 1.0
              / fleet.get(plain.get(i).index()).requests(),
          fleet.get(moved.get(i).index()).failures()
              * 1.0
              / fleet.get(moved.get(i).index()).requests());
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void onlyTheRatioOfTheCountsMatters(
      @ForAll("fleets") List<Sample> fleet,
      @ForAll @IntRange(min = 1, max = 1_000_000) int factor) {
    List<Sample> larger = new ArrayList<>();
    for (Sample sample : fleet) {
      larger.add(
          new Sample(
              sample.successes() * factor,
              sample.failures() * factor,
              sample.latencyNanos(),
              sample.judged()));
    }
    assertEquals(
        detection(1.9, 5, 50, 2, 100, 5).judge(fleet, NO_DRAW),
        detection(1.9, 5, 50, 2, 100 * factor, 5).judge(larger, NO_DRAW));
  }

  /** servicetalk#3551, and that who is out is out of it. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void whoIsNotJudgedOrHasNoVolumeMightAsWellNotBeThere(
      @ForAll("fleets") List<Sample> fleet, @ForAll("detections") OutlierDetection detection) {
    int volume = detection.toString().contains(">= 500 requests") ? 500 : 1;
    List<Integer> places = new ArrayList<>();
    List<Sample> rest = new ArrayList<>();
    for (int i = 0; i < fleet.size(); i++) {
      if (fleet.get(i).judged() && fleet.get(i).requests() >= volume) {
        places.add(i);
        rest.add(fleet.get(i));
      }
    }
    List<Finding> expected = new ArrayList<>();
    for (Finding finding : detection.judge(rest, NO_DRAW)) {
      expected.add(at(finding, places.get(finding.index())));
    }
    assertEquals(expected, detection.judge(fleet, NO_DRAW));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aFindingHoldsWhatItSays(
      @ForAll("fleets") List<Sample> fleet, @ForAll("detections") OutlierDetection detection) {
    List<Finding> findings = detection.judge(fleet, NO_DRAW);
    assertEquals(findings, detection.judge(fleet, NO_DRAW), "it is a function");
    Set<Integer> places = new HashSet<>();
    for (Finding finding : findings) {
      Sample sample = fleet.get(finding.index());
      assertTrue(sample.judged());
      assertTrue(finding.enforced());
      assertTrue(places.add(finding.index()), "twice");
      double rate = 100.0 * sample.successes() / sample.requests();
      switch (finding.rule()) {
        case SUCCESS_RATE -> {
          assertEquals(rate, finding.value());
          assertTrue(rate < finding.threshold());
        }
        case FAILURE_PERCENTAGE -> {
          assertEquals(100 - rate, finding.value(), 1e-9);
          assertTrue(finding.value() >= finding.threshold());
        }
        case LATENCY -> {
          assertEquals(sample.latencyNanos(), finding.value());
          assertTrue(finding.value() > finding.threshold());
          assertTrue(finding.threshold() >= 1e6);
        }
      }
      assertTrue(Double.isFinite(finding.value()) && Double.isFinite(finding.threshold()));
      assertFalse(finding.toString().contains("NaN"), finding::toString);
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void theShadowModeFindsTheSameAndEnforcesNothing(@ForAll("fleets") List<Sample> fleet) {
    OutlierDetection.Builder knobs =
        OutlierDetection.builder().latency(2, Duration.ofMillis(1)).failurePercentage(30);
    List<Finding> real = knobs.build().judge(fleet, NO_DRAW);
    List<Finding> shadow = knobs.enforcing(0).build().judge(fleet, NO_DRAW);
    assertTrue(shadow.stream().noneMatch(Finding::enforced));
    assertEquals(
        real,
        shadow.stream()
            .map(
                f ->
                    new Finding(
                        f.index(), f.rule(), true, f.value(), f.threshold(), f.explanation()))
            .toList());
  }

  /** 5 sigma of the binomial distribution. */
  @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
  void theShareThatIsEnforcedIsTheOneThatWasSet(
      @ForAll @IntRange(min = 0, max = 100) int percent, @ForAll long seed) {
    OutlierDetection detection = OutlierDetection.builder().enforcing(percent).build();
    List<Sample> dead = Collections.nCopies(4_000, new Sample(0, 100, 0, true));
    long enforced =
        detection.judge(dead, RandomSource.seeded(seed)).stream().filter(Finding::enforced).count();
    double share = percent / 100.0;
    double bound = 5 * Math.sqrt(dead.size() * share * (1 - share));
    assertTrue(Math.abs(enforced - dead.size() * share) <= bound, percent + " %: " + enforced);
  }

  private static Finding at(Finding finding, int index) {
    return new Finding(
        index,
        finding.rule(),
        finding.enforced(),
        finding.value(),
        finding.threshold(),
        finding.explanation());
  }
}
