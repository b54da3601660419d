package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.testing.Vectors.get;
import static dev.steelyard.lb.testing.Vectors.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.testing.Vectors;
import dev.steelyard.lb.weigh.ReportedWeight;
import dev.steelyard.lb.weigh.ReportedWeights;
import dev.steelyard.lb.weigh.SlowStart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases of other projects about load: reports, slow start, several choices, probes. What they come
 * to here is in docs/conformance.md; skipped unless {@code -Dsteelyard.shared=DIR} is given.
 */
class LoadVectorsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long EXPIRY = 180 * SECOND;

  private static double number(Map<String, Object> map, String key, double absent) {
    return map.get(key) instanceof Double value ? value : absent;
  }

  private static List<Map<String, Object>> rows(String file, String id) throws IOException {
    return get(vector(file, id), "expected");
  }

  private static double[] doubles(List<Double> list) {
    return list.stream().mapToDouble(value -> value).toArray();
  }

  // prequal.json

  @Test
  void prequalParameters() throws Exception {
    Map<String, Object> expected = get(vector("prequal.json", "parameters"), "expected");
    assertEquals(number(expected, "Q_RIF", 0), RecentLoads.QUANTILE, 5e-5);
    assertEquals(Math.pow(2, -0.25), RecentLoads.QUANTILE);
    assertEquals(number(expected, "pool_size", 0), ProbePool.MOST);
    assertEquals(number(expected, "probe_age_limit_s", 0), PrequalSelector.AGE_LIMIT_SECONDS);
    assertEquals(number(expected, "r_probe", 0), PrequalSelector.DEFAULT_PROBES);
    assertEquals(
        number(expected, "r_remove", 0), PrequalSelector.removals(PrequalSelector.DEFAULT_PROBES));
  }

  @Test
  void prequalReuseBudget() throws Exception {
    for (Map<String, Object> row : rows("prequal.json", "reuse-budget")) {
      double uses =
          PrequalSelector.uses(
              (int) number(row, "m", 0),
              (int) number(row, "n", 0),
              number(row, "r_probe", 0),
              number(row, "r_remove", 0));
      assertEquals(number(row, "b", Double.POSITIVE_INFINITY), uses, 5e-5, row::toString);
    }
  }

  /** A picker whose probes have no answers but these. */
  private static PrequalPicker answered(List<FakeEndpoint> fleet, List<Map<String, Object>> pool) {
    Candidates candidates = Candidates.of(fleet, equal(fleet.size()), RandomSource.seeded(1));
    PrequalPicker picker =
        (PrequalPicker) Selectors.prequal(new Prober(), 1e-9).prepare(candidates, null);
    for (int i = 0; i < pool.size(); i++) {
      Map<String, Object> row = pool.get(i);
      picker.answered(fleet.get(i), number(row, "rif", 0), number(row, "lat", 0), i);
    }
    return picker;
  }

  private static String pickedId(String id) throws IOException {
    Map<String, Object> vector = vector("prequal.json", id);
    List<Map<String, Object>> pool = get(vector, "input", "pool");
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(pool.size());
    PrequalPicker picker = answered(fleet, pool);
    if (get(vector, "input", "threshold") instanceof Double threshold) {
      for (int i = 0; i < RecentLoads.SIZE; i++) {
        picker.probes().recent().add(threshold);
      }
    }
    return (String) pool.get(fleet.indexOf(Strategy.pick(picker))).get("id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hcl-cold", "hcl-all-hot"})
  void prequalHotColdRule(String id) throws Exception {
    assertEquals(get(vector("prequal.json", id), "expected", "pick"), pickedId(id));
  }

  @Test
  void prequalRemovesTheWorst() throws Exception {
    Map<String, Object> vector = vector("prequal.json", "remove-worst");
    List<Map<String, Object>> pool = get(vector, "input", "pool");
    double threshold = Vectors.<Double>get(vector, "input", "threshold");
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(pool.size());
    for (boolean anyHot : new boolean[] {true, false}) {
      PrequalPicker picker = answered(fleet, pool);
      picker.answered(new FakeEndpoint(9), 0, 0, -1);
      double limit = anyHot ? threshold : 100;
      picker.removeOne(limit); // the oldest, a
      picker.answered(fleet.get(0), 1, 9, 9);
      picker.removeOne(limit);
      List<Object> left = new ArrayList<>();
      for (int slot = 0; slot < picker.pool().size(); slot++) {
        Probed probed = picker.pool().get(slot);
        if (probed != null) {
          left.add(pool.get(probed.index()).get("id"));
        }
      }
      assertFalse(left.contains(anyHot ? "d" : "a"), left::toString);
      assertEquals(2, left.size());
    }
  }

  // wrr_weights.json

  private static double weight(Map<String, Object> row, double penalty) {
    double utilisation = number(row, "utilization", number(row, "cpu", 0.5));
    LoadReport report =
        new LoadReport(0, utilisation, 0, number(row, "qps", 1), number(row, "eps", 0), Map.of());
    ReportedWeight weight = new ReportedWeight();
    boolean accepted = weight.accept(report, 0, number(row, "penalty", penalty));
    double value = weight.weightAt(0, 0, EXPIRY);
    assertEquals(accepted, value > 0);
    return value;
  }

  @Test
  void envoyWeightFormula() throws Exception {
    for (Map<String, Object> row : rows("wrr_weights.json", "weight-formula")) {
      // Envoy cuts the fraction off; here a weight has one. 0 is "rejected".
      assertEquals(number(row, "weight", 0), Math.floor(weight(row, 1)), row::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc-java-normal-weight", "grpc-java-eps-penalty-1"})
  void grpcWeights(String id) throws Exception {
    Map<String, Object> vector = vector("wrr_weights.json", id);
    List<Map<String, Object>> reports = get(vector, "input", "reports");
    List<Double> expected = get(vector, "expected", "weights");
    double[] weights = reports.stream().mapToDouble(report -> weight(report, 1)).toArray();
    for (int i = 0; i < weights.length; i++) {
      assertEquals(expected.get(i), weights[i], 5e-4);
    }
    assertShares(weights, ReportedWeights.factors(weights), 0.0005);
  }

  @Test
  void grpcLargeWeight() throws Exception {
    Map<String, Object> vector = vector("wrr_weights.json", "grpc-java-large-weight");
    List<Map<String, Object>> reports = get(vector, "input", "reports");
    double[] weights = reports.stream().mapToDouble(report -> weight(report, 1)).toArray();
    assertShares(
        doubles(get(vector, "expected", "shares")), ReportedWeights.factors(weights), 0.0005);
  }

  @Test
  void grpcUnknownWeightIsTheMean() throws Exception {
    List<String> shares =
        get(vector("wrr_weights.json", "grpc-java-unknown-weight"), "expected", "shares");
    double[] expected = shares.stream().mapToDouble(LoadVectorsTest::fraction).toArray();
    assertShares(expected, ReportedWeights.factors(new double[] {2, 1, 0}), 0.001);
  }

  private static double fraction(String text) {
    int slash = text.indexOf('/');
    return Double.parseDouble(text.substring(0, slash))
        / Double.parseDouble(text.substring(slash + 1));
  }

  @Test
  void grpcExpiredWeight() throws Exception {
    List<Map<String, Object>> rows = rows("wrr_weights.json", "grpc-java-expired");
    ReportedWeight heavy = new ReportedWeight();
    ReportedWeight light = new ReportedWeight();
    heavy.accept(new LoadReport(0, 0.5, 0, 2, 0, Map.of()), 0, 1);
    light.accept(new LoadReport(0, 0.5, 0, 1, 0, Map.of()), 0, 1);
    long[] moments = {10 * SECOND, 300 * SECOND};
    for (int i = 0; i < 2; i++) {
      List<String> shares = get(rows.get(i), "shares");
      double[] weights = {
        heavy.weightAt(moments[i], 10 * SECOND, EXPIRY),
        light.weightAt(moments[i], 10 * SECOND, EXPIRY)
      };
      assertShares(
          shares.stream().mapToDouble(LoadVectorsTest::fraction).toArray(),
          ReportedWeights.factors(weights),
          0.001);
    }
  }

  /** The shares of a round robin by weight. */
  private static double[] shares(double[] weights) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    Candidates candidates = Candidates.of(fleet, weights, RandomSource.seeded(5));
    long[] counts = Strategy.count(Selectors.roundRobin().prepare(candidates, null), fleet, 30_000);
    return Arrays.stream(counts).mapToDouble(count -> count / 30_000.0).toArray();
  }

  private static void assertShares(double[] expected, double[] weights, double tolerance) {
    double sum = Arrays.stream(expected).sum();
    double[] shares = shares(weights);
    for (int i = 0; i < shares.length; i++) {
      assertEquals(expected[i] / sum, shares[i], tolerance, Arrays.toString(shares));
    }
  }

  @Test
  void utilisationPrecedence() throws Exception {
    int checked = 0;
    for (Map<String, Object> row : rows("wrr_weights.json", "utilization-precedence")) {
      Map<String, Double> named = new HashMap<>();
      for (String key : List.of("foo", "bar")) {
        if (row.get(key) instanceof Double value) {
          named.put(key, value);
        }
      }
      LoadReport report =
          new LoadReport(number(row, "application", 0), number(row, "cpu", 0), 0, 0, 0, named);
      double used = report.utilisation(List.of("named_metrics.foo"));
      // Deliberately not where both are reported: what was configured is used.
      boolean both = number(row, "application", 0) > 0 && named.containsKey("foo");
      assertEquals(both ? named.get("foo") : number(row, "used", 0), used, row::toString);
      checked += both ? 0 : 1;
    }
    assertEquals(3, checked);
  }

  @Test
  void reportDefaults() throws Exception {
    Map<String, Object> expected = get(vector("wrr_weights.json", "defaults"), "expected");
    assertEquals(
        number(expected, "error_utilization_penalty", 0), ReportedWeight.DEFAULT_ERROR_PENALTY);
    assertEquals(1, ReportedWeights.factors(new double[] {0, 5, 0})[1], "round robin below two");
  }

  // slow_start.json

  @Test
  void slowStartFactor() throws Exception {
    for (Map<String, Object> row : rows("slow_start.json", "factor")) {
      SlowStart slowStart =
          new SlowStart(
              (long) number(row, "window_s", 0) * SECOND,
              number(row, "aggression", 1),
              number(row, "min_weight", 0.1));
      double factor = slowStart.factor((long) number(row, "elapsed_s", 0) * SECOND);
      assertEquals(number(row, "factor", 0), factor, 5e-5, row::toString);
    }
  }

  @Test
  void slowStartDefaults() throws Exception {
    Map<String, Object> expected = get(vector("slow_start.json", "defaults"), "expected");
    assertEquals(number(expected, "aggression", 0), SlowStart.DEFAULT_AGGRESSION);
    assertEquals(number(expected, "min_weight_percent", 0) / 100, SlowStart.DEFAULT_MINIMUM);
    assertEquals(1, new SlowStart(0, 1, 0.1).factor(0), "0 is off");
  }

  /** In any run of picks as long as the sequence, each host has its count of it, give or take 1. */
  private static void assertRuns(List<Double> sequence, double... weights) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    Candidates candidates = Candidates.of(fleet, weights, RandomSource.seeded(2));
    Picker picker = Selectors.roundRobin().prepare(candidates, null);
    for (int run = 0; run < 500; run++) {
      long[] counts = Strategy.count(picker, fleet, sequence.size());
      for (int host = 0; host < weights.length; host++) {
        double of = host;
        long expected = sequence.stream().filter(pick -> pick == of).count();
        assertEquals(expected, counts[host], 1, () -> sequence + " " + Arrays.toString(counts));
      }
    }
  }

  @Test
  void slowStartSharesOfRoundRobin() throws Exception {
    Map<String, Object> vector = vector("slow_start.json", "rr-linear-60s");
    SlowStart slowStart =
        new SlowStart((long) number(get(vector, "input"), "window_s", 0) * SECOND, 1, 0.1);
    List<Map<String, Object>> rows = get(vector, "expected");
    for (Map<String, Object> row : rows) {
      double factor = slowStart.factor((long) number(row, "elapsed", 0) * SECOND);
      assertRuns(get(row, "picks"), 1, factor);
      assertShares(new double[] {1, factor}, new double[] {1, factor}, 0.001);
    }
  }

  @Test
  void slowStartSharesAfterAHealthCheck() throws Exception {
    Map<String, Object> vector = vector("slow_start.json", "rr-active-hc");
    SlowStart slowStart =
        new SlowStart((long) number(get(vector, "input"), "window_s", 0) * SECOND, 1, 0.1);
    List<Map<String, Object>> rows = get(vector, "expected");
    assertRuns(get(rows.get(0), "picks"), 1, slowStart.factor(6 * SECOND));
    assertRuns(get(rows.get(1), "picks"), 1, slowStart.factor(11 * SECOND));
    assertRuns(get(rows.get(2), "picks"), slowStart.factor(5 * SECOND), 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rr-three-hosts-half", "rr-aggression-1.5"})
  void slowStartSharesOfSeveral(String id) throws Exception {
    Map<String, Object> vector = vector("slow_start.json", id);
    assertRuns(get(vector, "expected"), doubles(get(vector, "input", "factors")));
  }

  // least_request.json

  @Test
  void envoyFiveChoicesOfFourTakeTheLeast() throws Exception {
    Map<String, Object> vector = vector("least_request.json", "pnc-5");
    double[] active = doubles(get(vector, "input", "active"));
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(active.length);
    for (int i = 0; i < active.length; i++) {
      fleet.get(i).inFlight.set((int) active[i]);
    }
    int choices = Vectors.<Double>get(vector, "input", "choices").intValue();
    Candidates candidates = Candidates.of(fleet, equal(active.length), RandomSource.seeded(1));
    Picker picker = Selectors.powerOfChoices(choices).prepare(candidates, null);
    int expected = Vectors.<Double>get(vector, "expected", "pick").intValue();
    for (int i = 0; i < 100; i++) {
      assertSame(fleet.get(expected), Strategy.pick(picker));
    }
  }

  @Test
  void grpcChoiceBounds() throws Exception {
    Map<String, Object> vector = vector("least_request.json", "config-bounds");
    List<Object> asked = get(vector, "input", "choice_count");
    List<Object> effective = get(vector, "expected", "effective");
    for (int i = 0; i < asked.size(); i++) {
      if (!(asked.get(i) instanceof Double count)) {
        continue; // none given: powerOfTwoChoices() is 2
      }
      int choices = count.intValue();
      // Deliberately not: 11 is refused instead of taken for 10.
      if (effective.get(i) instanceof Double same && same.intValue() == choices) {
        assertTrue(Selectors.powerOfChoices(choices).toString().startsWith("powerOf"));
      } else {
        assertThrows(IllegalArgumentException.class, () -> Selectors.powerOfChoices(choices));
      }
    }
  }

  @Test
  void grpcWeightsThatAreAll0AreRefused() throws Exception {
    // Deliberately not uniform: what has weight 0 gets nothing new, and is no candidate.
    Map<String, Object> vector = vector("least_request.json", "weighted-random-all-zero");
    double[] weights = doubles(get(vector, "input", "weights"));
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    assertThrows(
        IllegalArgumentException.class,
        () -> Candidates.of(fleet, weights, RandomSource.seeded(1)));
  }

  @Test
  void envoyIdleHostsOfUnequalWeight() throws Exception {
    Map<String, Object> vector = vector("least_request.json", "weighted-idle");
    double[] weights = doubles(get(vector, "input", "weights"));
    List<Double> picks = get(vector, "expected");
    long[] counts = new long[weights.length];
    picks.forEach(pick -> counts[pick.intValue()]++);
    for (int choices : new int[] {2, 3}) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
      Candidates candidates = Candidates.of(fleet, weights, RandomSource.seeded(3));
      long[] shares =
          Strategy.count(
              Selectors.powerOfChoices(choices).prepare(candidates, null), fleet, 60_000);
      ChiSquare.assertFits(shares, Arrays.stream(counts).asDoubleStream().toArray());
    }
  }
}
