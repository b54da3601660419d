package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Rules;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProjectTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static ScalingDecision decide(ScalingRule... rules) {
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder().bounds(4, 1_000_000).scaleDown(DirectionLimits.none());
    for (ScalingRule rule : rules) {
      policy.rule(rule);
    }
    ScalingDecision decision =
        policy
            .build()
            .decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(900_000).build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static ScalingRule wanting(int size) {
    return Rules.size("size", e -> size);
  }

  private static ScalingRule tripsBelow(int count) {
    return Rules.custom("guard", e -> Proposal.none(), (e, n) -> n < count);
  }

  @Test
  void itGoesToTheLeastNumberAtWhichNoRuleWouldScaleOut() {
    assertEquals(123_456, decide(wanting(5), tripsBelow(123_456)).desired());
    assertEquals(899_999, decide(wanting(5), tripsBelow(899_999)).desired());
    assertEquals(900_000, decide(wanting(5), tripsBelow(900_001)).desired());
    assertEquals(5, decide(wanting(5), tripsBelow(5)).desired());
  }

  @Test
  void itAsksFewTimesHoweverLargeTheFleet() {
    AtomicInteger calls = new AtomicInteger();
    ScalingRule counting =
        Rules.custom(
            "guard",
            e -> Proposal.none(),
            (e, n) -> {
              calls.incrementAndGet();
              return n < 500_000;
            });
    assertEquals(500_000, decide(wanting(5), counting).desired());
    assertTrue(calls.get() < 25, () -> "asked " + calls);
  }

  @Test
  void whatBoundsAndFloorsDoNotAllowIsNotJudged() {
    ScalingDecision bounded = decide(wanting(0), tripsBelow(4));
    assertEquals(4, bounded.desired());
    assertFalse(bounded.reasons().contains(ScalingReason.STABILIZATION));
    ScalingRule floor = Rules.custom("floor", e -> Proposal.floor(ScalingReason.SCHEDULE, 50));
    ScalingDecision floored = decide(wanting(0), tripsBelow(50), floor);
    assertEquals(50, floored.desired());
    assertFalse(floored.reasons().contains(ScalingReason.STABILIZATION));
    ScalingRule bounds =
        Rules.custom("bounds", e -> Proposal.bounds(ScalingReason.SCHEDULE, 1, 1_000_000));
    assertEquals(3, decide(wanting(0), tripsBelow(3), bounds).desired());
  }

  @Test
  void aGuardThatThrowsHolds() {
    ScalingRule broken =
        Rules.custom(
            "guard",
            e -> Proposal.none(),
            (e, n) -> {
              throw new IllegalStateException("no");
            });
    ScalingDecision decision = decide(wanting(5), broken);
    assertEquals(900_000, decision.desired());
    assertTrue(decision.explain().contains("guard would scale out at 5"), decision::explain);
  }

  @Test
  void scalingOutIsNotItsBusiness() {
    assertEquals(950_000, decide(wanting(950_000), tripsBelow(1_000_000)).desired());
  }
}
