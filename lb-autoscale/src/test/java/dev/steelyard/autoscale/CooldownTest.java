package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.testing.Vectors;
import dev.steelyard.autoscale.testing.Wish;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CooldownTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static ScalingPolicy.Builder policy(int wish) {
    return ScalingPolicy.builder()
        .bounds(1, 100)
        .rule(Wish.of(wish))
        .scaleUp(DirectionLimits.none().cooldown(Duration.ofMinutes(3)))
        .scaleDown(DirectionLimits.none().cooldown(Duration.ofMinutes(5)));
  }

  private static ScalingMetrics at(Instant time, int instances) {
    return ScalingMetrics.at(time).instances(instances).build();
  }

  private static ScalingState scaled(int from, int to) {
    return ScalingState.initial().scaled(NOON, from, to);
  }

  @Test
  void upWaitsForAChangeUpAndSaysUntilWhen() {
    ScalingDecision decision = policy(9).build().decide(scaled(4, 6), at(NOON.plusSeconds(179), 6));
    assertEquals(6, decision.desired());
    assertTrue(decision.reasons().contains(ScalingReason.COOLDOWN));
    assertEquals(Optional.of(NOON.plusSeconds(180)), decision.lookAgain());
    ScalingDecision after = policy(9).build().decide(scaled(4, 6), at(NOON.plusSeconds(180), 6));
    assertEquals(9, after.desired());
    assertFalse(after.reasons().contains(ScalingReason.COOLDOWN));
  }

  @Test
  void upDoesNotWaitForAChangeDown() {
    assertEquals(9, policy(9).build().decide(scaled(6, 4), at(NOON.plusSeconds(1), 4)).desired());
  }

  @Test
  void downWaitsForAChangeInEitherDirection() {
    for (ScalingState state : List.of(scaled(4, 6), scaled(8, 6))) {
      assertEquals(6, policy(2).build().decide(state, at(NOON.plusSeconds(299), 6)).desired());
      assertEquals(2, policy(2).build().decide(state, at(NOON.plusSeconds(300), 6)).desired());
    }
  }

  @Test
  void aSharedClockBlocksUpAfterAChangeDown() {
    ScalingPolicy shared = policy(9).sharedCooldown(true).build();
    assertEquals(4, shared.decide(scaled(6, 4), at(NOON.plusSeconds(299), 4)).desired());
    assertEquals(9, shared.decide(scaled(6, 4), at(NOON.plusSeconds(300), 4)).desired());
    assertEquals(4, shared.decide(scaled(2, 4), at(NOON.plusSeconds(179), 4)).desired());
    assertEquals(9, shared.decide(scaled(2, 4), at(NOON.plusSeconds(180), 4)).desired());
  }

  @Test
  void theCooldownCountsFromCompletionWhereItIsKnown() {
    ScalingState done = scaled(4, 6).completed(NOON.plusSeconds(120));
    assertEquals(6, policy(9).build().decide(done, at(NOON.plusSeconds(299), 6)).desired());
    assertEquals(9, policy(9).build().decide(done, at(NOON.plusSeconds(300), 6)).desired());
  }

  @Test
  void aChangeThatTookLongerThanTheCooldownIsNotForgottenBeforeItWasComplete() {
    ScalingPolicy policy = policy(9).build();
    ScalingState state = scaled(4, 6).completed(NOON.plusSeconds(1000));
    ScalingDecision first = policy.decide(state, at(NOON.plusSeconds(1100), 6));
    assertEquals(6, first.desired());
    ScalingState restarted = ScalingState.parse(first.next().toText());
    assertEquals(6, policy.decide(restarted, at(NOON.plusSeconds(1179), 6)).desired());
    assertEquals(9, policy.decide(restarted, at(NOON.plusSeconds(1180), 6)).desired());
  }

  @Test
  void aCompletionOfAnEarlierChangeDoesNotCountForALaterOne() {
    ScalingState state =
        ScalingState.initial()
            .scaled(NOON.minusSeconds(600), 2, 4)
            .completed(NOON.minusSeconds(500))
            .scaled(NOON, 4, 6);
    assertEquals(6, policy(9).build().decide(state, at(NOON.plusSeconds(179), 6)).desired());
    assertEquals(9, policy(9).build().decide(state, at(NOON.plusSeconds(180), 6)).desired());
  }

  @Test
  void anEmergencyDoesNotWaitUnlessItHasACooldownOfItsOwn() {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(Wish.critical(9))
            .scaleUp(DirectionLimits.none().cooldown(Duration.ofMinutes(3)));
    assertEquals(9, builder.build().decide(scaled(4, 6), at(NOON.plusSeconds(1), 6)).desired());
    ScalingPolicy own = builder.criticalCooldown(Duration.ofSeconds(30)).build();
    assertEquals(6, own.decide(scaled(4, 6), at(NOON.plusSeconds(29), 6)).desired());
    assertEquals(9, own.decide(scaled(4, 6), at(NOON.plusSeconds(30), 6)).desired());
  }

  @Test
  void aFleetOutsideOfTheBoundsDoesNotWait() {
    ScalingPolicy policy = policy(50).bounds(1, 5).build();
    ScalingDecision decision = policy.decide(scaled(4, 8), at(NOON.plusSeconds(1), 8));
    assertEquals(5, decision.desired());
    assertTrue(decision.reasons().contains(ScalingReason.BOUND));
  }

  @Test
  void onlyTheDifferenceIsAddedDuringTheCooldownWhereAsked() {
    // AWS: a 10 % breach on 10 adds 1, a 30 % breach during it 2 more
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .scaleUp(
                DirectionLimits.none().cooldown(Duration.ofMinutes(3)).moreDuringCooldown(true))
            .rule(Wish.of(14));
    ScalingState state = scaled(10, 11);
    assertEquals(13, builder.build().decide(state, at(NOON.plusSeconds(60), 11)).desired());
    ScalingPolicy same =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .scaleUp(
                DirectionLimits.none().cooldown(Duration.ofMinutes(3)).moreDuringCooldown(true))
            .rule(Wish.of(12))
            .build();
    assertEquals(11, same.decide(state, at(NOON.plusSeconds(60), 11)).desired());
    assertEquals(12, same.decide(state, at(NOON.plusSeconds(180), 11)).desired());
  }

  @Test
  void nothingIsTakenAwayWhileWhatWasAddedIsStarting() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(Wish.of(2))
            .scaleDown(DirectionLimits.none())
            .warmup(Duration.ofMinutes(10))
            .build();
    ScalingState state = scaled(4, 6);
    ScalingMetrics.Builder starting =
        ScalingMetrics.at(NOON.plusSeconds(60)).instances(6).running(6).ready(4);
    ScalingDecision waits = policy.decide(state, starting.build());
    assertEquals(6, waits.desired());
    assertTrue(waits.explain().contains("2 of the last scale-up are not ready yet"));
    assertEquals(2, policy.decide(state, at(NOON.plusSeconds(60), 6)).desired());
    ScalingMetrics late = ScalingMetrics.at(NOON.plusSeconds(600)).instances(6).ready(4).build();
    assertEquals(2, policy.decide(state, late).desired());
  }

  @Test
  void aRestartInTheMiddleOfACooldownKeepsIt() {
    ScalingPolicy policy = policy(9).build();
    ScalingDecision up = policy.decide(ScalingState.initial(), at(NOON, 4));
    assertEquals(9, up.desired());
    ScalingState restarted = ScalingState.parse(up.next().toText());
    ScalingPolicy more = policy(20).build();
    assertEquals(9, more.decide(restarted, at(NOON.plusSeconds(179), 9)).desired());
    assertEquals(20, more.decide(restarted, at(NOON.plusSeconds(180), 9)).desired());
  }

  @Test
  void aCooldownThatCannotBeOneIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> DirectionLimits.none().cooldown(Duration.ofMillis(-1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> DirectionLimits.none().cooldown(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThrows(
        IllegalArgumentException.class,
        () -> RatePolicy.instances(1, Duration.ofSeconds(Long.MAX_VALUE)));
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingPolicy.builder().warmup(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  /** Nomad has one clock: what is left of it is when to look again. */
  @TestFactory
  Stream<DynamicTest> nomad() {
    return Vectors.cases("nomad_strategies", "cooldown", CooldownTest::nomad);
  }

  private static void nomad(JsonNode c) {
    Duration cooldown = Duration.ofSeconds(c.path("cooldownSeconds").asLong());
    long age = c.path("lastEventAgeSeconds").asLong();
    long remaining = c.path("expectedRemainingSeconds").asLong();
    for (int before : new int[] {2, 8}) {
      ScalingDecision decision =
          ScalingPolicy.builder()
              .bounds(1, 100)
              .rule(Wish.of(9))
              .scaleUp(DirectionLimits.none().cooldown(cooldown))
              .scaleDown(DirectionLimits.none().cooldown(cooldown))
              .sharedCooldown(true)
              .build()
              .decide(scaled(before, 5), at(NOON.plusSeconds(age), 5));
      assertEquals(remaining > 0 ? 5 : 9, decision.desired());
      assertEquals(
          remaining > 0 ? Optional.of(NOON.plusSeconds(age + remaining)) : Optional.empty(),
          decision.lookAgain());
    }
  }

  /** Spanner counts from completion, each direction by itself, an overload by its own clock. */
  @TestFactory
  Stream<DynamicTest> spanner() {
    return Vectors.cases("spanner_methods", "cooldown", CooldownTest::spanner);
  }

  private static void spanner(JsonNode c) {
    boolean out = c.path("direction").asText().equals("out");
    boolean overloaded = c.path("overloaded").asBoolean();
    int wish = out ? 9 : 2;
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(overloaded ? Wish.critical(wish) : Wish.of(wish))
            .scaleUp(
                DirectionLimits.none()
                    .cooldown(Duration.ofMinutes(c.path("scaleOutMinutes").asLong())))
            .scaleDown(
                DirectionLimits.none()
                    .cooldown(Duration.ofMinutes(c.path("scaleInMinutes").asLong())));
    if (!c.path("overloadMinutes").isNull()) {
      builder.criticalCooldown(Duration.ofMinutes(c.path("overloadMinutes").asLong()));
    }
    ScalingState state = ScalingState.initial().scaled(NOON.minusSeconds(3600), 3, 5);
    JsonNode last = c.path("minutesSinceLast");
    Instant completed = last.isNull() ? NOON.minusSeconds(3500) : NOON;
    ScalingMetrics metrics = at(NOON.plusSeconds(60 * last.asLong(0)), 5);
    ScalingDecision decision = builder.build().decide(state.completed(completed), metrics);
    boolean within = c.path("expectedWithinCooldown").asBoolean();
    assertEquals(within, decision.reasons().contains(ScalingReason.COOLDOWN));
    assertEquals(within ? 5 : wish, decision.desired());
  }

  /** What Spanner counts as denied is a reason here. */
  @Test
  void aDenialIsAReason() {
    ScalingPolicy policy = policy(9).bounds(1, 6).build();
    ScalingDecision atMax = policy.decide(ScalingState.initial(), at(NOON, 6));
    assertEquals(List.of(ScalingReason.CUSTOM, ScalingReason.BOUND), atMax.reasons());
    ScalingDecision same = policy(6).build().decide(ScalingState.initial(), at(NOON, 6));
    assertEquals(List.of(), same.reasons());
  }

  /** Azure's clock is shared; its length is that of the direction that was taken. */
  @TestFactory
  Stream<DynamicTest> azure() {
    return Vectors.cases("azure_autoscale", "cooldown", CooldownTest::azure);
  }

  private static void azure(JsonNode c) {
    ScalingState state = ScalingState.initial();
    int instances = 5;
    for (JsonNode moment : c.path("timeline")) {
      Instant time =
          LocalTime.parse(moment.path("at").asText())
              .atDate(NOON.atZone(ZoneOffset.UTC).toLocalDate())
              .toInstant(ZoneOffset.UTC);
      int wish = instances + (moment.path("want").asText().equals("out") ? 1 : -1);
      ScalingDecision decision =
          ScalingPolicy.builder()
              .bounds(1, 100)
              .rule(Wish.of(wish))
              .scaleUp(
                  DirectionLimits.none()
                      .cooldown(Duration.ofMinutes(c.path("scaleOutCooldownMin").asLong())))
              .scaleDown(
                  DirectionLimits.none()
                      .cooldown(Duration.ofMinutes(c.path("scaleInCooldownMin").asLong())))
              .sharedCooldown(true)
              .build()
              .decide(state, at(time, instances));
      assertEquals(moment.path("done").asBoolean(), decision.desired() != instances);
      instances = decision.desired();
      state = ScalingState.parse(decision.next().toText());
    }
  }
}
