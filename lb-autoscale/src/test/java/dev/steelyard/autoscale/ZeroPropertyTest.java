package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingState.ZeroPhase;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.limits.ScaleToZero;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ZeroPropertyTest {
  private static final int IDLE_SECONDS = 60;

  /** A tick: so many seconds after the last one, with so much in the queue; -1 is missing. */
  record Tick(int seconds, int queue, boolean ready, boolean applied) {}

  @Provide
  Arbitrary<List<Tick>> ticks() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 40),
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, Arbitraries.just(0)),
                net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(1, 80)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(-1))),
            Arbitraries.frequency(
                net.jqwik.api.Tuple.of(5, true), net.jqwik.api.Tuple.of(1, false)),
            Arbitraries.frequency(
                net.jqwik.api.Tuple.of(5, true), net.jqwik.api.Tuple.of(1, false)))
        .as(Tick::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  private static ScalingPolicy policy(boolean straight, boolean limited) {
    ScaleToZero zero =
        ScaleToZero.after(Duration.ofSeconds(IDLE_SECONDS)).wakeTimeout(Duration.ofSeconds(100));
    DirectionLimits none = DirectionLimits.none();
    DirectionLimits slow =
        none.window(Duration.ofSeconds(90))
            .cooldown(Duration.ofSeconds(30))
            .rate(RatePolicy.instances(1, Duration.ofSeconds(30)));
    return ScalingPolicy.builder()
        .bounds(0, 10)
        .scaleUp(limited ? slow : none)
        .scaleDown(limited ? slow : none)
        .rule(TargetTracking.of(Metric.QUEUE_DEPTH, 10))
        .scaleToZero(straight ? zero.straight() : zero)
        .build();
  }

  /** Decides tick by tick, at times shifted by {@code shift}, through text or not. */
  private static ScalingDecision[] run(
      ScalingPolicy policy, List<Tick> ticks, int first, long shift, boolean text) {
    ScalingDecision[] decisions = new ScalingDecision[ticks.size()];
    ScalingState state = ScalingState.initial();
    long time = shift;
    int instances = first;
    for (int i = 0; i < decisions.length; i++) {
      Tick tick = ticks.get(i);
      time += tick.seconds * 1000L;
      ScalingMetrics.Builder metrics =
          ScalingMetrics.at(java.time.Instant.ofEpochMilli(time))
              .instances(instances)
              .ready(tick.ready ? instances : 0);
      if (tick.queue < 0) {
        metrics.missing(Metric.QUEUE_DEPTH, "down");
      } else {
        metrics.metric(Metric.QUEUE_DEPTH, tick.queue);
      }
      decisions[i] = policy.decide(state, metrics.build());
      state = tick.applied ? decisions[i].next() : decisions[i].nextIfNotApplied();
      state = text ? ScalingState.parse(state.toText()) : state;
      instances = tick.applied ? decisions[i].desired() : instances;
    }
    return decisions;
  }

  @Property
  void zeroComesOnlyAfterAWholeCountdownWithoutWork(
      @ForAll("ticks") List<Tick> ticks, @ForAll boolean straight, @ForAll boolean limited) {
    ScalingDecision[] decisions = run(policy(straight, limited), ticks, 3, 0, false);
    long lastWork = 0;
    long time = 0;
    for (int i = 0; i < decisions.length; i++) {
      Tick tick = ticks.get(i);
      time += tick.seconds * 1000L;
      if (i == 0) {
        lastWork = time;
      }
      boolean wasZero = decisions[i].state().zeroPhase() == ZeroPhase.ZERO;
      boolean waking = decisions[i].state().zeroPhase() == ZeroPhase.WAKING;
      lastWork = tick.queue == 0 || wasZero || waking ? lastWork : time;
      if (decisions[i].desired() == 0 && decisions[i].current() > 0 && !waking) {
        assertTrue(time - lastWork >= IDLE_SECONDS * 1000L, decisions[i]::explain);
      }
      lastWork = wasZero && decisions[i].desired() > 0 ? time : lastWork;
      lastWork = waking && tick.queue > 0 ? time : lastWork;
    }
  }

  @Property
  void workAlwaysWakes(
      @ForAll("ticks") List<Tick> ticks, @ForAll boolean straight, @ForAll boolean limited) {
    for (ScalingDecision decision : run(policy(straight, limited), ticks, 0, 0, false)) {
      boolean work =
          decision.proof().steps().stream()
              .anyMatch(step -> step.stage() == Proof.Stage.PROPOSE && step.output() > 0);
      assertTrue(!work || decision.desired() > 0, decision::explain);
    }
  }

  @Property
  void theProofReplaysAndTheNumberStaysWithinItsBounds(
      @ForAll("ticks") List<Tick> ticks, @ForAll boolean straight, @ForAll boolean limited) {
    for (ScalingDecision decision : run(policy(straight, limited), ticks, 3, 0, false)) {
      assertEquals(decision.desired(), decision.proof().replay());
      assertTrue(decision.desired() >= 0 && decision.desired() <= 10);
      boolean asleep = decision.next().zeroPhase() == ZeroPhase.ZERO;
      assertEquals(asleep, decision.desired() == 0, decision::explain);
    }
  }

  @Property
  void aStateThatWasPersistedGoesOnInTheSameWay(
      @ForAll("ticks") List<Tick> ticks, @ForAll boolean straight) {
    ScalingPolicy policy = policy(straight, true);
    ScalingDecision[] kept = run(policy, ticks, 3, 0, false);
    ScalingDecision[] read = run(policy, ticks, 3, 0, true);
    for (int i = 0; i < kept.length; i++) {
      assertEquals(kept[i], read[i]);
    }
  }

  @Property
  void onlyDifferencesOfTimesMatter(@ForAll("ticks") List<Tick> ticks, @ForAll boolean straight) {
    ScalingPolicy policy = policy(straight, true);
    ScalingDecision[] here = run(policy, ticks, 3, 0, false);
    ScalingDecision[] there = run(policy, ticks, 3, 1_767_000_000_123L, false);
    for (int i = 0; i < here.length; i++) {
      assertEquals(here[i].desired(), there[i].desired());
      assertEquals(here[i].reasons(), there[i].reasons());
    }
  }
}
