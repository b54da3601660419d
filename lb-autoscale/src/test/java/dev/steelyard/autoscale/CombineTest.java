package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.autoscale.ScalingPolicy.Combination;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Rules;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of sizes, of "no opinion", of "cannot say" and of emergencies: every mixture. */
class CombineTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final int CURRENT = 10;
  private static final Proposal NONE = Proposal.none();
  private static final Proposal UNKNOWN = Proposal.unknown(MissingData.blockScaleIn(), "timeout");

  private static Proposal size(int size) {
    return Proposal.size("rule", size);
  }

  private static ScalingDecision decide(Combination combination, Proposal... proposals) {
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder()
            .bounds(0, 100)
            .combine(combination)
            .scaleDown(DirectionLimits.none());
    for (int i = 0; i < proposals.length; i++) {
      Proposal proposal = proposals[i];
      policy.rule(Rules.custom("rule " + i, e -> proposal));
    }
    ScalingDecision decision =
        policy
            .build()
            .decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(CURRENT).build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static void assertAll(int max, int min, int priority, int vote, Proposal... proposals) {
    assertEquals(max, decide(Combination.MAX, proposals).desired(), "MAX");
    assertEquals(min, decide(Combination.MIN, proposals).desired(), "MIN");
    assertEquals(priority, decide(Combination.PRIORITY, proposals).desired(), "PRIORITY");
    assertEquals(vote, decide(Combination.VOTE, proposals).desired(), "VOTE");
  }

  @Test
  void withoutAnyOpinionNothingChanges() {
    assertAll(10, 10, 10, 10);
    assertAll(10, 10, 10, 10, NONE, NONE);
  }

  @Test
  void sizesAreCombinedAsTheCombinationSays() {
    assertAll(14, 8, 8, 12, size(8), size(12), size(14));
    assertAll(12, 12, 12, 12, size(12));
    assertAll(8, 7, 7, 8, size(7), size(8));
    assertAll(12, 10, 10, 10, size(10), size(12));
    assertAll(12, 8, 8, 12, size(8), size(12));
    assertAll(12, 7, 12, 8, size(12), size(8), size(7), size(8));
  }

  @Test
  void whoHasNoOpinionIsNotCounted() {
    assertAll(8, 7, 7, 8, NONE, size(7), size(8), NONE, NONE);
  }

  @Test
  void whoAsksForThePresentNumberIsCounted() {
    assertAll(10, 8, 10, 10, size(10), size(8));
  }

  @Test
  void whoCannotSayIsNotCountedButKeepsTheRestFromScalingIn() {
    assertAll(10, 10, 10, 10, UNKNOWN, size(7), size(8));
    assertAll(14, 12, 12, 12, size(12), UNKNOWN, size(14));
    assertEquals(
        List.of(ScalingReason.CUSTOM, ScalingReason.MISSING_METRICS),
        decide(Combination.MAX, UNKNOWN, size(7)).reasons());
    assertEquals(
        List.of(ScalingReason.MISSING_METRICS), decide(Combination.MAX, UNKNOWN, NONE).reasons());
  }

  @Test
  void theRuleForMissingDataOfEachCounts() {
    Proposal hold = Proposal.unknown(MissingData.hold(), "timeout");
    Proposal safe = Proposal.unknown(MissingData.safeDefault(13), "timeout");
    Proposal ignore = Proposal.unknown(MissingData.ignore(), "timeout");
    assertAll(10, 10, 10, 10, hold, size(14));
    assertAll(14, 13, 14, 14, safe, size(14), size(9), size(14));
    assertAll(7, 7, 7, 7, ignore, size(7));
  }

  @Test
  void anEmergencyIsNeitherOutvotedNorPrecededNorHeld() {
    Proposal critical = size(13).critical();
    assertAll(13, 13, 13, 13, size(8), size(8), critical, size(7));
    assertAll(15, 13, 15, 13, size(15), size(10), critical, size(10));
    Proposal hold = Proposal.unknown(MissingData.hold(), "timeout");
    assertAll(13, 13, 13, 13, hold, critical);
    assertEquals(List.of(ScalingReason.CUSTOM), decide(Combination.MAX, hold, critical).reasons());
  }

  @Test
  void anEmergencyThatAsksForNoMoreIsNone() {
    assertAll(10, 8, 8, 8, size(8), size(8), size(10).critical());
  }

  @Test
  void aRuleThatThrowsOrReturnsNullCannotSay() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(0, 100)
            .rule(
                Rules.custom(
                    "broken",
                    e -> {
                      throw new IllegalStateException("no");
                    }))
            .rule(Rules.size("other", e -> 5))
            .scaleDown(DirectionLimits.none())
            .build();
    ScalingDecision decision =
        policy.decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(CURRENT).build());
    assertEquals(CURRENT, decision.desired());
    assertEquals(
        true, decision.explain().contains("broken threw java.lang.IllegalStateException: no"));
  }
}
