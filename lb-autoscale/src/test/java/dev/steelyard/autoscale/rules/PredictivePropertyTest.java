package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.Metric.REQUEST_RATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Predictive.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class PredictivePropertyTest {
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final int SEASON = 24;
  private static final int TICKS = 5 * SEASON;

  /** Hourly buckets, a lead of three hours. */
  private static final Predictive RULE =
      Predictive.of(REQUEST_RATE, 10)
          .bucket(Duration.ofHours(1))
          .refit(Duration.ofHours(2))
          .lead(Duration.ofHours(3))
          .models(Model.SEASONAL_NAIVE, Model.HOLT_WINTERS, Model.LINEAR_TREND)
          .maxError(5)
          .maxRatio(100);

  private static final TargetTracking REACTIVE = TargetTracking.of(REQUEST_RATE, 10);

  @Property(tries = 50)
  void aForecastOnlyEverRaises(@ForAll("loads") double[] load) {
    List<ScalingDecision> with = run(policy(REACTIVE, RULE), load, false);
    List<ScalingDecision> without = run(policy(REACTIVE), load, false);
    for (int t = 0; t < TICKS; t++) {
      assertTrue(with.get(t).desired() >= without.get(t).desired());
      assertEquals(with.get(t).desired(), with.get(t).proof().replay());
    }
  }

  @Property(tries = 50)
  void whatComesLaterChangesNoEarlierDecision(
      @ForAll("loads") double[] load,
      @ForAll @IntRange(min = 1, max = TICKS - 1) int now,
      @ForAll @DoubleRange(min = 0, max = 1e6) double other) {
    double[] changed = load.clone();
    Arrays.fill(changed, now, TICKS, other);
    List<ScalingDecision> one = run(policy(REACTIVE, RULE), load, false);
    List<ScalingDecision> two = run(policy(REACTIVE, RULE), changed, false);
    assertEquals(one.subList(0, now), two.subList(0, now));
  }

  @Property(tries = 10)
  void aRestartForgetsNothing(@ForAll("loads") double[] load) {
    List<ScalingDecision> one = run(policy(REACTIVE, RULE), load, false);
    List<ScalingDecision> two = run(policy(REACTIVE, RULE), load, true);
    for (int t = 0; t < TICKS; t++) {
      assertEquals(one.get(t).desired(), two.get(t).desired());
      assertEquals(one.get(t).proof(), two.get(t).proof());
    }
  }

  @Property(tries = 20)
  void theSameLoadAtAnotherSeasonOfTheYearIsDecidedTheSame(
      @ForAll("loads") double[] load, @ForAll @IntRange(min = 1, max = 1000) int days) {
    ScalingPolicy policy = policy(REACTIVE, RULE);
    ScalingState one = ScalingState.initial();
    ScalingState two = ScalingState.initial();
    for (int t = 0; t < TICKS; t++) {
      ScalingDecision first = policy.decide(one, metrics(START, t, load[t]));
      ScalingDecision second =
          policy.decide(two, metrics(START.plus(Duration.ofDays(days)), t, load[t]));
      assertEquals(first.desired(), second.desired());
      one = first.next();
      two = second.next();
    }
  }

  @Provide
  Arbitrary<double[]> loads() {
    Arbitrary<double[]> day =
        Arbitraries.doubles().between(0, 2000).array(double[].class).ofSize(SEASON);
    Arbitrary<double[]> noise =
        Arbitraries.doubles().between(0, 1).array(double[].class).ofSize(TICKS);
    Arbitrary<Double> amount = Arbitraries.of(0.0, 10.0, 300.0, 1e5);
    return Combinators.combine(day, noise, amount)
        .as(
            (curve, wild, much) -> {
              double[] load = new double[TICKS];
              Arrays.setAll(load, t -> curve[t % SEASON] + much * wild[t]);
              return load;
            });
  }

  private static List<ScalingDecision> run(ScalingPolicy policy, double[] load, boolean restart) {
    ScalingState state = ScalingState.initial();
    List<ScalingDecision> decisions = new ArrayList<>();
    for (int t = 0; t < TICKS; t++) {
      ScalingDecision decision = policy.decide(state, metrics(START, t, load[t]));
      decisions.add(decision);
      state = restart ? ScalingState.parse(decision.next().toText()) : decision.next();
    }
    return decisions;
  }

  private static ScalingMetrics metrics(Instant start, int tick, double load) {
    return ScalingMetrics.at(start.plus(Duration.ofHours(tick)))
        .instances(50)
        .metric(REQUEST_RATE, load)
        .build();
  }

  private static ScalingPolicy policy(dev.steelyard.autoscale.ScalingRule... rules) {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder().bounds(1, 100_000).scaleDown(DirectionLimits.none());
    for (var rule : rules) {
      builder.rule(rule);
    }
    return builder.build();
  }
}
