package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TwoChoicesTest {

  private static Picker over(Strategy strategy, List<FakeEndpoint> fleet, RandomSource random) {
    return strategy.selector().prepare(Candidates.of(fleet, equal(fleet.size()), random), null);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void theLessLoadedOfTheTwoDrawnIsPickedWhicheverComesFirst(Strategy strategy) {
    // servicetalk#3543: the second candidate was always host 0.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(5);
    for (int i = 0; i < 5; i++) {
      fleet.get(i).inFlight.set(i);
    }
    for (int first = 0; first < 5; first++) {
      for (int second = 0; second < 5; second++) {
        if (first != second) {
          RandomSource random = new ScriptedRandom(ScriptedRandom.pair(first, second, 5));
          assertSame(fleet.get(Math.min(first, second)), pick(over(strategy, fleet, random)));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void theTwoCandidatesAreDistinct(Strategy strategy) {
    // Stork draws with replacement: with probability 1/n both are the same, and it is taken however
    // loaded.
    for (int n = 2; n <= 10; n++) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
      fleet.get(0).inFlight.set(100);
      Picker picker = over(strategy, fleet, RandomSource.seeded(n));
      for (int i = 0; i < 5_000; i++) {
        assertTrue(pick(picker) != fleet.get(0), "picked the one loaded instance");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void theTwoCandidatesAreDistinctWhereWeightsDiffer(Strategy strategy) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    double[] weights = new double[10];
    for (int i = 0; i < 10; i++) {
      weights[i] = 1 + i % 3;
    }
    fleet.get(2).inFlight.set(100);
    Picker picker = strategy.over(fleet, weights, 1);
    long loaded = 0;
    for (int i = 0; i < 100_000; i++) {
      loaded += pick(picker) == fleet.get(2) ? 1 : 0;
    }
    // Its share is 3/19 and there are four further draws, so both are it 10 times in a million.
    assertTrue(loaded <= 45, loaded + " of 100000");
  }

  @Test
  void bothCandidatesAreDrawnWithoutBias() {
    // servicetalk#3543 again, by counting: each ordered pair is as likely as any other.
    int n = 7;
    long[] pairs = new long[n * (n - 1)];
    RandomSource random = RandomSource.seeded(5);
    for (int first = 0; first < n; first++) {
      // With one idle instance among busy ones, it is picked exactly if it is drawn.
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
      fleet.forEach(endpoint -> endpoint.inFlight.set(9));
      fleet.get(first).inFlight.set(0);
      Picker picker = over(Strategy.POWER_OF_TWO_CHOICES, fleet, random);
      long[] counts = Strategy.count(picker, fleet, 70_000);
      assertEquals(2.0 / n, counts[first] / 70_000.0, 0.01, "drawn too rarely: " + first);
      for (int i = 0, k = 0; i < n; i++) {
        if (i != first) {
          pairs[first * (n - 1) + k++] = counts[i];
        }
      }
    }
    ChiSquare.assertFits(pairs, equal(pairs.length));
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void aTieGoesToTheFirstDraw(Strategy strategy) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    for (int first = 0; first < 4; first++) {
      for (int second = 0; second < 4; second++) {
        if (first != second) {
          RandomSource random = new ScriptedRandom(ScriptedRandom.pair(first, second, 4));
          assertSame(fleet.get(first), pick(over(strategy, fleet, random)));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void sequentialRequestsAreSpreadOverIdleInstances(Strategy strategy) {
    // Stork's least-requests sends 1000 of 1000 sequential requests to the first instance.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    long[] counts = Strategy.count(strategy.over(fleet, equal(10), 3), fleet, 100_000);

    ChiSquare.assertFits(counts, equal(10));
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void onePickDrawsOneValueWhereWeightsAreEqual(Strategy strategy) {
    ScriptedRandom random = new ScriptedRandom(ScriptedRandom.pair(0, 1, 3));
    Picker picker = over(strategy, FakeEndpoint.fleet(3), random);
    for (int i = 0; i < 10; i++) {
      pick(picker);
    }
    assertEquals(10, random.draws());
  }

  @ParameterizedTest
  @CsvSource({
    "POWER_OF_TWO_CHOICES, 1, 0.730", "POWER_OF_TWO_CHOICES, 10, 0.737",
    "POWER_OF_TWO_CHOICES, 100, 0.750", "PEAK_EWMA, 100, 0.750"
  })
  void heavyInstancesGetTheirShareAtEveryConcurrency(
      Strategy strategy, int inFlight, double expected) {
    // ServiceTalk draws by weight but compares plain loads: 0.728, 0.656, 0.577 (research, 8.3).
    double share = heavyShare(strategy, inFlight);

    assertEquals(expected, share, 0.01);
  }

  /** The share of 5 instances of weight 3 beside 5 of weight 1; ideal is 0.75. */
  private static double heavyShare(Strategy strategy, int concurrency) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    double[] weights = {3, 3, 3, 3, 3, 1, 1, 1, 1, 1};
    Picker picker = strategy.over(fleet, weights, 1);
    RandomSource random = RandomSource.seeded(2);
    List<FakeEndpoint> inFlight = new ArrayList<>();
    int heavy = 0;
    int picks = 200_000;
    for (int i = 0; i < picks; i++) {
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      heavy += fleet.indexOf(picked) < 5 ? 1 : 0;
      picked.inFlight.incrementAndGet();
      inFlight.add(picked);
      if (inFlight.size() > concurrency) {
        int done = random.nextInt(inFlight.size());
        inFlight.set(done, inFlight.get(inFlight.size() - 1)).inFlight.decrementAndGet();
        inFlight.remove(inFlight.size() - 1);
      }
    }
    return (double) heavy / picks;
  }

  @ParameterizedTest
  @CsvSource({"0.125, true", "0.24, true", "0.26, false", "1, false"})
  void aFailingIdleInstanceIsLeftAloneAboveAQuarter(double failureRate, boolean picked) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).failureRate = failureRate;
    for (int load : new int[] {1, 100, 1_000_000}) {
      fleet.get(1).inFlight.set(load);
      Picker picker = Strategy.POWER_OF_TWO_CHOICES.over(fleet, equal(2), 1);
      assertSame(picked ? fleet.get(0) : fleet.get(1), pick(picker), "load " + load);
    }
  }

  @ParameterizedTest
  @CsvSource({"50e3", "20e6", "30e9"})
  void aFastFailureWeighsTheSameAtEveryScaleOfLatency(double healthy) {
    // ServiceTalk scores a host that fails in 0.4 ms better than a healthy one of 20 ms.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).failureRate = 0.3;
    fleet.get(0).latencyNanos = 400;
    fleet.get(1).latencyNanos = healthy;
    fleet.get(1).inFlight.set(10);
    Picker picker = Strategy.PEAK_EWMA.over(fleet, equal(2), 1);
    for (int i = 0; i < 100; i++) {
      assertSame(fleet.get(1), pick(picker));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void whereEveryInstanceFailsTheTrafficIsSpreadAsEver(Strategy strategy) {
    // Panic by itself: no instance looks better, so all are used (ribbon#182, #338: a spin loop).
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    fleet.forEach(endpoint -> endpoint.failureRate = 1);

    long[] counts = Strategy.count(strategy.over(fleet, equal(10), 8), fleet, 100_000);

    ChiSquare.assertFits(counts, equal(10));
  }

  @Test
  void fiftyMicrosecondsAreLessThanNineHundredAndFifty() {
    // ServiceTalk averages whole milliseconds: both scored 0 (research, 0.5).
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).latencyNanos = 950_000;
    fleet.get(1).latencyNanos = 50_000;
    Picker picker = Strategy.PEAK_EWMA.over(fleet, equal(2), 1);
    for (int i = 0; i < 100; i++) {
      assertSame(fleet.get(1), pick(picker));
    }
  }

  @Test
  void anUnprovenInstanceIsTriedWhileItIsIdleAndAvoidedWhileItIsBusy() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    fleet.get(0).unproven = true;
    Picker picker = Strategy.PEAK_EWMA.over(fleet, equal(3), 1);
    long[] idle = Strategy.count(picker, fleet, 30_000);
    assertEquals(2.0 / 3, idle[0] / 30_000.0, 0.02, "it wins wherever it is drawn");

    fleet.get(0).inFlight.set(1);
    fleet.get(1).inFlight.set(100_000);
    fleet.get(2).latencyNanos = 30e9;
    fleet.get(2).inFlight.set(1_000);
    assertEquals(0, Strategy.count(picker, fleet, 30_000)[0]);
  }

  @Test
  void wherePairsOfBusyUnprovenInstancesAreDrawnAnotherPairIsDrawn() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    for (int i = 0; i < 3; i++) {
      fleet.get(i).unproven = true;
      fleet.get(i).inFlight.set(1);
    }
    RandomSource random =
        new ScriptedRandom(
            ScriptedRandom.pair(0, 1, 4),
            ScriptedRandom.pair(1, 2, 4),
            ScriptedRandom.pair(2, 3, 4));
    assertSame(fleet.get(3), pick(over(Strategy.PEAK_EWMA, fleet, random)));
  }

  @Test
  void whereAllAreBusyAndUnprovenTheLeastBusyOfAPairIsPicked() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    for (int i = 0; i < 4; i++) {
      fleet.get(i).unproven = true;
      fleet.get(i).inFlight.set(1 + i);
    }
    long[] counts = Strategy.count(Strategy.PEAK_EWMA.over(fleet, equal(4), 1), fleet, 10_000);
    assertEquals(0, counts[3]);
    assertTrue(
        counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 0, Arrays.toString(counts));
  }

  @Test
  void moreRequestsInFlightMakeALatencyCountMoreOften() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).latencyNanos = 10e6;
    fleet.get(1).latencyNanos = 1e6;
    Picker picker = Strategy.PEAK_EWMA.over(fleet, equal(2), 1);
    fleet.get(1).inFlight.set(8); // 9 ms against 10
    assertSame(fleet.get(1), pick(picker));
    fleet.get(1).inFlight.set(10); // 11 ms against 10
    assertSame(fleet.get(0), pick(picker));
  }

  @Test
  void aFadedLatencyLeavesTheRequestsInFlightToDecide() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.forEach(endpoint -> endpoint.latencyNanos = 0);
    fleet.get(0).inFlight.set(5);
    Picker picker = Strategy.PEAK_EWMA.over(fleet, equal(2), 1);
    for (int i = 0; i < 50; i++) {
      assertSame(fleet.get(1), pick(picker));
    }
  }
}
