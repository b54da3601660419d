package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.Metric.CPU;
import static dev.steelyard.autoscale.Metric.REQUEST_RATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.forecast.Forecast;
import dev.steelyard.autoscale.forecast.ForecastModel;
import dev.steelyard.autoscale.forecast.HoltWinters;
import dev.steelyard.autoscale.forecast.SeasonalNaive;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Predictive.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class PredictiveTest {
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final int DAY = 288;
  private static final Predictive RULE = Predictive.of(REQUEST_RATE, 100).lead(minutes(15));

  /** A day of five-minute ticks: 200 at night, 2,000 at noon, a steep rise at eight. */
  private static final IntToDoubleFunction DAILY =
      tick -> {
        int hour = tick % DAY / 12;
        return hour < 8 ? 200 : hour < 18 ? 2000 : 600;
      };

  /** What the policy decided tick by tick, and the state after each. */
  private record Run(List<ScalingDecision> decisions, ScalingState state, int instances) {}

  @Test
  void instancesAreThereBeforeTheRise() {
    int rise = 3 * DAY + 8 * 12;
    Run run = run(RULE, DAILY, rise, 1);
    ScalingDecision before = run.decisions.get(rise - 1); // five minutes before, load still 200
    assertEquals(20, before.desired());
    assertTrue(before.reasons().contains(ScalingReason.PREDICTION));
    assertTrue(run.decisions.get(rise - 3).desired() >= 20, "15 minutes before");
    assertEquals(2, run.decisions.get(rise - 8).desired(), "40 minutes before");
  }

  @Test
  void nothingIsForecastBeforeItCanBeJudged() {
    Run run = run(RULE, DAILY, 2 * DAY, 1);
    for (ScalingDecision decision : run.decisions) {
      assertFalse(decision.reasons().contains(ScalingReason.PREDICTION));
    }
    String note = note(run, 100);
    assertTrue(note.contains("still learning: 8h20m of 48h"), note);
  }

  @Test
  void everyUseIsProvenWithModelErrorAndHorizon() {
    int rise = 3 * DAY + 8 * 12;
    Predictive naive = RULE.models(Model.SEASONAL_NAIVE);
    ScalingDecision decision = run(naive, DAILY, rise, 1).decisions.get(rise - 1);
    List<Proof.Step> steps = steps(decision);
    assertEquals(3, steps.size());
    String note = String.valueOf(steps.get(0).note());
    assertTrue(note.startsWith("expected 2026-01-08T07:55:00Z, "), note);
    assertTrue(note.contains("the most of the coming 15m"), note);
    assertTrue(note.contains(" % (WAPE) lately, 1 x the season before"), note);
    assertEquals(Formula.TRUSTED, steps.get(1).formula());
    assertEquals(2000, steps.get(1).output());
    assertEquals(20, decision.proof().replay());
    assertEquals(20, steps.get(2).output());
  }

  @Test
  void aLoadThatNobodyCanForecastIsRefused() {
    Random chance = new Random(3);
    double[] noise = new double[5 * DAY];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = chance.nextDouble() < 0.2 ? 3000 : 50 * chance.nextDouble();
    }
    Run run = run(RULE, t -> noise[t], noise.length, 1);
    for (ScalingDecision decision : run.decisions) {
      assertFalse(decision.reasons().contains(ScalingReason.PREDICTION));
    }
    String note = note(run, noise.length - 1);
    assertTrue(note.contains("not used: ") && note.contains(", limit 50 %"), note);
  }

  @Test
  void aModelThatIsWorseThanTheSeasonBeforeIsNotUsed() {
    // Up and down every two hours, the same every day: a line misses every turn.
    IntToDoubleFunction wave = t -> 1000 + 900 * Math.sin(t % DAY * 2 * Math.PI / 24);
    Predictive straight = RULE.models(Model.LINEAR_TREND).maxError(10);
    Run run = run(straight, wave, 3 * DAY, 1);
    String note = note(run, 3 * DAY - 1);
    assertTrue(note.contains("which is worse than the season before"), note);
    Run anyway = run(straight.maxRatio(Double.POSITIVE_INFINITY), wave, 3 * DAY, 1);
    assertTrue(note(anyway, 3 * DAY - 1).startsWith("expected "));
  }

  @Test
  void aLoadThatRepeatsItselfExactlyIsForecastByEveryModelThatSeesIt() {
    for (Model model : new Model[] {Model.SEASONAL_NAIVE, Model.HOLT_WINTERS}) {
      String note = note(run(RULE.models(model), DAILY, 4 * DAY, 1), 4 * DAY - 1);
      assertTrue(note.startsWith("expected "), note);
    }
  }

  @Test
  void aHalfTrustedForecastRaisesHalfWay() {
    // Each day is 1.25 or 0.8 times the one before: the season before is off by a quarter.
    IntToDoubleFunction swaying = t -> DAILY.applyAsDouble(t) * (t / DAY % 2 == 0 ? 1 : 1.25);
    Predictive naive = RULE.models(SeasonalNaive.of(DAY)).maxError(0.3);
    int rise = 3 * DAY + 8 * 12;
    ScalingDecision decision = run(naive, swaying, rise, 1).decisions.get(rise - 1);
    Proof.Step trusted = steps(decision).get(1);
    double trust = trusted.operand(1);
    assertTrue(trust > 0.1 && trust < 0.9, () -> "trust " + trust);
    assertEquals(250 + trust * (2000 - 250), trusted.output(), 1e-9);
    assertEquals((int) Math.ceil(trusted.output() / 100), decision.desired());
  }

  @Test
  void theMarginIsAddedToTheForecastOnly() {
    int rise = 3 * DAY + 8 * 12;
    assertEquals(24, run(RULE.margin(0.2), DAILY, rise, 1).decisions.get(rise - 1).desired());
  }

  @Test
  void aFloorNeverLowersAndASizeMay() {
    int fall = 3 * DAY + 18 * 12; // 18:00: from 2,000 to 600
    IntToDoubleFunction late = t -> t >= fall ? 2000 : DAILY.applyAsDouble(t);
    int after = fall + 1;
    assertEquals(20, run(RULE, late, after, 1).decisions.get(after - 1).desired());
    Predictive naive = RULE.models(SeasonalNaive.of(DAY)).mayLower(true);
    ScalingPolicy lower =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(naive)
            .scaleDown(DirectionLimits.none())
            .build();
    ScalingDecision decision = run(lower, late, after, 1).decisions.get(after - 1);
    assertEquals(6, decision.desired());
    assertEquals(List.of(ScalingReason.PREDICTION), decision.reasons());
  }

  @Test
  void theForecastStaysWhileTheMetricIsMissingAndThenExpires() {
    int rise = 3 * DAY + 8 * 12;
    ScalingPolicy policy = policy(RULE);
    Run run = run(policy, DAILY, rise - 1, 1);
    ScalingDecision blind = policy.decide(run.state, blind(rise - 1, 20));
    assertEquals(20, blind.desired());
    String held = String.valueOf(steps(blind).get(0).note());
    assertTrue(held.contains("now missing: timeout"), held);
    ScalingDecision later = policy.decide(blind.next(), blind(rise + 24, 20));
    String expired = String.valueOf(steps(later).get(0).note());
    assertTrue(expired.contains("the last forecast has expired"), expired);
  }

  @Test
  void theMissingRuleCountsOnceNoForecastIsLeft() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(RULE.missing(MissingData.safeDefault(7)))
            .build();
    assertEquals(7, policy.decide(ScalingState.initial(), blind(0, 3)).desired());
    assertEquals(3, policy(RULE).decide(ScalingState.initial(), blind(0, 3)).desired());
  }

  @Test
  void anAverageOverInstancesIsALoadTimesItsInstances() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(Predictive.of(CPU, 50).lead(minutes(15)))
            .build();
    ScalingState state = ScalingState.initial();
    int rise = 3 * DAY + 8 * 12;
    ScalingDecision last = null;
    for (int t = 0; t < rise; t++) {
      int instances = 4 + t % 3; // the fleet changes, the load does not
      last =
          policy.decide(
              state,
              ScalingMetrics.at(time(t))
                  .instances(instances)
                  .metric(CPU, DAILY.applyAsDouble(t) / instances)
                  .build());
      state = last.next();
    }
    assertEquals(40, java.util.Objects.requireNonNull(last).desired());
  }

  @Test
  void aModelThatRefusesTheHistoryIsSaidSo() {
    Predictive ratio =
        RULE.models(HoltWinters.of(DAY).withSeason(HoltWinters.Component.MULTIPLICATIVE));
    Run run = run(ratio, t -> t % DAY < 96 ? 0 : 1000, 4 * DAY, 1);
    assertTrue(note(run, 4 * DAY - 1).contains("no model could work with this history"));
  }

  @Test
  void theBestOfSeveralModelsIsUsed() {
    // The load grows by half each day: Holt-Winters sees the trend, the season before does not.
    IntToDoubleFunction growing = t -> DAILY.applyAsDouble(t % DAY) + 6.0 * t;
    Predictive both = RULE.models(SeasonalNaive.of(DAY), HoltWinters.of(DAY).withDamping(1));
    Run run = run(both, growing, 4 * DAY, 1);
    assertTrue(note(run, 4 * DAY - 1).contains("holt-winters(period=288"), note(run, 4 * DAY - 1));
  }

  @Test
  void aModelOfOnesOwnIsAsked() {
    ForecastModel tenThousand =
        new ForecastModel() {
          @Override
          public String name() {
            return "constant";
          }

          @Override
          public int minimumHistory() {
            return 1;
          }

          @Override
          public Forecast forecast(double[] history, int steps) {
            double[] values = new double[steps];
            java.util.Arrays.fill(values, 1500);
            return Forecast.of(values, values, values);
          }
        };
    Predictive rule = RULE.models(tenThousand).maxError(10).maxRatio(Double.POSITIVE_INFINITY);
    assertEquals(15, run(rule, t -> 1000, 2 * DAY, 1).decisions.get(2 * DAY - 1).desired());
  }

  @Test
  void aGapIsFilledFromTheSeasonBeforeAndALongOneEndsThePast() {
    LoadHistory history = new LoadHistory(Memory.EMPTY, 1000, 100, 1);
    for (int t = 0; t < 10; t++) {
      if (t != 6) {
        history.add(1000L * t, t % 4);
      }
    }
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        new double[] {0, 1, 2, 3, 0, 1, 2, 3, 0}, history.values(4));
    history.add(20_000, 7);
    history.add(21_000, 8);
    org.junit.jupiter.api.Assertions.assertArrayEquals(new double[] {7}, history.values(4));
  }

  @Test
  void aBucketIsTheAverageOfItsSamples() {
    LoadHistory history = new LoadHistory(Memory.EMPTY, 1000, 100, 1);
    assertFalse(history.add(5100, 10));
    assertFalse(history.add(5200, 20));
    assertFalse(history.add(5900, Double.NaN));
    assertTrue(history.add(6000, 99));
    assertEquals(15, history.latest());
    assertEquals(5000, history.closed.time(0));
    assertEquals(6000, history.end());
  }

  @Test
  void anotherBucketBeginsToLearnAnew() {
    Run run = run(RULE, DAILY, 3 * DAY, 1);
    ScalingPolicy changed = policy(RULE.bucket(minutes(10)));
    ScalingDecision decision = changed.decide(run.state, metrics(3 * DAY, 200, 2));
    assertTrue(String.valueOf(steps(decision).get(0).note()).contains("still learning: 0s of 48h"));
  }

  @Test
  void refusesKnobsOutOfRange() {
    refused("target", () -> Predictive.of(REQUEST_RATE, 0));
    refused("no load", () -> Predictive.of(Metric.MEMORY, 80));
    refused("lead", () -> RULE.lead(Duration.ZERO));
    refused("lead and refit", () -> RULE.lead(Duration.ofDays(1)));
    refused("lead and refit", () -> RULE.refit(Duration.ofDays(1)));
    refused("season", () -> RULE.bucket(minutes(7)));
    refused("season", () -> RULE.season(minutes(5), 4));
    refused("seasons kept", () -> RULE.season(Duration.ofDays(7), 2));
    refused("seasons kept", () -> RULE.bucket(minutes(1)).season(Duration.ofDays(7), 10));
    refused("models", () -> RULE.models(new Model[0]));
    refused("needs 1728 buckets", () -> RULE.models(HoltWinters.of(3 * DAY)));
    refused("maxError", () -> RULE.maxError(Double.NaN));
    refused("maxRatio", () -> RULE.maxRatio(0));
    refused("margin", () -> RULE.margin(1.1));
    refused("assume", () -> RULE.missing(MissingData.assume(5)));
  }

  private static void refused(String part, Runnable call) {
    var e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::toString);
  }

  private static Run run(Predictive rule, IntToDoubleFunction load, int ticks, int instances) {
    return run(policy(rule), load, ticks, instances);
  }

  private static Run run(ScalingPolicy policy, IntToDoubleFunction load, int ticks, int instances) {
    ScalingState state = ScalingState.initial();
    int size = instances;
    List<ScalingDecision> decisions = new ArrayList<>();
    for (int t = 0; t < ticks; t++) {
      ScalingDecision decision = policy.decide(state, metrics(t, load.applyAsDouble(t), size));
      decisions.add(decision);
      state = decision.next();
      size = decision.desired();
    }
    return new Run(decisions, state, size);
  }

  private static ScalingPolicy policy(Predictive rule) {
    return ScalingPolicy.builder()
        .bounds(1, 100)
        .rule(TargetTracking.of(REQUEST_RATE, 100).missing(MissingData.ignore()))
        .rule(rule)
        .scaleDown(DirectionLimits.none())
        .build();
  }

  private static List<Proof.Step> steps(ScalingDecision decision) {
    return decision.proof().steps().stream()
        .filter(s -> s.stage() == Proof.Stage.READ && s.rule().equals(RULE.name()))
        .toList();
  }

  private static String note(Run run, int tick) {
    return String.valueOf(steps(run.decisions.get(tick)).get(0).note());
  }

  private static ScalingMetrics metrics(int tick, double load, int instances) {
    return ScalingMetrics.at(time(tick)).instances(instances).metric(REQUEST_RATE, load).build();
  }

  private static ScalingMetrics blind(int tick, int instances) {
    return ScalingMetrics.at(time(tick))
        .instances(instances)
        .missing(REQUEST_RATE, "timeout")
        .build();
  }

  private static Instant time(int tick) {
    return START.plus(minutes(5L * tick));
  }

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }
}
