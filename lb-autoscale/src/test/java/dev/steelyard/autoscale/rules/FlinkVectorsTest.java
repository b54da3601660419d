package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.Series;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of flink_autoscaler.json, through policies with {@link TrueRate}. */
class FlinkVectorsTest {
  private static final String FILE = "flink_autoscaler";
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final double FLINKS_BOUNDARY = 0.3;
  private static final Metric ARRIVALS = Metric.custom("arrivals", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric TRUE_RATE =
      Metric.custom("true_rate", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric LAG = Metric.custom("lag", Metric.Kind.PROPORTIONAL_TOTAL);

  private ScalingState state = ScalingState.initial();

  @TestFactory
  Stream<DynamicTest> scaling() {
    return Vectors.cases(
        FILE,
        "scaling",
        c -> {
          state = ScalingState.initial();
          assertEquals(expected(c), decide(policy(rule(c, 0)), 0, c), "parallelism");
          checkBoundary(c, c);
        });
  }

  @TestFactory
  Stream<DynamicTest> bounds() {
    return Vectors.cases(
        FILE,
        "bounds",
        c -> {
          double factor = c.path("factor").asDouble();
          double rate = factor > 1000 ? 1 : 1_000_000;
          ScalingPolicy policy =
              policy(
                  free().utilization(1, 0).factors(1, 1e12),
                  c.path("min").asInt(),
                  c.path("max").asInt());
          state = ScalingState.initial();
          int size = decide(policy, 0, c.path("current").asInt(), factor * rate, rate, 0);
          assertEquals(c.path("expected").asInt(), size);
        });
  }

  @TestFactory
  Stream<DynamicTest> scaleDownInterval() {
    return Vectors.cases(
        FILE,
        "scaleDownInterval",
        c -> {
          TrueRate rule =
              free()
                  .utilization(c.path("utilizationTarget").asDouble(), 0)
                  .scaleDownInterval(
                      Duration.ofSeconds(c.path("scaleDownIntervalSeconds").asLong()));
          ScalingPolicy policy = policy(rule);
          state = ScalingState.initial();
          for (JsonNode earlier : c.path("preRecorded")) {
            // A request for so many, made while there were more.
            int asked = earlier.path("parallelism").asInt();
            decide(policy, earlier.path("atSeconds").asLong(), asked + 10, asked, asked + 10, 0);
          }
          for (JsonNode step : c.path("steps")) {
            int size = decide(policy, step.path("atSeconds").asLong(), step);
            assertEquals(expected(step), size, () -> "at " + step.path("atSeconds"));
            checkBoundary(step, c);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> ineffective() {
    return Vectors.cases(
        FILE,
        "ineffective",
        c -> {
          boolean detects = c.path("detectionEnabled").asBoolean();
          TrueRate rule =
              free()
                  .utilization(1, 0)
                  .effectiveness(
                      detects ? c.path("threshold").asDouble() : 0, Duration.ofMinutes(5));
          ScalingPolicy policy = policy(rule);
          state = ScalingState.initial();
          long at = 0;
          for (JsonNode scaled : c.path("history")) {
            int to =
                decide(
                    policy,
                    at,
                    scaled.path("from").asInt(),
                    scaled.path("expectedRate").asDouble(),
                    scaled.path("rateBefore").asDouble(),
                    0);
            assertEquals(scaled.path("to").asInt(), to);
            at += 600;
          }
          assertEquals(expected(c), decide(policy, at, c));
        });
  }

  @TestFactory
  Stream<DynamicTest> coefficient() {
    return Vectors.cases(
        FILE,
        "coefficient",
        c -> {
          Series sizes = Series.EMPTY;
          Series rates = Series.EMPTY;
          for (JsonNode seen : c.path("history")) {
            sizes = sizes.append(sizes.size(), seen.path("parallelism").asDouble());
            rates = rates.append(rates.size(), seen.path("rate").asDouble());
          }
          double coefficient =
              ObservedScaling.coefficient(
                  sizes, rates, c.path("minObservations").asInt(), c.path("lowerBound").asDouble());
          assertTrue(
              c.path("expectedMin").asDouble() <= coefficient
                  && coefficient <= c.path("expectedMax").asDouble(),
              () -> "was " + coefficient);
        });
  }

  @TestFactory
  Stream<DynamicTest> observed() {
    return Vectors.cases(
        FILE,
        "observed",
        c -> {
          TrueRate rule =
              rule(c, 0)
                  .observedScaling(
                      c.path("minObservations").asInt(3), c.path("lowerBound").asDouble(0.5));
          ScalingPolicy policy = policy(rule);
          state = ScalingState.initial();
          long at = 0;
          for (JsonNode seen : c.path("history")) {
            int size = seen.path("parallelism").asInt();
            double rate = seen.path("rate").asDouble();
            decide(policy, at, size, rate / 100, rate, 0); // anything that makes it scale
            at += 60;
          }
          assertEquals(expected(c), decide(policy, at, c));
        });
  }

  /** With Flink's boundary the rule acts exactly if the case says that it is outside. */
  private void checkBoundary(JsonNode step, JsonNode c) {
    JsonNode outside = step.path("expected").path("outsideUtilizationBound");
    if (outside.isMissingNode()) {
      return;
    }
    ScalingState before = state;
    state = ScalingState.initial();
    int size =
        decide(policy(rule(c, c.path("utilizationBoundary").asDouble(FLINKS_BOUNDARY))), 0, step);
    state = before;
    boolean acted = size != step.path("parallelism").asInt();
    assertEquals(outside.asBoolean(), acted, "outside of the boundary");
  }

  private static TrueRate rule(JsonNode c, double boundary) {
    TrueRate rule =
        free()
            .utilization(c.path("utilizationTarget").asDouble(), boundary)
            .factors(
                c.path("maxScaleDownFactor").asDouble(1), c.path("maxScaleUpFactor").asDouble(1e6));
    double catchUp = c.path("catchUpSeconds").asDouble();
    if (catchUp > 0 || c.path("lagCatchUpRate").asDouble() > 0) {
      rule =
          rule.catchUp(LAG, Duration.ofMillis((long) (1000 * Math.max(1, catchUp))), Duration.ZERO);
    }
    int divisor = c.path("alignUpToDivisorOf").asInt();
    return divisor == 0 ? rule : rule.alignedTo(divisor);
  }

  private static TrueRate free() {
    return TrueRate.of(ARRIVALS, TRUE_RATE).factors(1, 1e6).scaleDownInterval(Duration.ZERO);
  }

  private static ScalingPolicy policy(TrueRate rule) {
    return policy(rule, 1, 720);
  }

  private static ScalingPolicy policy(TrueRate rule, int least, int most) {
    return ScalingPolicy.builder()
        .bounds(least, most)
        .rule(rule)
        .scaleDown(DirectionLimits.none())
        .build();
  }

  private int decide(ScalingPolicy policy, long seconds, JsonNode c) {
    double catchUp = Math.max(1, c.path("catchUpSeconds").asDouble());
    return decide(
        policy,
        seconds,
        c.path("parallelism").asInt(),
        c.path("targetDataRate").asDouble(),
        c.path("trueProcessingRate").asDouble(),
        c.path("lagCatchUpRate").asDouble() * catchUp);
  }

  private int decide(
      ScalingPolicy policy, long seconds, int size, double arrivals, double rate, double lag) {
    ScalingDecision decision =
        policy.decide(
            state,
            ScalingMetrics.at(START.plusSeconds(seconds))
                .instances(size)
                .metric(ARRIVALS, arrivals)
                .metric(TRUE_RATE, rate)
                .metric(LAG, lag)
                .build());
    assertEquals(decision.desired(), decision.proof().replay());
    state = ScalingState.parse(decision.next().toText());
    return decision.desired();
  }

  private static int expected(JsonNode c) {
    return c.path("expected").path("parallelism").asInt();
  }
}
