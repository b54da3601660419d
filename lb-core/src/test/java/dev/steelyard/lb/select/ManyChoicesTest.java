package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManyChoicesTest {

  private static Picker over(int choices, List<FakeEndpoint> fleet, double[] weights, long seed) {
    return Selectors.powerOfChoices(choices)
        .prepare(Candidates.of(fleet, weights, RandomSource.seeded(seed)), null);
  }

  @Test
  void fewerThanTwoAndMoreThanTenAreRefused() {
    for (int bad : new int[] {Integer.MIN_VALUE, 0, 1, 11}) {
      Exception refused =
          assertThrows(IllegalArgumentException.class, () -> Selectors.powerOfChoices(bad));
      assertEquals("choices: " + bad + " (expected: 2 to 10)", refused.getMessage());
    }
    assertSame(Selectors.powerOfTwoChoices(), Selectors.powerOfChoices(2));
  }

  @ParameterizedTest
  @CsvSource({"3, 4", "3, 8", "3, 100", "5, 6", "5, 40", "10, 11", "10, 30"})
  void theLeastLoadedIsPickedExactlyIfItIsDrawn(int choices, int n) {
    // Distinct draws meet the one idle instance with probability choices / n, whichever it is.
    long[] counts = new long[n];
    int picks = 300_000 / n;
    for (int idle = 0; idle < n; idle++) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
      fleet.forEach(endpoint -> endpoint.inFlight.set(9));
      fleet.get(idle).inFlight.set(0);
      counts[idle] = Strategy.count(over(choices, fleet, equal(n), idle), fleet, picks)[idle];
    }
    double expected = (double) choices / n;
    double total = 0;
    for (long count : counts) {
      assertEquals(expected, (double) count / picks, 0.05);
      total += (double) count / picks / n;
    }
    assertEquals(expected, total, 5 * Math.sqrt(expected / (picks * n)));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 10})
  void theMostLoadedAreLeftWhileOthersAreLess(int choices) {
    // grpc-java#12237: two equal samples of one hanging instance were a choice of one.
    for (int n = choices; n <= choices + 6; n++) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
      for (int i = 0; i < choices - 1; i++) {
        fleet.get(i).inFlight.set(100);
      }
      Picker picker = over(choices, fleet, equal(n), n);
      for (int i = 0; i < 5_000; i++) {
        assertTrue(fleet.indexOf(pick(picker)) >= choices - 1, "picked a hanging instance");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "3, 2", "3, 7", "10, 10", "10, 4", "10, 25"})
  void tiesAreBrokenWithoutBias(int choices, int n) {
    // Stork and linkerd: an idle fleet's first instance got every sequential request.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
    long[] counts = Strategy.count(over(choices, fleet, equal(n), 1), fleet, 100_000);
    ChiSquare.assertFits(counts, equal(n));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 10})
  void idleInstancesAreChosenByTheirWeights(int choices) {
    double[] weights = {1, 2, 3, 4};
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    ChiSquare.assertFits(Strategy.count(over(choices, fleet, weights, 2), fleet, 100_000), weights);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10})
  void busyInstancesAreSharedByTheirWeights(int choices) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    Picker picker = over(choices, fleet, new double[] {3, 3, 3, 3, 3, 1, 1, 1, 1, 1}, 3);
    RandomSource random = RandomSource.seeded(4);
    List<FakeEndpoint> inFlight = new ArrayList<>();
    int heavy = 0;
    for (int i = 0; i < 100_000; i++) {
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      heavy += fleet.indexOf(picked) < 5 ? 1 : 0;
      picked.inFlight.incrementAndGet();
      inFlight.add(picked);
      if (inFlight.size() > 100) {
        int done = random.nextInt(inFlight.size());
        inFlight.set(done, inFlight.get(inFlight.size() - 1)).inFlight.decrementAndGet();
        inFlight.remove(inFlight.size() - 1);
      }
    }
    assertEquals(0.75, heavy / 1e5, 0.01);
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "3, 20", "5, 4"})
  void aFailingInstanceIsLeftToTheOthersHoweverBusy(int choices, int n) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
    fleet.forEach(endpoint -> endpoint.inFlight.set(1_000));
    fleet.get(0).inFlight.set(0);
    fleet.get(0).failureRate = 0.3;
    assertEquals(0, Strategy.count(over(choices, fleet, equal(n), 5), fleet, 20_000)[0]);
  }

  @Test
  void whereMostFailFurtherOnesAreDrawn() {
    // Three draws of ten would meet one of the five that do not fail 92 times in 100.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    fleet.subList(0, 5).forEach(endpoint -> endpoint.failureRate = 1);
    long[] counts = Strategy.count(over(3, fleet, equal(10), 6), fleet, 100_000);
    long failing = counts[0] + counts[1] + counts[2] + counts[3] + counts[4];
    assertTrue(failing < 1_500, failing + " of 100000");
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "3, 40", "10, 40"})
  void exclusionsAreKept(int choices, int n) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
    for (double[] weights : List.of(equal(n), uneven(n))) {
      Picker picker = over(choices, fleet, weights, 7);
      Exclusions allButLast = Strategy.excluding(fleet.subList(0, n - 1));
      for (int i = 0; i < 200; i++) {
        assertSame(fleet.get(n - 1), pick(picker, allButLast));
      }
      assertNull(pick(picker, Strategy.excluding(fleet)));
    }
  }

  private static double[] uneven(int n) {
    double[] weights = equal(n);
    weights[n - 1] = 1e-12;
    return weights;
  }
}
