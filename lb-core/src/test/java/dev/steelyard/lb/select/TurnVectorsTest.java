package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.count;
import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.pick;
import static dev.steelyard.lb.testing.Vectors.get;
import static dev.steelyard.lb.testing.Vectors.vector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases of other projects about turns by weight and about the least loaded of all. Where they give
 * an order, the counts are what is promised here, for any run as long as theirs; see
 * docs/conformance.md. Skipped unless {@code -Dsteelyard.shared=DIR} is given.
 */
class TurnVectorsTest {

  private static double[] doubles(List<?> list) {
    return list.stream().mapToDouble(value -> ((Number) value).doubleValue()).toArray();
  }

  private static Picker over(List<FakeEndpoint> fleet, double[] weights, long seed) {
    return Selectors.roundRobin()
        .prepare(Candidates.of(fleet, weights, RandomSource.seeded(seed)), null);
  }

  /** The counts of runs of a length, one after the other, with a start of their own each. */
  private static void assertCounts(double[] weights, int picks, long[] expected) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    for (long seed = 0; seed < 50; seed++) {
      Picker picker = over(fleet, weights, seed);
      assertArrayEquals(expected, count(picker, fleet, picks), Arrays.toString(weights));
      assertArrayEquals(expected, count(picker, fleet, picks), Arrays.toString(weights));
    }
  }

  private static long[] countsOf(List<?> sequence, List<?> names) {
    long[] counts = new long[names.size()];
    for (Object picked : sequence) {
      counts[names.indexOf(picked)]++;
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(strings = {"edf-1-2", "edf-host-added", "edf-hosts-replaced"})
  void turnsByWeight(String id) throws Exception {
    Map<String, Object> vector = vector("edf_wrr", id);
    double[] weights = doubles(get(vector, "input", "weights"));
    double[] picks = doubles(get(vector, "expected"));
    long[] counts = new long[weights.length];
    for (double picked : picks) {
      counts[(int) picked]++;
    }
    assertCounts(weights, picks.length, counts);
  }

  @Test
  void weightsChangedLive() throws Exception {
    Map<String, Object> vector = vector("edf_wrr", "edf-weights-changed-live");
    double[] after = doubles(get(vector, "input", "set_weights"));
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Picker before = over(fleet, new double[] {1, 2}, 1);
    count(before, fleet, 6);
    Picker changed =
        Selectors.roundRobin().prepare(Candidates.of(fleet, after, RandomSource.seeded(2)), before);
    // 5 : 3 of eight, and so whichever of both comes first: two thirds of eight, give or take one
    assertEquals(5.33, count(changed, fleet, 8)[0], 1);
  }

  @Test
  void weightsFrom1To128() throws Exception {
    vector("edf_wrr", "edf-weighted-128");
    double[] weights = IntStream.rangeClosed(1, 128).asDoubleStream().toArray();
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(128);
    long[] expected = IntStream.rangeClosed(1, 128).asLongStream().toArray();
    Picker picker = over(fleet, weights, 3);
    for (int cycle = 0; cycle < 3; cycle++) {
      assertArrayEquals(expected, count(picker, fleet, 8_256));
      pick(picker); // the next cycle begins elsewhere
    }
  }

  @Test
  void theFirstPickIsByWeight() throws Exception {
    // envoy#31378, #10064, #14597, #14681: the heaviest came first after each rebuild.
    Map<String, Object> vector = vector("edf_wrr", "edf-first-pick-share");
    List<List<Double>> sets = get(vector, "input", "weight_sets");
    RandomSource random = RandomSource.seeded(4);
    for (List<Double> set : sets) {
      double[] weights = doubles(set);
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
      Candidates candidates = Candidates.of(fleet, weights, random);
      long[] first = new long[weights.length];
      int trials = 40_000;
      for (int i = 0; i < trials; i++) {
        first[fleet.indexOf(pick(Selectors.roundRobin().prepare(candidates, null)))]++;
      }
      double total = Arrays.stream(weights).sum();
      for (int i = 0; i < weights.length; i++) {
        assertEquals(weights[i] / total, (double) first[i] / trials, 0.01);
      }
    }
  }

  @Test
  void equalWeightsTakeTurns() throws Exception {
    vector("edf_wrr", "grpc-go-edf-equal");
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    Picker picker = over(fleet, equal(3), 5);
    int start = fleet.indexOf(pick(picker));
    for (int i = 1; i < 12; i++) {
      assertSame(fleet.get((start + i) % 3), pick(picker));
    }
    vector("edf_wrr", "rr-single-host");
    List<FakeEndpoint> one = FakeEndpoint.fleet(1);
    assertArrayEquals(new long[] {2}, count(over(one, equal(1), 6), one, 2));
    vector("edf_wrr", "rr-no-hosts");
    assertNull(pick(over(List.of(), new double[0], 7)));
  }

  @Test
  void nginxsSequences() throws Exception {
    Map<String, Object> five = vector("swrr_nginx", "swrr-5-1-1");
    assertCounts(
        new double[] {5, 1, 1}, 7, countsOf(get(five, "expected"), List.of("a", "b", "c")));
    for (String id : List.of("swrr-4-3-2-1", "swrr-1-2")) {
      Map<String, Object> vector = vector("swrr_nginx", id);
      List<Double> sequence = get(vector, "expected");
      double[] weights = doubles(get(vector, "input", "weights"));
      List<Double> names = IntStream.range(0, weights.length).mapToObj(i -> (double) i).toList();
      assertCounts(weights, sequence.size(), countsOf(sequence, names));
    }
    vector("swrr_nginx", "nginx-even");
    assertCounts(equal(2), 30, new long[] {15, 15});
  }

  @Test
  void nginxsLeastConnections() throws Exception {
    vector("swrr_nginx", "nginx-least-conn");
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Picker picker =
        Selectors.leastRequests()
            .prepare(Candidates.of(fleet, equal(2), RandomSource.seeded(8)), null);
    fleet.get(0).begin(); // one is stuck
    for (int i = 0; i < 10; i++) {
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      assertSame(fleet.get(1), picked);
      picked.begin();
      picked.end(Outcome.SUCCESS, -1);
    }
    vector("swrr_nginx", "nginx-random-two-weights");
    List<FakeEndpoint> weighted = FakeEndpoint.fleet(2);
    for (long seed = 0; seed < 20; seed++) {
      weighted.forEach(endpoint -> endpoint.inFlight.set(0));
      Picker two =
          Selectors.leastRequests()
              .prepare(
                  Candidates.of(weighted, new double[] {1, 2}, RandomSource.seeded(seed)), null);
      for (int i = 0; i < 30; i++) {
        ((FakeEndpoint) pick(two)).begin();
      }
      assertEquals(10, weighted.get(0).inFlight(), 1);
    }
  }

  @Test
  void strides() throws Exception {
    for (String id : List.of("deterministic-2-3-6", "deterministic-wraparound")) {
      Map<String, Object> vector = vector("static_stride", id);
      double[] weights = doubles(get(vector, "input", "weights"));
      assertCounts(weights, 11, new long[] {2, 3, 6}); // a whole cycle; the case gives six of it
    }
    vector("static_stride", "all-equal-or-all-unset");
    assertCounts(equal(3), 6, new long[] {2, 2, 2});
    for (String id : List.of("noninteger-two", "noninteger-five")) {
      Map<String, Object> vector = vector("static_stride", id);
      double[] weights = doubles(get(vector, "input", "weights"));
      double tolerance = ((Number) get(vector, "expected", "abs_share_error_lt")).doubleValue();
      assertShares(weights, 1_000, tolerance, 50);
    }
    vector("static_stride", "wraparound-share");
    assertShares(new double[] {1, 2, 3, 4, 5}, 1_000, 0.002, 50);
  }

  private static void assertShares(double[] weights, int picks, double tolerance, int seeds) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    double total = Arrays.stream(weights).sum();
    // As many picks as keep the discrepancy, a few picks at most, below the tolerance.
    int enough = Math.max(picks, (int) (5 / tolerance));
    for (long seed = 0; seed < seeds; seed++) {
      long[] counts = count(over(fleet, weights, seed), fleet, enough);
      for (int i = 0; i < weights.length; i++) {
        assertEquals(weights[i] / total, (double) counts[i] / enough, tolerance);
      }
    }
  }

  @Test
  void theLeastOfAll() throws Exception {
    Map<String, Object> vector = vector("least_request", "full-scan");
    double[] active = doubles(get(vector, "input", "active"));
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(active.length);
    for (int i = 0; i < active.length; i++) {
      fleet.get(i).inFlight.set((int) active[i]);
    }
    Picker picker =
        Selectors.leastRequests()
            .prepare(Candidates.of(fleet, equal(active.length), RandomSource.seeded(9)), null);
    int expected = ((Number) get(vector, "expected", "pick")).intValue();
    assertSame(fleet.get(expected), pick(picker));
  }

  @Test
  void ballsInBins() throws Exception {
    Map<String, Object> vector = vector("statistical_bounds", "p2c-gap");
    List<List<Object>> rows = get(vector, "expected");
    for (List<Object> row : rows) {
      int bins = ((Number) row.get(0)).intValue();
      int balls = ((Number) row.get(1)).intValue();
      if (balls > 10_000) {
        continue; // the gap does not grow with the balls; these take long
      }
      boolean twice = ((Number) row.get(2)).intValue() == 2;
      Selector selector = twice ? Selectors.powerOfTwoChoices() : Selectors.random();
      double worst = 0;
      for (long seed = 0; seed < 5; seed++) {
        List<FakeEndpoint> fleet = FakeEndpoint.fleet(bins);
        Picker picker =
            selector.prepare(Candidates.of(fleet, equal(bins), RandomSource.seeded(seed)), null);
        Stream.generate(() -> (FakeEndpoint) pick(picker))
            .limit(balls)
            .forEach(FakeEndpoint::begin);
        int fullest = fleet.stream().mapToInt(FakeEndpoint::inFlight).max().orElseThrow();
        worst = Math.max(worst, fullest - (double) balls / bins);
      }
      double limit = ((Number) row.get(5)).doubleValue() + 1;
      double observed = worst;
      assertTrue(observed <= (twice ? limit : 1.5 * limit), () -> row + ": " + observed);
    }
  }
}
