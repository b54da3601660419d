package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.testing.RandomFleets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds of every policy, whatever happens to a fleet. */
class BehaviourPropertyTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final int TICKS = 15;

  /** Lets a random policy decide on a fleet for a while; some decisions are not carried out. */
  private static List<ScalingDecision> run(
      long seed, Instant begin, BiConsumer<ScalingDecision, Random> check) {
    Random random = new Random(seed);
    ScalingPolicy policy = RandomFleets.policy(random);
    ScalingState state = ScalingState.initial();
    Instant time = begin;
    int instances = random.nextInt(30);
    List<ScalingDecision> decisions = new ArrayList<>();
    for (int tick = 0; tick < TICKS; tick++) {
      time = time.plusMillis(random.nextInt(120_000));
      ScalingMetrics metrics = RandomFleets.metrics(random, time, instances);
      ScalingDecision decision = policy.decide(state, metrics);
      decisions.add(decision);
      check.accept(decision, random);
      boolean applied = random.nextInt(5) > 0;
      state = applied ? decision.next() : decision.nextIfNotApplied();
      instances = applied ? decision.desired() : instances;
      if (random.nextInt(6) == 0) {
        state = state.completed(time);
      }
      if (random.nextInt(10) == 0) {
        instances = random.nextInt(40);
      }
      if (random.nextInt(12) == 0) {
        state = random.nextBoolean() ? state.disabled() : state.enabled();
      }
      if (random.nextInt(12) == 0) {
        state = state.manual(random.nextInt(30), time.plusSeconds(200), "a test");
      }
    }
    return decisions;
  }

  @Property(tries = 300)
  void theProofReplaysToTheNumber(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> assertEquals(decision.desired(), decision.proof().replay()));
  }

  @Property(tries = 100)
  void anAlteredNumberIsFoundOrMakesNoDifference(@ForAll long seed) {
    run(seed, NOON, (decision, random) -> altered(decision.proof()));
  }

  private static void altered(Proof proof) {
    int end = proof.replay();
    for (int i = 0; i < proof.steps().size(); i++) {
      Proof.Step step = proof.steps().get(i);
      for (int number = -2; number < step.operands(); number++) {
        double[] operands = new double[step.operands()];
        for (int o = 0; o < operands.length; o++) {
          operands[o] = step.operand(o) + (o == number ? 1 : 0);
        }
        double input = step.input() + (number == -1 ? 1 : 0);
        double output = step.output() + (number == -2 ? 1 : 0);
        List<Proof.Step> steps = new ArrayList<>(proof.steps());
        steps.set(
            i,
            Proof.Step.recorded(
                step.stage(), step.rule(), step.formula(), step.note(), input, output, operands));
        Proof changed = Proof.of(steps);
        boolean irrelevant =
            number != -2
                && Double.compare(step.formula().apply(input, operands), step.output()) == 0;
        if (irrelevant) {
          try {
            assertEquals(end, changed.replay());
          } catch (IllegalStateException found) {
            assertTrue(found.getMessage().contains(step.rule()), found::getMessage);
          }
        } else {
          assertThrows(IllegalStateException.class, changed::replay, step::toString);
        }
      }
    }
  }

  @Property(tries = 200)
  void theResultIsWithinBoundsAndCeilings(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> {
          if (!decision.state().isEnabled()) {
            assertEquals(decision.current(), decision.desired());
            return;
          }
          int most = decision.policy().most();
          for (DownstreamBudget budget : decision.policy().downstream()) {
            most = Math.min(most, budget.ceiling());
          }
          assertTrue(decision.desired() >= decision.policy().least(), decision::toString);
          assertTrue(decision.desired() <= most, decision::toString);
        });
  }

  @Property(tries = 100)
  void decidingTwiceGivesTheSameBytesAlsoAfterARestart(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> {
          ScalingState restarted = ScalingState.parse(decision.state().toText());
          assertEquals(decision.state().toText(), restarted.toText());
          ScalingDecision again = decision.policy().decide(restarted, decision.metrics());
          assertEquals(decision, again);
          assertEquals(decision.toJson(), again.toJson());
          assertEquals(decision.next().toText(), again.next().toText());
        });
  }

  @Property(tries = 100)
  void shiftingAllTimesChangesNothing(@ForAll long seed) {
    BiConsumer<ScalingDecision, Random> nothing = (decision, random) -> {};
    List<ScalingDecision> now = run(seed, NOON, nothing);
    List<ScalingDecision> then = run(seed, NOON.minusSeconds(987_654_321), nothing);
    for (int i = 0; i < now.size(); i++) {
      assertEquals(now.get(i).desired(), then.get(i).desired());
      assertEquals(now.get(i).reasons(), then.get(i).reasons());
      assertEquals(now.get(i).confidence(), then.get(i).confidence());
      assertEquals(now.get(i).replacements(), then.get(i).replacements());
    }
  }

  @Property(tries = 200)
  void withinACooldownNothingChangesInItsDirection(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> {
          boolean byHand = decision.reasons().contains(ScalingReason.MANUAL);
          boolean critical = decision.proof().toString().contains("(critical)");
          DirectionLimits up = decision.policy().scaleUp();
          long now = decision.metrics().time().toEpochMilli();
          Series events = decision.state().events();
          for (int i = 0; i < events.size(); i++) {
            long age = now - events.time(i);
            if (decision.action() == ScalingAction.SCALE_UP
                && events.value(i) > 0
                && age < up.cooldown().toMillis()
                && !up.isMoreDuringCooldown()
                && !critical
                && !byHand) {
              assertEquals(decision.policy().least(), decision.desired(), decision::explain);
            }
            if (decision.action() == ScalingAction.SCALE_DOWN
                && age < decision.policy().scaleDown().cooldown().toMillis()
                && !decision.policy().isSharedCooldown()
                && !byHand) {
              assertTrue(
                  decision.reasons().contains(ScalingReason.BOUND)
                      || decision.reasons().contains(ScalingReason.CEILING),
                  decision::explain);
            }
          }
        });
  }

  @Property(tries = 200)
  void noChangeIsLargerThanItsRateAllows(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> {
          boolean up = decision.action() == ScalingAction.SCALE_UP;
          DirectionLimits limits = up ? decision.policy().scaleUp() : decision.policy().scaleDown();
          if (decision.action() == ScalingAction.HOLD
              || decision.action() == ScalingAction.REPLACE
              || limits.rates().isEmpty()
              || decision.reasons().contains(ScalingReason.MANUAL)
              || decision.desired() == decision.policy().least()
              || decision.reasons().contains(ScalingReason.BOUND)
              || decision.reasons().contains(ScalingReason.CEILING)) {
            return;
          }
          double widest = 0;
          for (RatePolicy rate : limits.rates()) {
            double start = decision.current();
            for (int i = 0; i < decision.state().events().size(); i++) {
              long age =
                  decision.metrics().time().toEpochMilli() - decision.state().events().time(i);
              start -= age < rate.period().toMillis() ? decision.state().events().value(i) : 0;
            }
            double room =
                rate.unit() == RatePolicy.Unit.INSTANCES
                    ? rate.value()
                    : start * rate.value() / 100.0;
            double limit = up ? Math.ceil(start + room) : Math.floor(start - room);
            widest = Math.max(widest, up ? limit - decision.current() : decision.current() - limit);
          }
          assertTrue(
              Math.abs(decision.desired() - decision.current()) <= widest, decision::explain);
        });
  }

  @Property(tries = 100)
  void neverMoreInstancesAreReplacedThanMayBeUnavailable(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> {
          int budget =
              decision.policy().disruption().instances()
                  + (int)
                      Math.ceil(
                          decision.policy().disruption().percent() * decision.current() / 100.0);
          assertTrue(decision.replacements().size() <= budget);
          assertTrue(
              decision.replacements().isEmpty() || decision.action() != ScalingAction.SCALE_DOWN);
        });
  }

  @Property(tries = 40)
  void aCounterfactualIsTrueWhenItIsFedBack(@ForAll long seed) {
    run(
        seed,
        NOON,
        (decision, random) -> {
          for (Counterfactual one : decision.counterfactuals()) {
            int then =
                switch (one.kind()) {
                  case METRIC -> withMetric(decision, one);
                  case TIME ->
                      decision
                          .policy()
                          .decide(
                              decision.next(),
                              decision.metrics().later((long) one.value(), decision.desired()))
                          .desired();
                  case BOUND -> withBound(decision, one);
                  case CEILING -> one.desired(); // has a test of its own
                };
            assertEquals(one.desired(), then, one::text);
            if (one.kind() != Counterfactual.Kind.CEILING) {
              assertTrue(then != decision.desired(), one::text);
            }
          }
        });
  }

  private static int withMetric(ScalingDecision decision, Counterfactual one) {
    for (Metric metric : decision.metrics().metrics()) {
      if (metric.name().equals(one.subject())) {
        Reading reading =
            Evaluation.of(decision.policy(), decision.state(), decision.metrics(), "any")
                .reading(metric);
        return decision
            .policy()
            .decide(decision.state(), decision.metrics().with(reading, one.value()))
            .desired();
      }
    }
    throw new AssertionError(one.subject());
  }

  private static int withBound(ScalingDecision decision, Counterfactual one) {
    ScalingPolicy policy = decision.policy();
    boolean most = one.subject().equals("maximum");
    int bound = (int) one.value();
    return policy.toBuilder()
        .bounds(most ? policy.least() : bound, most ? bound : policy.most())
        .build()
        .decide(decision.state(), decision.metrics())
        .desired();
  }

  @Property(tries = 60)
  void aRestartInTheMiddleOfACooldownKeepsIt(@ForAll long seed) {
    Random random = new Random(seed);
    Duration cooldown = Duration.ofSeconds(10 + random.nextInt(600));
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(dev.steelyard.autoscale.testing.Wish.of(50))
            .scaleUp(DirectionLimits.none().cooldown(cooldown))
            .build();
    ScalingState state = ScalingState.initial().scaled(NOON, 5, 6);
    Instant time = NOON;
    while (time.isBefore(NOON.plus(cooldown))) {
      ScalingDecision decision = policy.decide(state, ScalingMetrics.at(time).instances(6).build());
      assertEquals(6, decision.desired());
      state = ScalingState.parse(decision.next().toText());
      time = time.plusSeconds(1 + random.nextInt(120));
    }
    assertEquals(50, policy.decide(state, ScalingMetrics.at(time).instances(6).build()).desired());
  }
}
