package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.Series;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class PanicWindowPropertyTest {
  /** A sample: so many milliseconds after the last one, and what share of the orders is ready. */
  record Sample(int millis, double value, double readyShare) {}

  @Provide
  Arbitrary<List<Sample>> samples() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 20_000),
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.doubles().between(0, 50)),
                net.jqwik.api.Tuple.of(1, Arbitraries.doubles().between(0, 5000)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(0.0))),
            Arbitraries.doubles().between(0, 1))
        .as(Sample::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(80);
  }

  private static ScalingPolicy policy(boolean delayed, boolean weighted) {
    PanicWindow rule = PanicWindow.of(Metric.IN_FLIGHT, 10);
    rule = delayed ? rule.scaleDownDelay(Duration.ofSeconds(45)) : rule;
    return ScalingPolicy.builder()
        .bounds(0, 100_000)
        .scaleDown(DirectionLimits.none())
        .rule(weighted ? rule.weighted() : rule)
        .build();
  }

  private static ScalingDecision[] run(
      ScalingPolicy policy, List<Sample> samples, long shift, boolean text) {
    ScalingDecision[] decisions = new ScalingDecision[samples.size()];
    ScalingState state = ScalingState.initial();
    long time = shift;
    int instances = 4;
    for (int i = 0; i < decisions.length; i++) {
      Sample sample = samples.get(i);
      time += sample.millis;
      decisions[i] =
          policy.decide(
              state,
              ScalingMetrics.at(Instant.ofEpochMilli(time))
                  .instances(instances)
                  .ready((int) (instances * sample.readyShare))
                  .metric(Metric.IN_FLIGHT, sample.value)
                  .build());
      state = decisions[i].next();
      state = text ? ScalingState.parse(state.toText()) : state;
      instances = decisions[i].desired();
    }
    return decisions;
  }

  @Property
  void panicNeverScalesIn(
      @ForAll("samples") List<Sample> samples, @ForAll boolean delayed, @ForAll boolean weighted) {
    for (ScalingDecision decision : run(policy(delayed, weighted), samples, 0, false)) {
      boolean panics =
          PanicWindow.panicSince(decision.next().memory("panic in_flight")).isPresent();
      assertTrue(!panics || decision.desired() >= decision.current(), decision::explain);
      assertEquals(decision.desired(), decision.proof().replay());
    }
  }

  @Property
  void aStateThatWasPersistedGoesOnInTheSameWay(
      @ForAll("samples") List<Sample> samples, @ForAll boolean delayed, @ForAll boolean weighted) {
    ScalingPolicy policy = policy(delayed, weighted);
    ScalingDecision[] kept = run(policy, samples, 0, false);
    ScalingDecision[] read = run(policy, samples, 0, true);
    for (int i = 0; i < kept.length; i++) {
      assertEquals(kept[i], read[i]);
    }
  }

  @Property
  void onlyDifferencesOfTimesMatter(
      @ForAll("samples") List<Sample> samples, @ForAll boolean delayed) {
    ScalingPolicy policy = policy(delayed, false);
    ScalingDecision[] here = run(policy, samples, 0, false);
    ScalingDecision[] there = run(policy, samples, 1_767_000_000_123L, false);
    for (int i = 0; i < here.length; i++) {
      assertEquals(here[i].desired(), there[i].desired());
    }
  }

  /** Records at any times, also late ones. */
  @Provide
  Arbitrary<List<Integer>> seconds() {
    return Arbitraries.integers().between(0, 40).list().ofMinSize(1).ofMaxSize(60);
  }

  @Property
  void averagesAgreeWithBruteForce(
      @ForAll("seconds") List<Integer> seconds,
      @ForAll @IntRange(min = 1, max = 12) int length,
      @ForAll @IntRange(max = 20) int later) {
    SampleWindow window = SampleWindow.of(Duration.ofSeconds(length), Duration.ofSeconds(1));
    TreeMap<Integer, Double> buckets = new TreeMap<>();
    int value = 1;
    for (int second : seconds) {
      window = window.record(Instant.ofEpochSecond(second), value);
      if (!buckets.isEmpty() && second - buckets.lastKey() >= length) {
        buckets.clear();
      }
      if (buckets.isEmpty() || second > buckets.lastKey() - length) {
        buckets.merge(second, (double) value, Double::sum);
      }
      value++;
    }
    int last = buckets.lastKey();
    int now = last + later;
    int oldest = Math.max(buckets.firstKey(), now - length + 1);
    double sum = buckets.tailMap(oldest).values().stream().mapToDouble(v -> v).sum();
    double average = oldest > last ? 0 : sum / (last - oldest + 1);
    assertEquals(average, window.average(Instant.ofEpochSecond(now)), 1e-9);
    assertEquals(sum, window.sum(Instant.ofEpochSecond(now)), 1e-9);
  }

  @Property
  void theSlidingMaximumAgreesWithBruteForce(
      @ForAll List<@IntRange(max = 8) Integer> steps,
      @ForAll List<@IntRange(max = 20) Integer> values,
      @ForAll @IntRange(min = 1, max = 15) int window) {
    SlidingMaximum maximum = SlidingMaximum.of(window, Series.EMPTY);
    int size = Math.min(steps.size(), values.size());
    long[] times = new long[size];
    long time = 0;
    for (int i = 0; i < size; i++) {
      time += steps.get(i);
      times[i] = time;
      maximum = maximum.record(time, values.get(i));
      int largest = 0;
      for (int j = 0; j <= i; j++) {
        largest = time - times[j] < window ? Math.max(largest, values.get(j)) : largest;
      }
      assertEquals(largest, maximum.current());
    }
  }
}
