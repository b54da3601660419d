package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Operator;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.WeightedScore;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Window;
import dev.steelyard.autoscale.testing.RandomFleets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class LinterPropertyTest {
  @Provide
  Arbitrary<ScalingPolicy> fleets() {
    return RandomFleets.policies();
  }

  @Provide
  Arbitrary<ScalingPolicy> rules() {
    return Arbitraries.randomValue(LinterPropertyTest::policy);
  }

  private static ScalingPolicy policy(Random random) {
    int least = random.nextInt(4);
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder()
            .bounds(least, Math.max(1, least) + random.nextInt(60))
            .projectionGuard(random.nextInt(3) == 0)
            .rule(thresholds(random));
    if (random.nextInt(3) == 0) {
      Term cpu = Term.of(Metric.CPU, 10 + random.nextInt(80), random.nextInt(3));
      Term queue = Term.of(Metric.QUEUE_DEPTH, 1 + random.nextInt(50), 1 + random.nextInt(3));
      policy.rule(
          WeightedScore.of(
              cpu, random.nextBoolean() ? queue : queue.critical(200 + random.nextInt(9))));
    }
    if (random.nextInt(3) == 0) {
      int hour = random.nextInt(20);
      Window window =
          Window.parse("DAILY %02d:30 to %02d:00 in Europe/Paris".formatted(hour, hour + 3));
      policy.rule(
          Scheduled.of(
              random.nextBoolean()
                  ? Schedule.floor("a", 1 + random.nextInt(50), window)
                  : Schedule.bounds("a", 1, 1 + random.nextInt(50), window)));
    }
    return policy.build();
  }

  private static Thresholds thresholds(Random random) {
    Metric[] metrics = {Metric.CPU, Metric.QUEUE_DEPTH, Metric.ERROR_RATE};
    List<Trigger> triggers = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      Metric metric = metrics[random.nextInt(3)];
      boolean percent = random.nextBoolean();
      int amount = 1 + random.nextInt(percent ? 60 : 4);
      Trigger trigger =
          random.nextBoolean()
              ? Trigger.out(
                  metric,
                  random.nextBoolean() ? Operator.GREATER : Operator.AT_LEAST,
                  20 + i + random.nextInt(80),
                  percent ? Adjustment.percent(amount) : Adjustment.change(amount))
              : Trigger.in(
                  metric,
                  random.nextBoolean() ? Operator.LESS : Operator.AT_MOST,
                  10 + i / 8.0 + random.nextInt(80),
                  percent ? Adjustment.percent(-amount) : Adjustment.change(-amount));
      trigger =
          random.nextInt(4) == 0
              ? trigger.missing(MissingData.assume(random.nextInt(100)))
              : trigger;
      boolean each = metric.equals(Metric.QUEUE_DEPTH) && random.nextBoolean();
      triggers.add(each ? trigger.perInstance() : trigger);
    }
    return Thresholds.of(triggers.stream().distinct().toList());
  }

  @Property(tries = 120)
  void eachFindingIsDemonstratedForPoliciesWithAnyLimits(@ForAll("fleets") ScalingPolicy policy) {
    check(policy);
  }

  @Property(tries = 120)
  void eachFindingIsDemonstratedForPoliciesWithAnyRules(@ForAll("rules") ScalingPolicy policy) {
    check(policy);
  }

  private static void check(ScalingPolicy policy) {
    Linter linter =
        Linter.of(policy).interval(Duration.ofSeconds(30)).startup(Duration.ofMinutes(2));
    Claims.check(policy, linter.lint());
  }
}
