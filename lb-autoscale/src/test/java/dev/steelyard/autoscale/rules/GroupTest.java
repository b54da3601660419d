package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.rules.ThresholdsTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static ScalingPolicy policy(ScalingRule... rules) {
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder().bounds(0, 100).scaleDown(DirectionLimits.none());
    for (ScalingRule rule : rules) {
      policy.rule(rule);
    }
    return policy.build();
  }

  private static ScalingDecision decide(ScalingPolicy policy, ScalingState state, int second) {
    ScalingDecision decision =
        policy.decide(
            ScalingState.parse(state.toText()),
            ScalingMetrics.at(NOON.plusSeconds(second))
                .instances(10)
                .metric(Metric.CPU, 90)
                .build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static int decide(ScalingRule... rules) {
    return decide(policy(rules), ScalingState.initial(), 0).desired();
  }

  private static ScalingRule wants(String name, int size) {
    return Rules.size(name, e -> size);
  }

  private static ScalingRule blind(MissingData missing) {
    return Rules.custom("blind", e -> Proposal.unknown(missing, "timeout"));
  }

  @Test
  void insideAGroupWhoWantsNoChangeHasNoSay() {
    assertEquals(10, decide(wants("a", 10), wants("b", 6)));
    assertEquals(6, decide(Group.of("g", wants("a", 10), wants("b", 6))));
    assertEquals(12, decide(Group.of("g", wants("a", 12), wants("b", 6))));
    assertEquals(8, decide(Group.of("g", wants("a", 8), wants("b", 6))));
    assertEquals(10, decide(Group.of("g", wants("a", 10), wants("b", 10)), wants("c", 6)));
  }

  @Test
  void whoHasNoOpinionMakesNone() {
    ScalingRule silent = Rules.custom("silent", e -> Proposal.none());
    assertEquals(6, decide(Group.of("g", silent), wants("c", 6)));
  }

  @Test
  void whoCannotSayDoesNotKeepTheOthersFromScalingOut() {
    assertEquals(12, decide(Group.of("g", blind(MissingData.blockScaleIn()), wants("a", 12))));
    assertEquals(10, decide(Group.of("g", blind(MissingData.blockScaleIn()), wants("a", 6))));
    assertEquals(6, decide(Group.of("g", blind(MissingData.ignore()), wants("a", 6))));
    assertEquals(10, decide(Group.of("g", blind(MissingData.hold()), wants("a", 12))));
    assertEquals(15, decide(Group.of("g", blind(MissingData.safeDefault(15)), wants("a", 6))));
    ScalingDecision alone =
        decide(policy(Group.of("g", blind(MissingData.ignore()))), ScalingState.initial(), 0);
    assertEquals(List.of(ScalingReason.MISSING_METRICS), alone.reasons());
  }

  @Test
  void eachInnerRuleRemembersItsOwn() {
    Trigger busy = Trigger.out(Metric.CPU, Operator.GREATER, 80, Adjustment.change(1));
    ScalingRule two = Thresholds.of(busy.breach(Breach.consecutive(2))).named("two");
    ScalingRule three =
        Thresholds.of(
                Trigger.out(Metric.CPU, Operator.GREATER, 80, Adjustment.change(5))
                    .breach(Breach.consecutive(3)))
            .named("three");
    ScalingPolicy policy = policy(Group.of("g", Group.of("inner", two), three));
    ScalingState state = ScalingState.initial();
    int[] expected = {10, 11, 15};
    for (int i = 0; i < expected.length; i++) {
      ScalingDecision decision = decide(policy, state, i);
      assertEquals(expected[i], decision.desired());
      state = decision.nextIfNotApplied();
    }
  }

  @Test
  void theGuardAsksTheRulesOfAGroup() {
    ScalingRule guard = Rules.custom("guard", e -> Proposal.none(), (e, n) -> n < 9);
    ScalingDecision decision =
        decide(policy(Group.of("g", guard, wants("a", 6))), ScalingState.initial(), 0);
    assertEquals(9, decision.desired());
    assertTrue(decision.explain().contains("g: guard would scale out at 6"), decision::explain);
  }

  @Test
  void anEmergencyInAGroupIsOne() {
    ScalingRule critical = Rules.custom("critical", e -> Proposal.size("critical", 11).critical());
    assertEquals(11, decide(blind(MissingData.hold()), Group.of("g", critical, wants("a", 3))));
  }

  @Test
  void groupsThatCannotBeAreRefused() {
    assertRefused("has no rules", () -> Group.of("g"));
    assertRefused("two rules with the name 'a'", () -> Group.of("g", wants("a", 1), wants("a", 2)));
  }
}
