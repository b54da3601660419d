package dev.steelyard.benchmarks.scaling;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision of three metrics that each instance gives by itself, proof and next state included:
 * {@code jmh DecisionBenchmark -prof gc}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@State(Scope.Benchmark)
public class DecisionBenchmark {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** How many instances there are. */
  @Param({"20", "200", "1000", "10000"})
  int instances;

  private final ScalingPolicy policy =
      ScalingPolicy.builder()
          .bounds(2, 100_000)
          .rule(TargetTracking.of(Metric.CPU, 70))
          .rule(TargetTracking.of(Metric.REQUEST_RATE, 100))
          .rule(TargetTracking.of(Metric.QUEUE_DEPTH, 50))
          .build();

  private final ScalingState state = ScalingState.initial();
  private ScalingMetrics metrics = ScalingMetrics.at(START).instances(1).build();

  /** For JMH. */
  public DecisionBenchmark() {}

  /** Makes the metrics: no two instances alike, a need for about a tenth more. */
  @Setup
  public void fleet() {
    ScalingMetrics.Builder fleet = ScalingMetrics.at(START);
    for (int i = 0; i < instances; i++) {
      int one = i;
      fleet.instance(
          "instance-" + i,
          facts ->
              facts
                  .metric(Metric.CPU, 68 + one % 20)
                  .metric(Metric.REQUEST_RATE, 90 + one % 30)
                  .metric(Metric.QUEUE_DEPTH, one % 60));
    }
    metrics = fleet.build();
  }

  /**
   * Decides.
   *
   * @return the decision
   */
  @Benchmark
  public ScalingDecision decide() {
    return policy.decide(state, metrics);
  }
}
