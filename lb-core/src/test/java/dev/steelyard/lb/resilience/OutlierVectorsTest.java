package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.resilience.OutlierDetection.Builder;
import dev.steelyard.lb.resilience.OutlierDetection.Finding;
import dev.steelyard.lb.resilience.OutlierDetection.Rule;
import dev.steelyard.lb.resilience.OutlierDetection.Sample;
import dev.steelyard.lb.testing.Vectors;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What other projects' tests say of outlier detection, as far as it concerns one interval;
 * docs/conformance.md has the rest. Skipped unless {@code -Dsteelyard.shared=DIR} names the
 * directory that has them.
 */
class OutlierVectorsTest {
  private static final RandomSource RANDOM = RandomSource.seeded(1);

  private static Map<String, Object> vector(String id) throws IOException {
    return Vectors.vector("outlier_detection", id);
  }

  private static int number(Map<String, Object> vector, String... path) {
    return Vectors.<Number>get(vector, path).intValue();
  }

  private static double decimal(Map<String, Object> vector, String... path) {
    return Vectors.<Number>get(vector, path).doubleValue();
  }

  private static List<Integer> numbers(List<Number> values) {
    return values.stream().map(Number::intValue).toList();
  }

  private static Sample sample(long successes, long failures) {
    return new Sample(successes, failures, Double.NaN, true);
  }

  private static List<Integer> enforced(OutlierDetection detection, List<Sample> fleet) {
    return detection.judge(fleet, RANDOM).stream()
        .filter(Finding::enforced)
        .map(Finding::index)
        .sorted()
        .toList();
  }

  /** What a balancer does with the findings. */
  private static List<Integer> ejected(
      OutlierDetection detection, List<Sample> fleet, EjectionCap cap) {
    return detection.judge(fleet, RANDOM).stream()
        .filter(Finding::enforced)
        .limit(cap.allowed(fleet.size()))
        .map(Finding::index)
        .sorted()
        .toList();
  }

  /** As gRPC's tests have it: 20 calls each, all of those that fail failing. */
  private static List<Sample> calls(int hosts, List<Integer> failing) {
    List<Sample> fleet = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      fleet.add(failing.contains(i) ? sample(0, 20) : sample(20, 0));
    }
    return fleet;
  }

  private static Builder successRateOnly() {
    return OutlierDetection.builder().without(Rule.FAILURE_PERCENTAGE);
  }

  /** Envoy's and gRPC's rule has no margin. */
  private static OutlierDetection grpc(double deviations, int volume) {
    return successRateOnly()
        .successRateDeviations(deviations)
        .successRateMargin(0)
        .minimumHosts(Rule.SUCCESS_RATE, 3)
        .volume(Rule.SUCCESS_RATE, volume)
        .build();
  }

  @Test
  void srThreshold() throws IOException {
    Map<String, Object> vector = vector("sr-threshold");
    List<Sample> fleet = new ArrayList<>();
    for (Number rate : Vectors.<List<Number>>get(vector, "input", "success_rates")) {
      fleet.add(sample(10 * rate.intValue(), 1_000 - 10 * rate.intValue()));
    }
    OutlierDetection detection =
        successRateOnly().successRateDeviations(decimal(vector, "input", "stdev_factor")).build();
    List<Finding> findings = detection.judge(fleet, RANDOM);
    assertEquals(
        numbers(Vectors.get(vector, "expected", "ejected")),
        findings.stream().map(Finding::index).toList());
    assertEquals(decimal(vector, "expected", "threshold"), findings.get(0).threshold(), 1e-9);
    String formula =
        " = mean "
            + number(vector, "expected", "mean")
            + ".0 % - 1.9 x "
            + number(vector, "expected", "population_stdev")
            + ".0 %";
    assertTrue(findings.get(0).explanation().endsWith(formula), findings.get(0).explanation());
  }

  /** The first row; when the host comes back is the breaker's part. */
  @Test
  void srFlow() throws IOException {
    Map<String, Object> vector = vector("sr-flow");
    Map<String, Object> row = Vectors.<List<Map<String, Object>>>get(vector, "expected").get(0);
    List<Sample> fleet = new ArrayList<>();
    for (int i = 0; i < number(vector, "input", "hosts"); i++) {
      fleet.add(sample(200, i == 4 ? 200 : 0));
    }
    assertEquals(
        numbers(Vectors.get(row, "ejected")), enforced(OutlierDetection.defaults(), fleet));
    Finding finding = OutlierDetection.defaults().judge(fleet, RANDOM).get(0);
    assertEquals(decimal(row, "host4_rate"), finding.value());
    assertEquals(decimal(row, "threshold"), finding.threshold(), 1e-9);
  }

  @Test
  void srVolume() throws IOException {
    Map<String, Object> vector = vector("sr-volume");
    int requests = number(vector, "input", "requests_per_host");
    OutlierDetection detection =
        successRateOnly()
            .volume(Rule.SUCCESS_RATE, number(vector, "input", "request_volume"))
            .build();
    List<Sample> fleet = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      fleet.add(i == 4 ? sample(0, requests) : sample(requests, 0));
    }
    assertEquals(numbers(Vectors.get(vector, "expected", "ejected")), enforced(detection, fleet));
  }

  @Test
  void fpThreshold() throws IOException {
    Map<String, Object> vector = vector("fp-threshold");
    OutlierDetection detection =
        OutlierDetection.builder()
            .without(Rule.SUCCESS_RATE)
            .failurePercentage(decimal(vector, "input", "threshold"))
            .minimumHosts(Rule.FAILURE_PERCENTAGE, 5)
            .build();
    for (Map<String, Object> row : Vectors.<List<Map<String, Object>>>get(vector, "expected")) {
      List<Sample> fleet = new ArrayList<>();
      fleet.add(sample(number(row, "ok"), number(row, "failed")));
      for (int i = 0; i < 4; i++) {
        fleet.add(sample(350, 0));
      }
      assertEquals(Vectors.get(row, "ejected"), enforced(detection, fleet).contains(0));
    }
  }

  @Test
  void maxEjection50Of3() throws IOException {
    Map<String, Object> vector = vector("max-ejection-50-of-3");
    int hosts = number(vector, "input", "hosts");
    EjectionCap cap = EjectionCap.of(number(vector, "input", "max_ejection_percent"), 1);
    List<Sample> fleet = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      fleet.add(sample(0, 200));
    }
    assertEquals(
        numbers(Vectors.get(vector, "expected", "ejected")),
        ejected(OutlierDetection.defaults(), fleet, cap));
    assertEquals(number(vector, "expected", "count"), cap.allowed(hosts));
  }

  @Test
  void maxEjectionSingleHost() throws IOException {
    Map<String, Object> vector = vector("max-ejection-single-host");
    EjectionCap cap = EjectionCap.of(number(vector, "input", "max_ejection_percent"), 1);
    assertEquals(
        number(vector, "expected", "count"), cap.allowed(number(vector, "input", "hosts")));
  }

  @Test
  void grpcOneBad() throws IOException {
    Map<String, Object> vector = vector("grpc-one-bad");
    List<Sample> fleet =
        calls(number(vector, "input", "hosts"), numbers(Vectors.get(vector, "input", "failing")));
    OutlierDetection detection =
        grpc(decimal(vector, "input", "stdev_factor"), number(vector, "input", "request_volume"));
    assertEquals(
        numbers(Vectors.get(vector, "expected", "ejected")),
        ejected(
            detection, fleet, EjectionCap.of(number(vector, "input", "max_ejection_percent"), 1)));
  }

  @Test
  void grpcTwoBad() throws IOException {
    Map<String, Object> vector = vector("grpc-two-bad");
    List<Sample> fleet =
        calls(number(vector, "input", "hosts"), numbers(Vectors.get(vector, "input", "failing")));
    assertEquals(
        numbers(Vectors.get(vector, "expected", "ejected")),
        ejected(
            grpc(decimal(vector, "input", "stdev_factor"), 10),
            fleet,
            EjectionCap.of(number(vector, "input", "max_ejection_percent"), 1)));
  }

  /** gRPC rounds up, and has 2 here; rounded down it is 1, as the case's note says of Envoy. */
  @Test
  void grpcMaxPercent() throws IOException {
    Map<String, Object> vector = vector("grpc-max-percent");
    int hosts = number(vector, "input", "hosts");
    int percent = number(vector, "input", "max_ejection_percent");
    List<Sample> fleet = calls(hosts, List.of(0, 1, 2));
    OutlierDetection detection =
        OutlierDetection.builder()
            .without(Rule.SUCCESS_RATE)
            .volume(Rule.FAILURE_PERCENTAGE, 10)
            .build();
    assertEquals(3, enforced(detection, fleet).size());
    assertEquals(
        number(vector, "expected", "ejected_count") - 1,
        ejected(detection, fleet, EjectionCap.of(percent, 1)).size());
  }

  @Test
  void grpcVolume() throws IOException {
    Map<String, Object> vector = vector("grpc-volume");
    int volume = number(vector, "input", "request_volume");
    List<Sample> fleet = calls(5, List.of());
    fleet.set(0, sample(0, number(vector, "input", "calls_of_failing_host")));
    assertEquals(
        numbers(Vectors.get(vector, "expected", "ejected")), enforced(grpc(1.9, volume), fleet));
    assertEquals(List.of(0), enforced(grpc(1.9, volume - 1), fleet), "it is the volume");
  }

  @Test
  void grpcEnforcement0() throws IOException {
    Map<String, Object> vector = vector("grpc-enforcement-0");
    OutlierDetection detection =
        successRateOnly()
            .volume(Rule.SUCCESS_RATE, 10)
            .enforcing(Rule.SUCCESS_RATE, number(vector, "input", "enforcement_percentage"))
            .build();
    List<Sample> fleet = calls(5, List.of(0));
    assertEquals(numbers(Vectors.get(vector, "expected", "ejected")), enforced(detection, fleet));
    assertEquals(1, detection.judge(fleet, RANDOM).size(), "it says so");
  }

  /** The case has the threshold 0 with {@code >}; with {@code >=} that would be everybody. */
  @Test
  void grpcSrAndFp() throws IOException {
    Map<String, Object> vector = vector("grpc-sr-and-fp");
    OutlierDetection detection =
        OutlierDetection.builder()
            .successRateDeviations(decimal(vector, "input", "sr_stdev_factor"))
            .volume(Rule.SUCCESS_RATE, 10)
            .failurePercentage(Math.max(decimal(vector, "input", "fp_threshold"), 0.001))
            .volume(Rule.FAILURE_PERCENTAGE, number(vector, "input", "fp_request_volume"))
            .build();
    List<Sample> fleet = calls(6, List.of(0, 1));
    fleet.set(2, sample(0, 5)); // below the volume of the success rate
    EjectionCap cap = EjectionCap.of(number(vector, "input", "max_ejection_percent"), 1);
    assertEquals(
        number(vector, "expected", "ejected_count"), ejected(detection, fleet, cap).size());
    assertEquals(
        List.of(Rule.SUCCESS_RATE, Rule.SUCCESS_RATE, Rule.FAILURE_PERCENTAGE),
        detection.judge(fleet, RANDOM).stream().map(Finding::rule).toList());
  }

  @Test
  void defaultsEnvoy() throws IOException {
    Map<String, Object> vector = vector("defaults-envoy");
    assertEquals(
        OutlierDetection.defaults(),
        OutlierDetection.builder()
            .interval(Duration.ofSeconds(number(vector, "expected", "interval_s")))
            .successRateDeviations(decimal(vector, "expected", "sr_stdev_factor"))
            .minimumHosts(Rule.SUCCESS_RATE, number(vector, "expected", "sr_minimum_hosts"))
            .volume(Rule.SUCCESS_RATE, number(vector, "expected", "sr_request_volume"))
            .enforcing(Rule.SUCCESS_RATE, number(vector, "expected", "enforcing_success_rate"))
            .failurePercentage(decimal(vector, "expected", "fp_threshold"))
            .volume(Rule.FAILURE_PERCENTAGE, number(vector, "expected", "fp_request_volume"))
            .build());
  }

  @Test
  void successRateOutlierLimits() throws IOException {
    Map<String, Object> vector =
        Vectors.vector("statistical_bounds", "success-rate-outlier-limits");
    Map<String, Object> expected = Vectors.get(vector, "expected");
    for (String factor : expected.keySet()) {
      OutlierDetection detection =
          successRateOnly()
              .successRateDeviations(Double.parseDouble(factor.substring("factor_".length())))
              .minimumHosts(Rule.SUCCESS_RATE, 2)
              .volume(Rule.SUCCESS_RATE, 20)
              .build();
      int fewest = number(expected, factor, "min_N_for_one_dead_host");
      assertEquals(List.of(), enforced(detection, calls(fewest - 1, List.of(0))), factor);
      assertEquals(List.of(0), enforced(detection, calls(fewest, List.of(0))), factor);
    }
  }
}
