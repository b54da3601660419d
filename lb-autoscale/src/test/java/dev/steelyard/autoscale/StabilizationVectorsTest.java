package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.testing.Vectors;
import dev.steelyard.autoscale.testing.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kubernetes' cases of stabilization windows. */
class StabilizationVectorsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** The older form knows scaling down only: seen from a fleet that is larger than all of it. */
  @TestFactory
  Stream<DynamicTest> legacy() {
    return Vectors.cases(
        "hpa_stabilization",
        "legacy",
        c -> run(c, 1000, 0, c.path("downscaleStabilizationSeconds").asLong()));
  }

  @TestFactory
  Stream<DynamicTest> behaviour() {
    return Vectors.cases(
        "hpa_stabilization",
        "behavior",
        c ->
            run(
                c,
                c.path("currentReplicas").asInt(),
                c.path("scaleUpStabilizationWindowSeconds").asLong(),
                c.path("scaleDownStabilizationWindowSeconds").asLong()));
  }

  private static void run(JsonNode c, int current, long up, long down) {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(0, 1000)
            .rule(Wish.of(c.path("desired").asInt()))
            .scaleUp(DirectionLimits.none().window(Duration.ofSeconds(up)))
            .scaleDown(DirectionLimits.none().window(Duration.ofSeconds(down)))
            .build();
    ScalingMetrics metrics = ScalingMetrics.at(NOW).instances(current).build();
    ScalingDecision decision = policy.decide(before(c), metrics);
    assertEquals(
        c.path("expected").path("stabilized").asInt(), decision.desired(), decision::explain);
    assertEquals(decision.desired(), decision.proof().replay());

    List<Double> kept = new ArrayList<>();
    for (double value : decision.next().recommendations().values()) {
      kept.add(value);
    }
    List<Double> expected = new ArrayList<>();
    expected.add(c.path("desired").asDouble());
    for (JsonNode recommendation : c.path("history")) {
      if (recommendation.path("ageSeconds").asLong() <= Math.max(up, down)) {
        expected.add(recommendation.path("recommendation").asDouble());
      }
    }
    kept.sort(Comparator.naturalOrder());
    expected.sort(Comparator.naturalOrder());
    assertEquals(expected, kept);
  }

  /** A state that has decided before: without that, the present number is a recommendation. */
  private static ScalingState before(JsonNode c) {
    List<JsonNode> history = new ArrayList<>();
    c.path("history").forEach(history::add);
    history.sort(Comparator.comparingLong(h -> -h.path("ageSeconds").asLong()));
    StringBuilder text = new StringBuilder("steelyard-scaling-state 1\n");
    text.append("last-decision ").append(NOW.minusSeconds(15).toEpochMilli()).append('\n');
    text.append("recommendations");
    for (JsonNode one : history) {
      text.append(' ').append(NOW.minusSeconds(one.path("ageSeconds").asLong()).toEpochMilli());
      text.append('=').append(one.path("recommendation").asInt());
    }
    return ScalingState.parse(text.append('\n').toString());
  }
}
