package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tries a policy out. All metrics but one are at zero, which neither asks for instances nor keeps a
 * rule from letting go of some.
 */
final class Probe {
  private final ScalingPolicy policy;
  private final ScalingPolicy unlimited;
  private final List<Metric> metrics;
  private final Instant start;
  private final Duration interval;

  Probe(ScalingPolicy policy, List<Metric> metrics, Instant start, Duration interval) {
    this.policy = policy;
    this.unlimited =
        policy.toBuilder()
            .scaleUp(DirectionLimits.none())
            .scaleDown(DirectionLimits.none())
            .warmup(Duration.ZERO)
            .criticalCooldown(Duration.ZERO)
            .build();
    this.metrics = metrics;
    this.start = start;
    this.interval = interval;
  }

  ScalingPolicy policy() {
    return policy;
  }

  Duration interval() {
    return interval;
  }

  /** What would be decided at once, without windows, cooldowns and rates. */
  int unlimited(int instances, Metric metric, double value) {
    return unlimited
        .decide(ScalingState.initial(), metrics(start, instances, instances, metric, value))
        .desired();
  }

  /** A single decision. */
  Witness once(int instances, Metric metric, double value) {
    return once(start, instances, metric, value);
  }

  Witness once(Instant at, int instances, Metric metric, double value) {
    ScalingMetrics known = metrics(at, instances, instances, metric, value);
    ScalingDecision decision = policy.decide(ScalingState.initial(), known);
    return new Witness(
        List.of(
            new Witness.Tick(known, metric, value, decision.recommended(), decision.desired())));
  }

  /**
   * Decisions one after the other, each carried out at once.
   *
   * @param value the metric, by how many instances there are; NaN for missing
   */
  Witness run(int instances, int ticks, Metric metric, IntToDoubleFunction value) {
    return run(instances, ticks, metric, value, Duration.ZERO);
  }

  /** The same with instances that become ready only after a while. */
  Witness run(
      int instances, int ticks, Metric metric, IntToDoubleFunction value, Duration startup) {
    List<Witness.Tick> all = new ArrayList<>(ticks);
    ScalingState state = ScalingState.initial();
    int asked = instances;
    int ready = instances;
    Instant readyAt = start;
    Instant now = start;
    for (int i = 0; i < ticks; i++) {
      if (!now.isBefore(readyAt)) {
        ready = asked;
      }
      double seen = value.applyAsDouble(ready);
      ScalingMetrics known = metrics(now, asked, Math.min(ready, asked), metric, seen);
      ScalingDecision decision = policy.decide(state, known);
      all.add(new Witness.Tick(known, metric, seen, decision.recommended(), decision.desired()));
      state = decision.next();
      if (decision.desired() > asked) {
        readyAt = now.plus(startup);
      }
      asked = decision.desired();
      now = now.plus(interval);
    }
    return new Witness(all);
  }

  private ScalingMetrics metrics(
      Instant at, int instances, int ready, Metric metric, double value) {
    ScalingMetrics.Builder known = ScalingMetrics.at(at).instances(instances).ready(ready);
    for (Metric other : metrics) {
      if (!other.equals(metric)) {
        give(known, other, instances, 0);
      }
    }
    give(known, metric, instances, value);
    return known.build();
  }

  /** No instance has no average: at zero, only totals exist. */
  private static void give(
      ScalingMetrics.Builder known, Metric metric, int instances, double value) {
    if (Double.isNaN(value)
        || (instances == 0 && metric.kind() != Metric.Kind.PROPORTIONAL_TOTAL)) {
      known.missing(metric, "there is no instance");
    } else {
      known.metric(metric, value);
    }
  }

  /** The first change of direction in a witness: a decrease, then an increase. */
  static @Nullable Integer reversal(Witness witness) {
    boolean down = false;
    for (int i = 0; i < witness.ticks().size(); i++) {
      Witness.Tick tick = witness.ticks().get(i);
      int change = tick.desired() - tick.metrics().instances();
      if (change < 0) {
        down = true;
      } else if (change > 0 && down) {
        return i;
      }
    }
    return null;
  }
}
