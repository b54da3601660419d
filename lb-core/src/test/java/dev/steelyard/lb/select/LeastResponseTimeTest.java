package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.testing.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LeastResponseTimeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private final FakeEndpoint endpoint = new FakeEndpoint(0);
  private final ResponseTimes times = new ResponseTimes(endpoint);

  private void ended(double millis, long nowNanos) {
    times.ended(Outcome.SUCCESS, (long) (millis * MILLI), nowNanos);
  }

  private double mean() {
    return times.latest() / MILLI;
  }

  private double waitMillis(int inFlight, long nowNanos) {
    endpoint.inFlight.set(inFlight);
    return times.expectedWait(1, nowNanos) / MILLI;
  }

  private static Picker over(List<FakeEndpoint> fleet, Picker previous, double... weights) {
    Candidates candidates = Candidates.of(fleet, weights, RandomSource.seeded(1));
    return Selectors.leastResponseTime().prepare(candidates, previous);
  }

  private static void answer(FakeEndpoint host, double millis) {
    host.begin();
    host.end(Outcome.SUCCESS, (long) (millis * MILLI));
  }

  @Test
  void theMeanOfTheAnswersCountsAndNotThePeak() {
    for (int i = 0; i < 99; i++) {
      ended(10, i * MILLI);
    }
    ended(1_010, 99 * MILLI);
    assertEquals(20, mean(), 0.5);
  }

  @Test
  void olderAnswersWeighLess() {
    for (int i = 0; i < 200; i++) {
      ended(100, 0);
    }
    for (int i = 0; i < 100; i++) {
      ended(10, 2 * SECOND);
    }
    double old = 200 * Math.exp(-0.4);
    assertEquals((100 * old + 10 * 100) / (old + 100), mean(), 0.01);
  }

  @Test
  void afterASilenceAllThatWasBeforeIsOneSample() {
    for (int i = 0; i < 1_000; i++) {
      ended(100, 0);
    }
    ended(10, 5 * SECOND);
    double old = Math.exp(-1);
    assertEquals((100 * old + 10) / (old + 1), mean(), 0.01);
  }

  @Test
  void howeverManyAnswersThereWereAFewHundredChangeTheMean() {
    for (int i = 0; i < 100_000; i++) {
      ended(10, 0);
    }
    for (int i = 0; i < 500; i++) {
      ended(100, 0);
    }
    assertTrue(mean() > 80, "mean " + mean());
  }

  @Test
  void theWaitGrowsWithTheSquareOfTheRequestsInFlight() {
    ended(10, 0);
    assertEquals(10, waitMillis(0, 0), 0.001);
    assertEquals(40, waitMillis(1, 0), 0.001);
    assertEquals(90, waitMillis(2, 0), 0.001);
  }

  @Test
  void whatIsIdleIsForgivenWithTimeAndWhatDoesNotAnswerIsNot() {
    ended(100, 0);
    assertEquals(100 / Math.E, waitMillis(0, 10 * SECOND), 0.1);
    assertEquals(400, waitMillis(1, 10 * SECOND), 0.01);
    assertEquals(400, waitMillis(1, 1_000 * SECOND), 0.01);
    assertTrue(waitMillis(0, 1_000 * SECOND) < 1e-3);
  }

  @Test
  void whoOwesAnAnswerIsAtLeastAsSlowAsItHasBeenSilent() {
    ended(100, 0);
    endpoint.silentNanos = 60 * MILLI;
    assertEquals(400, waitMillis(1, 0), 0.01);
    endpoint.silentNanos = 5 * SECOND;
    assertEquals(20_000, waitMillis(1, 0), 0.01);
  }

  @Test
  void aClockThatRunsBackwardsForgivesNothing() {
    ended(100, 50 * SECOND);
    assertEquals(100, waitMillis(0, 20 * SECOND), 0.01);
    ended(100, 20 * SECOND);
    assertEquals(100, mean(), 0.01);
  }

  @Test
  void failuresThatCameFastSayNothingAboutTime() {
    times.ended(Outcome.FAILURE, 1, 0);
    times.ended(Outcome.OVERLOADED, 1, 0);
    times.ended(Outcome.IGNORED, 1, 0);
    assertEquals(0, mean());
    ended(20, 0);
    times.ended(Outcome.FAILURE, 1, 0);
    times.ended(Outcome.CANCELLED, 1, 0);
    times.ended(Outcome.IGNORED, 1, 0);
    assertEquals(20, mean(), 1e-5);
    times.ended(Outcome.FAILURE, 40 * MILLI, 0);
    assertEquals(40, mean(), 1e-5, "one that took longer than the mean is all that counts now");
    times.ended(Outcome.CANCELLED, 60 * MILLI, 0);
    assertEquals(50, mean(), 1e-5, "one that was given up after longer is a sample");
    times.ended(Outcome.SUCCESS, -1, 0);
    assertEquals(50, mean(), 1e-5, "one that was not measured is not");
  }

  @Test
  void aCancelledFirstRequestIsASample() {
    times.ended(Outcome.CANCELLED, 500 * MILLI, 0);
    assertEquals(500, mean(), 0.001);
  }

  @Test
  void samplesOfManyThreadsNeitherBreakTheMeanNorStopIt() throws Exception {
    ended(50, 0);
    List<Threads.Body> bodies = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int millis = 30 + 20 * i;
      bodies.add(
          () -> {
            for (int j = 0; j < 100_000; j++) {
              ended(millis, j);
              double now = mean();
              assertTrue(now > 29 && now < 71, () -> "mean " + now);
            }
          });
    }
    Threads.together(bodies);
    ended(7, 1_000 * SECOND);
    assertEquals(7, mean(), 1e-3, "it still learns");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 300})
  void theLeastExpectedWaitOfAllIsPicked(int size) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(size);
    Picker picker = over(fleet, null, equal(size));
    for (int i = 0; i < size; i++) {
      answer(fleet.get(i), i == size - 1 ? 10 : 20);
    }
    FakeEndpoint fastest = fleet.get(size - 1);
    assertSame(fastest, Strategy.pick(picker));
    fastest.begin(); // 10 ms x 4 against 20 ms
    assertNotSame(fastest, Strategy.pick(picker));
  }

  @Test
  void aCanaryThatIsTheFastestIsHeldNearItsWeight() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    Picker picker = over(fleet, null, 1, 1, 1, 0.03);
    for (FakeEndpoint host : fleet) {
      answer(host, host == fleet.get(3) ? 1 : 20);
    }
    long canary = Strategy.count(picker, fleet, 100_000)[3];
    assertTrue(canary < 3_000, canary + " of 100000, its weight being 1 %");
  }

  @Test
  void whatIsKnownSurvivesAChangeOfTheListAndOfTheWeights() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    Picker uniform = over(fleet, null, equal(3));
    answer(fleet.get(0), 30);
    answer(fleet.get(1), 20);
    answer(fleet.get(2), 10);
    List<FakeEndpoint> fewer = List.of(fleet.get(1), fleet.get(0));
    Picker weighted = over(fewer, uniform, 2, 3);
    assertTrue(Strategy.count(weighted, fleet, 1_000)[1] > 850, "wherever it is drawn");
    Picker again = over(fewer, weighted, equal(2));
    assertSame(fleet.get(1), Strategy.pick(again));
    fleet.get(1).listeners.clear();
    Picker last = over(fewer, again, 1, 1);
    for (int i = 0; i < 3; i++) {
      answer(fleet.get(1), 90);
    }
    assertSame(fleet.get(0), Strategy.pick(last));
  }

  @Test
  void underWeightsAnswersAreLearnedFromToo() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Picker picker = over(fleet, null, 1, 2);
    answer(fleet.get(0), 10);
    answer(fleet.get(1), 20);
    assertTrue(Strategy.count(picker, fleet, 1_000)[0] > 800, "wherever it is drawn");
  }

  @Test
  void withoutAnAnswerTheAverageLatencyOfTheEndpointCounts() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).latencyNanos = 5e6;
    assertSame(fleet.get(1), Strategy.pick(over(fleet, null, equal(2))));
  }

  @Test
  void aHostThatIsTenTimesSlowerIsTriedNowAndThen() {
    ClosedLoop loop =
        new ClosedLoop(Selectors.leastResponseTime(), 10, 10, (host, load) -> host == 0 ? 200 : 20);
    loop.run(5_000);
    double[] shares = loop.run(100_000);
    assertTrue(shares[0] > 0 && shares[0] < 0.005, Arrays.toString(shares));
  }

  @Test
  void aHostThatHasRecoveredIsFoundOutWithinAMinute() {
    ClosedLoop loop =
        new ClosedLoop(Selectors.leastResponseTime(), 10, 10, (host, load) -> host == 0 ? 400 : 20);
    loop.run(10_000);
    loop.now((host, load) -> 20);
    loop.run(30_000); // a minute
    double[] shares = loop.run(20_000);
    assertTrue(shares[0] > 0.05, Arrays.toString(shares));
  }

  @Test
  void equalHostsShareEquallyThoughChanceMakesThemLookUnequal() {
    ClosedLoop loop = new ClosedLoop(Selectors.leastResponseTime(), 10, 20, (host, load) -> 20);
    loop.run(5_000);
    double[] shares = loop.run(50_000);
    for (double share : shares) {
      assertEquals(0.1, share, 0.03, Arrays.toString(shares));
    }
  }

  @Test
  void aFailingInstanceIsNotTriedWhileOthersWork() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(5);
    Picker picker = over(fleet, null, equal(5));
    fleet.get(0).failureRate = 0.3;
    for (FakeEndpoint host : fleet) {
      answer(host, host == fleet.get(0) ? 0.1 : 10);
    }
    for (int i = 0; i < 1_000; i++) {
      FakeEndpoint picked =
          (FakeEndpoint) picker.pick(RequestContext.empty(), Exclusions.none(), i * SECOND);
      assertNotSame(fleet.get(0), picked);
      picked.begin();
    }
  }
}
