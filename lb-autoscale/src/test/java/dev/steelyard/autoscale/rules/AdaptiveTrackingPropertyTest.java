package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/**
 * What holds for adaptive tracking whatever the load, also after it has begun to use what it knows.
 */
class AdaptiveTrackingPropertyTest {
  private static final long BEGIN = 1_767_225_600_000L;
  private static final int LEAST = 2;
  private static final int MOST = 60;

  private static final ScalingPolicy POLICY =
      ScalingPolicy.builder()
          .bounds(LEAST, MOST)
          .rule(AdaptiveTracking.cpu(70))
          .scaleDown(DirectionLimits.none())
          .build();

  private record Tick(long time, double load) {}

  /** A season with noise, spikes, steps, ticks of any length and samples that are missing. */
  private static List<Tick> load(long seed, int size) {
    Random random = new Random(seed);
    double mean = 1 + random.nextInt(40);
    double noise = random.nextInt(3) * 0.1;
    double holes = random.nextInt(2) * 0.05;
    List<Tick> ticks = new ArrayList<>();
    long time = BEGIN;
    double level = 1;
    for (int i = 0; i < size; i++) {
      time += random.nextInt(4) == 0 ? 1 + random.nextInt(900_000) : 60_000;
      level = random.nextInt(200) == 0 ? random.nextDouble() * 2 : level;
      double spike = random.nextInt(100) == 0 ? 3 : 1;
      double season = 1 + 0.4 * Math.sin((time - BEGIN) / 86_400_000.0 * 2 * Math.PI);
      double load = mean * level * season * spike * Math.max(0, 1 + noise * random.nextGaussian());
      ticks.add(new Tick(time, random.nextDouble() < holes ? -1 : load));
    }
    return ticks;
  }

  @Property(tries = 30)
  void everyProofReplaysAndEveryDecisionIsWithinTheBounds(@ForAll long seed) {
    AdaptiveFleet fleet = new AdaptiveFleet(POLICY, 5);
    for (Tick tick : load(seed, 600)) {
      ScalingDecision decision = fleet.decide(tick.time, tick.load);
      assertEquals(decision.desired(), decision.proof().replay());
      assertTrue(decision.desired() >= LEAST && decision.desired() <= MOST, decision::explain);
    }
  }

  @Property(tries = 20)
  void aRestartChangesNothing(@ForAll long seed, @ForAll @IntRange(min = 1, max = 599) int at) {
    AdaptiveFleet through = new AdaptiveFleet(POLICY, 5);
    AdaptiveFleet restarted = new AdaptiveFleet(POLICY, 5);
    List<Tick> ticks = load(seed, 600);
    for (int i = 0; i < ticks.size(); i++) {
      if (i == at) {
        restarted.state = ScalingState.parse(restarted.state.toText());
      }
      ScalingDecision expected = through.decide(ticks.get(i).time, ticks.get(i).load);
      assertEquals(expected, restarted.decide(ticks.get(i).time, ticks.get(i).load));
    }
  }

  @Property(tries = 20)
  void onlyDifferencesOfTimesMatter(
      @ForAll long seed, @ForAll @LongRange(min = 1, max = 40_000_000_000L) long shift) {
    AdaptiveFleet here = new AdaptiveFleet(POLICY, 5);
    AdaptiveFleet there = new AdaptiveFleet(POLICY, 5);
    for (Tick tick : load(seed, 600)) {
      int expected = here.decide(tick.time, tick.load).desired();
      assertEquals(expected, there.decide(tick.time + shift, tick.load).desired());
    }
  }

  @Property(tries = 20)
  void theFutureChangesNoEarlierDecision(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 599) int from) {
    AdaptiveFleet one = new AdaptiveFleet(POLICY, 5);
    AdaptiveFleet other = new AdaptiveFleet(POLICY, 5);
    List<Tick> ticks = load(seed, 600);
    List<Tick> changed = new ArrayList<>(ticks.subList(0, from));
    load(~seed, 600 - from).forEach(changed::add);
    for (int i = 0; i < from; i++) {
      assertEquals(
          one.decide(ticks.get(i).time, ticks.get(i).load),
          other.decide(changed.get(i).time, changed.get(i).load));
    }
  }

  @Property(tries = 20)
  void aMissingLoadNeverScalesInAndTeachesNothing(@ForAll long seed) {
    AdaptiveFleet fleet = new AdaptiveFleet(POLICY, 5);
    int before = 5;
    for (Tick tick : load(seed, 600)) {
      ScalingState state = fleet.state;
      int desired = fleet.decide(tick.time, tick.load).desired();
      if (tick.load < 0) {
        assertTrue(desired >= before);
        assertEquals(state.memory("adaptive cpu"), fleet.state.memory("adaptive cpu"));
      }
      before = desired;
    }
  }
}
