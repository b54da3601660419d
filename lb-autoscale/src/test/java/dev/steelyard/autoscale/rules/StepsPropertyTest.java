package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingPolicy.Combination;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

class StepsPropertyTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric RATE = Metric.REQUEST_RATE;

  /** A rule of any kind, of thresholds that may well be too near to each other. */
  @Provide
  Arbitrary<ScalingRule> rules() {
    Arbitrary<Integer> out = Arbitraries.integers().between(30, 95);
    Arbitrary<Integer> in = Arbitraries.integers().between(5, 90);
    Arbitrary<Integer> step = Arbitraries.integers().between(1, 60);
    Arbitrary<Integer> kind = Arbitraries.integers().between(0, 3);
    return Combinators.combine(kind, out, in, step).as(StepsPropertyTest::rule);
  }

  private static ScalingRule rule(int kind, int out, int in, int step) {
    return switch (kind) {
      case 0 ->
          Thresholds.of(
              Trigger.out(Metric.CPU, Operator.GREATER, out, Adjustment.percent(step)),
              Trigger.in(Metric.CPU, Operator.AT_MOST, in, Adjustment.percent(-step)));
      case 1 ->
          Thresholds.of(
              Trigger.out(RATE, Operator.AT_LEAST, out, Adjustment.change(step)).perInstance(),
              Trigger.in(RATE, Operator.LESS, in, Adjustment.change(-step)).perInstance());
      case 2 ->
          StepScaling.of(Metric.CPU)
              .out(
                  out,
                  Step.between(0, 10, Adjustment.change(1)),
                  Step.from(10, Adjustment.percent(step)))
              .in(
                  Math.min(in, out),
                  Step.between(-10, 0, Adjustment.change(-1)),
                  Step.upTo(-10, Adjustment.percent(-step)));
      default ->
          WeightedScore.of(Term.of(Metric.CPU, out, 2).critical(out + 20.0), Term.of(RATE, out, 1))
              .scaleOut(0.1, Adjustment.percent(step))
              .scaleIn(-0.1, Adjustment.change(-step));
    };
  }

  private static ScalingMetrics metrics(int count, double load) {
    return ScalingMetrics.at(NOON)
        .instances(count)
        .metric(Metric.CPU, load / count)
        .metric(RATE, load)
        .build();
  }

  private static ScalingPolicy policy(Combination combination, List<ScalingRule> rules) {
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder()
            .bounds(1, 100_000)
            .combine(combination)
            .scaleDown(DirectionLimits.none());
    for (ScalingRule rule : rules) {
      policy.rule(rule);
    }
    return policy.build();
  }

  private static List<ScalingRule> named(List<ScalingRule> rules) {
    List<ScalingRule> named = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      named.add(Group.of("rule " + i, rules.get(i)));
    }
    return named;
  }

  private static ScalingDecision decide(ScalingPolicy policy, int count, double load) {
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics(count, load));
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  @Provide
  Arbitrary<List<ScalingRule>> someRules() {
    return rules().list().ofMinSize(1).ofMaxSize(4);
  }

  @Property
  void rightAfterAScaleInAtTheSameLoadNothingScalesOut(
      @ForAll("someRules") List<ScalingRule> rules,
      @ForAll Combination combination,
      @ForAll @IntRange(min = 1, max = 500) int count,
      @ForAll @DoubleRange(min = 0, max = 100) double perInstance) {
    ScalingPolicy policy = policy(combination, named(rules));
    double load = perInstance * count;
    ScalingDecision first = decide(policy, count, load);
    if (first.desired() < count) {
      assertFalse(decide(policy, first.desired(), load).desired() > first.desired());
      for (ScalingRule rule : policy.rules()) {
        Evaluation after =
            Evaluation.of(
                policy, ScalingState.initial(), metrics(first.desired(), load), rule.name());
        assertFalse(rule.propose(after).size() > first.desired());
      }
    }
  }

  @Property
  void whatTheGuardExpectsIsWhatHappens(
      @ForAll("rules") ScalingRule rule,
      @ForAll @IntRange(min = 2, max = 500) int count,
      @ForAll @IntRange(min = 1, max = 500) int other,
      @ForAll @DoubleRange(min = 1, max = 100) double perInstance) {
    int fewer = Math.min(other, count - 1);
    double load = Math.rint(perInstance * count) * 1.0009765625;
    ScalingPolicy policy = policy(Combination.MAX, List.of(rule));
    Evaluation now =
        Evaluation.of(policy, ScalingState.initial(), metrics(count, load), rule.name());
    Evaluation then =
        Evaluation.of(policy, ScalingState.initial(), metrics(fewer, load), rule.name());
    assertEquals(
        rule.propose(then).size() > fewer, rule.wouldScaleOutAt(now, fewer), rule::describe);
  }

  @Property
  void moreOfAMetricNeverMeansFewerInstances(
      @ForAll("rules") ScalingRule rule,
      @ForAll @IntRange(min = 1, max = 500) int count,
      @ForAll @DoubleRange(min = 0, max = 150) double cpu,
      @ForAll @DoubleRange(min = 0, max = 150) double rate,
      @ForAll @DoubleRange(min = 0, max = 50) double more,
      @ForAll boolean ofCpu) {
    ScalingPolicy policy = policy(Combination.MAX, List.of(rule));
    int before = propose(policy, rule, count, cpu, rate);
    int after = propose(policy, rule, count, cpu + (ofCpu ? more : 0), rate + (ofCpu ? 0 : more));
    assertTrue(after >= before, rule::describe);
  }

  private static int propose(
      ScalingPolicy policy, ScalingRule rule, int count, double cpu, double rate) {
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON)
            .instances(count)
            .metric(Metric.CPU, cpu)
            .metric(RATE, rate * count)
            .build();
    return rule.propose(Evaluation.of(policy, ScalingState.initial(), metrics, rule.name())).size();
  }

  @Property
  void theOrderOfRulesChangesNothingUnderMax(
      @ForAll("someRules") List<ScalingRule> rules,
      @ForAll @IntRange(min = 1, max = 500) int count,
      @ForAll @DoubleRange(min = 0, max = 100) double perInstance,
      @ForAll Random random) {
    List<ScalingRule> inOrder = named(rules);
    List<ScalingRule> shuffled = new ArrayList<>(inOrder);
    Collections.shuffle(shuffled, random);
    ScalingDecision one = decide(policy(Combination.MAX, inOrder), count, perInstance * count);
    ScalingDecision two = decide(policy(Combination.MAX, shuffled), count, perInstance * count);
    assertEquals(one.desired(), two.desired());
    assertEquals(one.reasons(), two.reasons());
  }

  @Property
  void aVetoAlwaysRaises(
      @ForAll Combination combination,
      @ForAll @IntRange(min = 1, max = 500) int count,
      @ForAll @IntRange(min = 1, max = 500) int others,
      @ForAll @DoubleRange(min = 0, max = 100) double idle) {
    WeightedScore score =
        WeightedScore.of(Term.of(Metric.CPU, 100, 1000), Term.of(RATE, 10, 1).critical(90));
    ScalingPolicy policy = policy(combination, List.of(Rules.size("other", e -> others), score));
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON)
            .instances(count)
            .metric(Metric.CPU, idle)
            .metric(RATE, count * 90.5)
            .build();
    assertTrue(policy.decide(ScalingState.initial(), metrics).desired() > count);
  }

  @Property
  void aScoreIsBetweenMinusOneAndOne(
      @ForAll @DoubleRange(min = 0, max = 1e300) double cpu,
      @ForAll @DoubleRange(min = 0, max = 1e300) double rate,
      @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 1e9) double target,
      @ForAll @DoubleRange(min = 0, max = 1e9) double weight) {
    WeightedScore rule =
        WeightedScore.of(Term.of(Metric.CPU, target, weight), Term.of(RATE, target, 1e-3));
    ScalingPolicy policy = policy(Combination.MAX, List.of(rule));
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON).instances(7).metric(Metric.CPU, cpu).metric(RATE, rate).build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics);
    int scores = 0;
    for (Proof.Step step : decision.proof().steps()) {
      if (step.formula() == Formula.WEIGHTED_MEAN) {
        scores++;
        assertTrue(step.output() >= -1 && step.output() <= 1, () -> "score " + step);
      }
    }
    assertEquals(1, scores);
  }

  @Property
  void anAdjustmentGoesItsWayAndNeverBelowNothing(
      @ForAll @IntRange(min = 0, max = 2_000_000) int count,
      @ForAll @DoubleRange(min = -100, max = 10_000) double percent,
      @ForAll Rounding rounding,
      @ForAll @IntRange(min = 1, max = 50) int least) {
    Adjustment adjustment = Adjustment.percent(percent, rounding);
    int result = adjustment.applyTo(count);
    assertTrue(percent >= 0 ? result >= count : result <= count);
    assertTrue(result >= 0);
    if (percent > 0) {
      assertTrue(adjustment.byAtLeast(least).applyTo(count) >= count + least);
    } else if (percent < 0) {
      assertTrue(adjustment.byAtLeast(least).applyTo(count) <= Math.max(0, count - least));
    }
  }
}
