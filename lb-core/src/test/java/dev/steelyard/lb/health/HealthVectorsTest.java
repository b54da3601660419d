package dev.steelyard.lb.health;

import static dev.steelyard.lb.testing.Vectors.get;
import static dev.steelyard.lb.testing.Vectors.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases of Envoy's tests, by id. Where they are not followed, and why, is said in
 * docs/conformance.md. Skipped unless {@code -Dsteelyard.shared=DIR} names the directory.
 */
@Timeout(60)
class HealthVectorsTest extends MonitorTestCase {
  private static final String FILE = "health_check.json";

  private static Duration millis(Map<String, Object> vector, String knob) {
    return Duration.ofMillis(number(vector, knob).longValue());
  }

  private static Double number(Map<String, Object> vector, String knob) {
    return get(vector, "input", knob);
  }

  /**
   * Transitions and the intervals of settled instances. An application's failure counts by fall
   * here, so three of them take what one takes there; there is one interval for both edges.
   */
  @Test
  void envoyTimeline() throws Exception {
    Map<String, Object> vector = vector(FILE, "interval-state-machine");
    List<Map<String, Object>> steps = get(vector, "expected");
    Registration a = register("a");
    HealthMonitor monitor =
        start(
            builder()
                .rise(number(vector, "healthy_threshold").intValue())
                .fall(number(vector, "unhealthy_threshold").intValue())
                .interval(millis(vector, "interval_ms"))
                .downInterval(millis(vector, "unhealthy_interval_ms"))
                .noTrafficInterval(millis(vector, "no_traffic_interval_ms"))
                .fastInterval(Duration.ofMillis(100))
                .timeout(Duration.ofMillis(50)));
    probe.manual = true;
    step();
    int seen = 0;
    for (int i = 0; i < steps.size(); i++) {
      Map<String, Object> step = steps.get(i);
      if (i > 0) {
        monitor.passive("a", a.incarnation(), Outcome.SUCCESS);
      }
      boolean ok = step.get("result").equals("ok");
      String transition = (String) step.get("transition");
      boolean firstOfThree = step.get("result").equals("fail-http") && i == 3;
      if (step.get("result").equals("timeout")) {
        time.advance(Duration.ofMillis(50));
      } else {
        for (int repeat = firstOfThree ? 3 : 1; repeat > 1; repeat--) {
          probe.last().answer().complete(ok);
          step();
        }
        probe.last().answer().complete(ok);
      }
      assertEquals(transition.startsWith("changed") ? seen + 1 : seen, events.size(), "step " + i);
      seen = events.size();
      if (transition.startsWith("changed")) {
        assertTrue(
            events.get(seen - 1).endsWith(transition.contains("(healthy") ? ">UP" : ">DOWN"));
      }
      if (i == 0) {
        assertEquals(Duration.ofMillis(100), time.untilNext(), "the first delay draws the phase");
      } else {
        double expected = transition.equals("pending") ? 100 : (Double) step.get("next_check_ms");
        assertEquals(Duration.ofMillis((long) expected), time.untilNext(), "step " + i);
      }
      step();
    }
    assertEquals(4, seen);
  }

  @Test
  void failFirstThenTwoOk() throws Exception {
    Map<String, Object> vector = vector(FILE, "fail-first-then-two-ok");
    List<String> results = get(vector, "input", "results");
    List<String> expected = get(vector, "expected");
    register("a");
    start(
        builder()
            .rise(number(vector, "healthy_threshold").intValue())
            .fall(number(vector, "unhealthy_threshold").intValue()));
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i).equals("ok")) {
        probe.broken.clear();
      } else {
        probe.broken.add("a");
      }
      step();
      assertEquals(
          expected.get(i).startsWith("healthy") ? InstanceStatus.UP : InstanceStatus.DOWN,
          status("a"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jitter-absolute", "jitter-percent-no-traffic"})
  void jitter(String id) throws Exception {
    Map<String, Object> vector = vector(FILE, id);
    double base = number(vector, "base_ms");
    Map<String, Object> input = get(vector, "input");
    double width =
        input.containsKey("jitter_percent")
            ? base * (Double) input.get("jitter_percent") / 100
            : (Double) input.get("interval_jitter_ms");
    long nanos = Duration.ofMillis((long) base).toNanos();
    Cadence cadence = new Cadence(nanos, nanos, nanos, nanos, width / base, RandomSource.seeded(1));
    List<Double> delays = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      delays.add(
          cadence.next(new HealthScale(2, 3), InstanceStatus.UP, 4, i % 2 == 0, false) / 1e6);
    }
    double least = delays.stream().mapToDouble(d -> d).min().orElseThrow();
    double most = delays.stream().mapToDouble(d -> d).max().orElseThrow();
    assertTrue(least >= base && least < base + width / 100, () -> "" + least);
    assertTrue(most < base + width && most > base + width * 0.99, () -> "" + most);
  }

  @Test
  void zeroIntervalFloor() throws Exception {
    Map<String, Object> vector = vector(FILE, "zero-interval-floor");
    Duration least = Duration.ofMillis(((Double) get(vector, "expected", "next_ms")).longValue());
    builder().interval(least).fastInterval(least).jitter(0).build().close();
    assertThrows(IllegalArgumentException.class, () -> builder().fastInterval(least.minusNanos(1)));
    assertThrows(IllegalArgumentException.class, () -> builder().interval(Duration.ZERO));
  }

  @Test
  void noTrafficHealthy() throws Exception {
    Map<String, Object> vector = vector(FILE, "no-traffic-healthy");
    Duration expected =
        Duration.ofMillis(
            ((Double) get(vector, "expected", "after_becoming_healthy_ms")).longValue());
    register("a", InstanceStatus.DOWN);
    probe.broken.add("a");
    start(builder().rise(1).noTrafficInterval(millis(vector, "no_traffic_healthy_interval_ms")));
    step();
    probe.broken.clear();
    step();
    assertEquals(InstanceStatus.UP, status("a"));
    assertEquals(expected, time.untilNext());
  }
}
