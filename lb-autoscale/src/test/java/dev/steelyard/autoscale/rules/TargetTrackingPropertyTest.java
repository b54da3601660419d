package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.Metric.CPU;
import static dev.steelyard.autoscale.Metric.REQUEST_RATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.TargetTracking.WithoutSample;
import java.time.Duration;
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
import net.jqwik.api.constraints.Size;

/** What holds for target tracking whatever the fleet looks like. */
class TargetTrackingPropertyTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** What an instance does; a negative usage is a missing sample. */
  record One(int used, int capacity, State state) {
    enum State {
      READY,
      STARTING,
      PENDING,
      LEAVING
    }

    One using(int other) {
      return new One(other, capacity, state);
    }
  }

  @Provide
  Arbitrary<List<One>> fleets() {
    return Combinators.combine(
            Arbitraries.integers().between(-30, 400),
            Arbitraries.of(100, 200, 400),
            Arbitraries.frequency(
                net.jqwik.api.Tuple.of(8, One.State.READY),
                net.jqwik.api.Tuple.of(2, One.State.STARTING),
                net.jqwik.api.Tuple.of(1, One.State.PENDING),
                net.jqwik.api.Tuple.of(1, One.State.LEAVING)))
        .as(One::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  @Provide
  Arbitrary<TargetTracking> rules() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 120),
            Arbitraries.doubles().between(0, 0.5),
            Arbitraries.doubles().between(0, 0.5),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 6))
        .as(
            (target, down, up, kubernetes, limits) -> {
              TargetTracking rule = TargetTracking.of(CPU, target).tolerance(down, up);
              rule = kubernetes ? rule.kubernetes() : rule;
              return limits > 3 ? rule.maxStep(limits, limits - 2).multipleOf(limits - 2, 4) : rule;
            });
  }

  private static ScalingDecision decide(TargetTracking rule, ScalingMetrics metrics) {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(0, 1_000_000)
            .projectionGuard(false)
            .confidenceToScaleIn(0) // of the rule alone
            .scaleDown(DirectionLimits.none())
            .rule(rule)
            .build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics);
    assertEquals(decision.desired(), decision.proof().replay(), decision::explain);
    return decision;
  }

  private static ScalingMetrics metrics(List<One> fleet, int usageBy, int capacityBy) {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON);
    for (int i = 0; i < fleet.size(); i++) {
      One one = fleet.get(i);
      metrics.instance(
          "i" + i,
          facts -> {
            Instant start = NOON.minusSeconds(10);
            switch (one.state) {
              case READY -> facts.ready(true);
              case STARTING -> facts.startedAt(start).ready(false, start);
              case PENDING -> facts.phase(ScalingMetrics.Phase.PENDING);
              case LEAVING -> facts.phase(ScalingMetrics.Phase.TERMINATING);
            }
            facts.capacity(CPU, (double) one.capacity * capacityBy);
            if (one.used >= 0) {
              facts.usage(
                  CPU,
                  (double) one.used * usageBy,
                  (double) one.capacity * capacityBy,
                  NOON,
                  MINUTE);
            }
          });
    }
    return metrics.build();
  }

  private static ScalingMetrics metrics(List<One> fleet) {
    return metrics(fleet, 1, 1);
  }

  @Property(tries = 500)
  void moreLoadNeverAsksForFewer(
      @ForAll("rules") TargetTracking rule,
      @ForAll("fleets") List<One> fleet,
      @ForAll @IntRange(min = 0, max = 29) int which,
      @ForAll @IntRange(min = 1, max = 300) int more) {
    int index = which % fleet.size();
    List<One> busier = new ArrayList<>(fleet);
    One one = fleet.get(index);
    busier.set(index, one.used < 0 ? one : one.using(one.used + more));
    ScalingDecision before = decide(rule, metrics(fleet));
    ScalingDecision after = decide(rule, metrics(busier));
    assertTrue(
        after.desired() >= before.desired(), () -> before.explain() + "\n" + after.explain());
  }

  /** Whatever those without a sample do in truth, it is not a reason to remove any. */
  @Property(tries = 500)
  void aSampleThatIsMissingNeverScalesInFurther(
      @ForAll("rules") TargetTracking rule,
      @ForAll("fleets") List<One> fleet,
      @ForAll @IntRange(min = 0, max = 29) int which) {
    int index = which % fleet.size();
    One full = fleet.get(index).using((int) (fleet.get(index).capacity * 1.2));
    List<One> busy = new ArrayList<>(fleet);
    busy.set(index, full);
    List<One> blind = new ArrayList<>(fleet);
    blind.set(index, full.using(-1));
    ScalingDecision seen = decide(rule, metrics(busy));
    ScalingDecision unseen = decide(rule, metrics(blind));
    int current = unseen.current();
    boolean extrapolated = full.state != One.State.READY;
    assertTrue(
        extrapolated
            || unseen.desired() >= Math.min(current, Math.min(seen.desired(), least(rule, blind))),
        () -> seen.explain() + "\n" + unseen.explain());
  }

  /** What is needed for those that have samples and, at 100 %, for those that have not. */
  private static int least(TargetTracking rule, List<One> fleet) {
    return decide(
            rule,
            metrics(
                fleet.stream()
                    .map(
                        one ->
                            one.used < 0
                                ? one.using(one.capacity * (int) Math.max(100, rule.target()) / 100)
                                : one)
                    .toList()))
        .desired();
  }

  @Property(tries = 500)
  void aMetricThatIsMissingNeverScalesIn(
      @ForAll("rules") TargetTracking rule, @ForAll("fleets") List<One> fleet) {
    List<One> blind = fleet.stream().map(one -> one.using(-1)).toList();
    ScalingDecision decision = decide(rule, metrics(blind));
    assertEquals(decision.current(), decision.desired());
  }

  @Property(tries = 500)
  void constantLoadIsAFixedPointAfterOneStep(
      @ForAll @IntRange(min = 1, max = 200) int current,
      @ForAll @DoubleRange(min = 0.1, max = 5000) double load,
      @ForAll @IntRange(min = 1, max = 100) int target,
      @ForAll @DoubleRange(min = 0, max = 0.3) double tolerance) {
    TargetTracking rule = TargetTracking.of(CPU, target).tolerance(tolerance, tolerance);
    int settled = decide(rule, shared(current, load)).desired();
    assertEquals(settled, decide(rule, shared(settled, load)).desired());
    TargetTracking total = TargetTracking.of(REQUEST_RATE, target).tolerance(tolerance, tolerance);
    int of = decide(total, totalOf(current, load)).desired();
    assertEquals(of, decide(total, totalOf(of, load)).desired());
  }

  private static ScalingMetrics shared(int instances, double load) {
    return ScalingMetrics.at(NOON).instances(instances).metric(CPU, load / instances).build();
  }

  private static ScalingMetrics totalOf(int instances, double load) {
    return ScalingMetrics.at(NOON).instances(instances).metric(REQUEST_RATE, load).build();
  }

  @Property(tries = 300)
  void theOrderOfInstancesChangesNothing(
      @ForAll("rules") TargetTracking rule, @ForAll("fleets") List<One> fleet, @ForAll long seed) {
    List<One> shuffled = new ArrayList<>(fleet);
    Collections.shuffle(shuffled, new Random(seed));
    ScalingDecision first = decide(rule, metrics(fleet));
    ScalingDecision second = decide(rule, metrics(shuffled));
    assertEquals(first.desired(), second.desired());
    assertEquals(first.reasons(), second.reasons());
    assertEquals(first.proof(), second.proof());
  }

  @Property(tries = 300)
  void usageAndCapacityInAnotherUnitChangeNothing(
      @ForAll("rules") TargetTracking rule,
      @ForAll("fleets") List<One> fleet,
      @ForAll @IntRange(min = 2, max = 1000) int factor) {
    assertEquals(
        decide(rule, metrics(fleet)).desired(),
        decide(rule, metrics(fleet, factor, factor)).desired());
  }

  @Property(tries = 300)
  void aFleetAtItsOwnSizeWouldNotScaleOutWhereItHolds(
      @ForAll("rules") TargetTracking rule, @ForAll("fleets") List<One> fleet) {
    ScalingMetrics metrics = metrics(fleet);
    TargetTracking free = rule.maxStep(1_000_000, 1_000_000).multipleOf(1, 0);
    ScalingDecision decision = decide(free, metrics);
    ScalingPolicy any = decision.policy();
    Evaluation evaluation = Evaluation.of(any, ScalingState.initial(), metrics, rule.name());
    if (decision.desired() < decision.current()) {
      assertTrue(
          !free.wouldScaleOutAt(evaluation, decision.desired()),
          () -> decision.explain() + " would scale out again");
    }
  }

  @Property(tries = 300)
  void theProjectionFallsWithMoreInstances(
      @ForAll("rules") TargetTracking rule,
      @ForAll("fleets") List<One> fleet,
      @ForAll @IntRange(min = 1, max = 60) int count) {
    ScalingMetrics metrics = metrics(fleet);
    Evaluation evaluation =
        Evaluation.of(decide(rule, metrics).policy(), ScalingState.initial(), metrics, rule.name());
    if (rule.wouldScaleOutAt(evaluation, count)) {
      assertTrue(rule.wouldScaleOutAt(evaluation, count - 1));
    }
  }

  @Property(tries = 300)
  void smoothingOfAConstantLoadChangesNothing(
      @ForAll @IntRange(min = 1, max = 50) int current,
      @ForAll @IntRange(min = 1, max = 100) int cpu,
      @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 0, max = 100_000) Integer> gaps) {
    TargetTracking rule = TargetTracking.of(CPU, 50);
    ScalingPolicy policy = decide(rule.smoothing(MINUTE), shared(current, 1)).policy();
    int expected =
        decide(rule, ScalingMetrics.at(NOON).instances(current).metric(CPU, cpu).build()).desired();
    ScalingState state = ScalingState.initial();
    Instant time = NOON;
    for (int gap : gaps) {
      time = time.plusMillis(gap);
      ScalingDecision decision =
          policy.decide(state, ScalingMetrics.at(time).instances(current).metric(CPU, cpu).build());
      assertEquals(expected, decision.desired(), decision::explain);
      state = decision.nextIfNotApplied();
    }
  }

  @Property(tries = 300)
  void likeTheOthersIsTheAverageTimesAll(
      @ForAll @IntRange(min = 1, max = 20) int with,
      @ForAll @IntRange(min = 0, max = 20) int without,
      @ForAll @IntRange(min = 0, max = 200) int cpu) {
    List<One> fleet =
        new ArrayList<>(Collections.nCopies(with, new One(cpu, 100, One.State.READY)));
    ScalingMetrics full =
        ScalingMetrics.at(NOON).instances(with + without).metric(CPU, cpu).build();
    fleet.addAll(Collections.nCopies(without, new One(-1, 100, One.State.READY)));
    TargetTracking rule = TargetTracking.of(CPU, 50).withoutSample(WithoutSample.LIKE_OTHERS);
    assertEquals(decide(rule, full).desired(), decide(rule, metrics(fleet)).desired());
  }
}
