package dev.steelyard.autoscale.testing;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;
import dev.steelyard.autoscale.limits.InstanceType;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Policies and metrics at random, for properties that hold of all of them. */
public final class RandomFleets {
  private RandomFleets() {}

  /** Policies with any of the limits. */
  public static Arbitrary<ScalingPolicy> policies() {
    return Arbitraries.randomValue(RandomFleets::policy);
  }

  /** A policy with any of the limits. */
  public static ScalingPolicy policy(Random random) {
    int least = random.nextInt(4);
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(least, Math.max(1, least) + random.nextInt(30))
            .rule(TargetTracking.of(Metric.CPU, 20 + random.nextInt(70)).missing(missing(random)))
            .scaleUp(limits(random))
            .scaleDown(limits(random))
            .sharedCooldown(random.nextInt(4) == 0)
            .criticalCooldown(seconds(random, 60))
            .warmup(seconds(random, 300))
            .confidenceToScaleIn(random.nextInt(3) * 0.25)
            .disruption(
                random.nextBoolean()
                    ? DisruptionBudget.instances(random.nextInt(3))
                    : DisruptionBudget.percent(random.nextInt(101)));
    if (random.nextBoolean()) {
      builder.rule(TargetTracking.of(Metric.REQUEST_RATE, 1 + random.nextInt(100)));
    }
    if (random.nextInt(4) == 0) {
      builder.rule(new Wish("wish", random.nextInt(40), random.nextBoolean()));
    }
    ScalingPolicy.Combination[] combinations = ScalingPolicy.Combination.values();
    builder.combine(combinations[random.nextInt(combinations.length)]);
    if (random.nextInt(3) == 0) {
      FlapBudget budget = FlapBudget.of(random.nextInt(3), Duration.ofSeconds(600));
      builder.flapBudget(random.nextBoolean() ? budget : budget.blockingScaleUp());
    }
    if (random.nextInt(3) == 0) {
      int use = 1 + random.nextInt(20);
      builder.downstream(
          DownstreamBudget.of("db", "connections", 10 + use * (5 + random.nextInt(20)))
              .reserve(random.nextInt(10))
              .perInstance(use, use + random.nextInt(30))
              .surge(random.nextInt(2)));
    }
    if (random.nextInt(3) == 0) {
      builder.cost(
          CapacityMix.of(
                  InstanceType.of("small", 1, 0.1).spot(0.03), InstanceType.of("large", 4, 0.35))
              .spot(random.nextInt(4), random.nextInt(101))
              .changePenalty(random.nextDouble() / 4, Duration.ofHours(1)));
    }
    return builder.build();
  }

  private static MissingData missing(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> MissingData.hold();
      case 1 -> MissingData.blockScaleIn();
      case 2 -> MissingData.assume(random.nextInt(100));
      case 3 -> MissingData.safeDefault(1 + random.nextInt(10));
      default -> MissingData.ignore();
    };
  }

  private static DirectionLimits limits(Random random) {
    DirectionLimits limits =
        DirectionLimits.none()
            .window(seconds(random, 300))
            .cooldown(seconds(random, 300))
            .moreDuringCooldown(random.nextInt(4) == 0)
            .select(
                random.nextInt(10) == 0
                    ? DirectionLimits.Select.DISABLED
                    : random.nextBoolean()
                        ? DirectionLimits.Select.MAX
                        : DirectionLimits.Select.MIN);
    for (int i = random.nextInt(3); i > 0; i--) {
      Duration period = Duration.ofSeconds(1 + random.nextInt(300));
      limits =
          limits.rate(
              random.nextBoolean()
                  ? RatePolicy.instances(1 + random.nextInt(10), period)
                  : RatePolicy.percent(1 + random.nextInt(200), period));
    }
    return limits;
  }

  private static Duration seconds(Random random, int most) {
    return random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(random.nextInt(most));
  }

  /** Metrics of a pool or of instances, some missing, some too old, some instances unhealthy. */
  public static ScalingMetrics metrics(Random random, Instant time, int instances) {
    ScalingMetrics.Builder builder = ScalingMetrics.at(time).instances(instances);
    if (random.nextInt(4) > 0) {
      builder.metric(
          Metric.REQUEST_RATE, random.nextInt(2000), time.minusSeconds(random.nextInt(400)));
    }
    int form = random.nextInt(4);
    if (form == 0) {
      return builder.missing(Metric.CPU, "timeout").build();
    }
    if (form == 1) {
      return builder
          .running(instances)
          .ready(instances - random.nextInt(instances + 1) / 3)
          .metric(Metric.CPU, random.nextInt(150), time.minusSeconds(random.nextInt(400)))
          .build();
    }
    for (int i = 0; i < instances; i++) {
      builder.instance(
          "i" + i,
          facts -> {
            Instant started = time.minusSeconds(random.nextInt(2000));
            facts.startedAt(started).ready(random.nextInt(6) > 0, started);
            ScalingMetrics.Phase[] phases = ScalingMetrics.Phase.values();
            facts.phase(
                random.nextInt(6) == 0
                    ? phases[random.nextInt(phases.length)]
                    : ScalingMetrics.Phase.RUNNING);
            if (random.nextInt(8) == 0) {
              facts.unhealthy();
            }
            if (random.nextInt(6) > 0) {
              Instant sampled = time.minusSeconds(random.nextInt(400));
              facts.metric(Metric.CPU, random.nextInt(120), sampled, Duration.ofSeconds(30));
            }
          });
    }
    return builder.build();
  }
}
