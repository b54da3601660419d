package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

@Timeout(60)
class LearnedTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private final FakeEndpoint endpoint = new FakeEndpoint(0);
  private final PickTime time = new PickTime();
  private final LearnedModel model = new LearnedModel(endpoint, time);

  private void ended(int load, double millis) {
    endpoint.inFlight.set(load - 1);
    model.ended(Outcome.SUCCESS, (long) (millis * MILLI));
  }

  private double predicted(double load) {
    return model.predict(load) / MILLI;
  }

  private static Picker over(List<FakeEndpoint> fleet, long seed) {
    return Selectors.learned()
        .prepare(Candidates.of(fleet, equal(fleet.size()), RandomSource.seeded(seed)), null);
  }

  private static void teach(FakeEndpoint host, double base, double perRequest) {
    for (int round = 0; round < 50; round++) {
      for (int load = 1; load <= 10; load++) {
        int others = load - 1;
        host.inFlight.set(others + 1);
        host.end(Outcome.SUCCESS, (long) ((base + perRequest * load) * MILLI));
      }
    }
    host.inFlight.set(0);
  }

  @Test
  void aHostThatIsTenTimesSlowerGetsHardlyMoreThanItIsExplored() {
    ClosedLoop loop =
        new ClosedLoop(Selectors.learned(), 10, 10, (host, load) -> host == 0 ? 200 : 20);
    loop.run(5_000);
    double[] shares = loop.run(20_000);
    assertTrue(shares[0] < 0.01, Arrays.toString(shares));
  }

  @Test
  void equalHostsShareEquallyThoughChanceMakesThemLookUnequal() {
    ClosedLoop loop = new ClosedLoop(Selectors.learned(), 10, 20, (host, load) -> 20);
    loop.run(5_000);
    double[] shares = loop.run(50_000);
    for (double share : shares) {
      assertEquals(0.1, share, 0.03, Arrays.toString(shares));
    }
  }

  @Test
  void theLineOfTimeOverLoadIsLearned() {
    for (int round = 0; round < 100; round++) {
      for (int load = 1; load <= 8; load++) {
        ended(load, 5 + 3 * load);
      }
    }
    assertEquals(8, predicted(1), 0.1);
    assertEquals(29, predicted(8), 0.1);
    assertEquals(65, predicted(20), 0.3, "further than ever seen");
  }

  @Test
  void aHostThatDegradesUnderLoadIsTakenWhileItIsIdleAndLeftWhenItIsBusy() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Picker picker = over(fleet, 1);
    teach(fleet.get(0), 0, 10);
    teach(fleet.get(1), 30, 0);
    assertPicked(fleet.get(0), picker);
    fleet.get(0).inFlight.set(5); // 60 ms against 30
    assertPicked(fleet.get(1), picker);
    fleet.get(1).inFlight.set(40); // which does not degrade, so 40 more are no reason
    assertPicked(fleet.get(1), picker);
  }

  /** But for the one in a hundred that is explored. */
  private static void assertPicked(FakeEndpoint expected, Picker picker) {
    int others = 0;
    for (int i = 0; i < 1_000; i++) {
      others += Strategy.pick(picker) == expected ? 0 : 1;
    }
    assertTrue(others < 25, others + " of 1000 elsewhere");
  }

  @Test
  void aFleetOfWhichOneDegradesAnswersSoonerThanWithEqualQueues() {
    ClosedLoop.Service service = (host, load) -> host == 0 ? 20.0 * load : 20;
    ClosedLoop learned = new ClosedLoop(Selectors.learned(), 4, 40, service);
    ClosedLoop queues = new ClosedLoop(Selectors.powerOfTwoChoices(), 4, 40, service);
    learned.run(10_000);
    queues.run(10_000);
    learned.run(20_000);
    queues.run(20_000);
    assertTrue(learned.meanMillis() < 22, "learned: " + learned.meanMillis());
    assertTrue(queues.meanMillis() > 24, "queues: " + queues.meanMillis());
  }

  @Test
  void aHostThatHasRecoveredIsFoundOut() {
    ClosedLoop loop =
        new ClosedLoop(Selectors.learned(), 10, 10, (host, load) -> host == 0 ? 400 : 20);
    loop.run(10_000);
    loop.now((host, load) -> 20);
    long recovered = loop.nanos();
    loop.run(30_000); // a minute
    double[] shares = loop.run(20_000);
    assertTrue(loop.nanos() - recovered < 120 * SECOND);
    assertTrue(shares[0] > 0.04, Arrays.toString(shares));
  }

  @Test
  void oldSamplesFade() {
    for (int i = 0; i < 1_000; i++) {
      ended(1, 100);
    }
    time.see(10 * SECOND);
    for (int i = 0; i < 100; i++) {
      ended(1, 10);
    }
    assertEquals(10 + 90 * 368 / 468.0, predicted(1), 0.5, "1000 / e old ones beside 100");
    time.see(210 * SECOND);
    ended(1, 10);
    assertEquals(10, predicted(1), 0.1);
  }

  @Test
  void oneInAHundredPicksIsRandom() {
    ClosedLoop loop =
        new ClosedLoop(Selectors.learned(), 5, 3, (host, load) -> host == 0 ? 3_000 : 1);
    loop.run(2_000);
    double share = loop.run(100_000)[0];
    assertEquals(0.002, share, 0.0006, "a fifth of one in a hundred");
  }

  @Test
  void aFailingInstanceIsNotEvenExplored() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(5);
    Picker picker = over(fleet, 2);
    for (FakeEndpoint host : fleet) {
      teach(host, 10, 1);
    }
    fleet.get(0).failureRate = 0.3;
    assertEquals(0, Strategy.count(picker, fleet, 20_000)[0]);
  }

  @Test
  void failuresThatCameFastSayNothingAboutTime() {
    model.ended(Outcome.FAILURE, 1);
    model.ended(Outcome.OVERLOADED, 1);
    model.ended(Outcome.IGNORED, 1);
    assertEquals(-1, model.predict(1));
    ended(1, 20);
    model.ended(Outcome.FAILURE, 1);
    model.ended(Outcome.CANCELLED, 1);
    model.ended(Outcome.IGNORED, 1);
    assertEquals(20, predicted(1), 1e-5);
    model.ended(Outcome.FAILURE, 40 * MILLI);
    assertEquals(30, predicted(1), 1e-5, "one that took longer than predicted does");
    model.ended(Outcome.SUCCESS, -1);
    assertEquals(30, predicted(1), 1e-5, "one that was not measured does not");
  }

  @Test
  void anUnprovenInstanceGetsOneRequestAtATime() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    Picker picker = over(fleet, 3);
    teach(fleet.get(1), 10, 1);
    teach(fleet.get(2), 10, 1);
    fleet.get(0).unproven = true;
    long[] counts = Strategy.count(picker, fleet, 30_000);
    assertEquals(2.0 / 3, counts[0] / 30_000.0, 0.02, "it wins wherever it is drawn");
    fleet.get(0).inFlight.set(1);
    fleet.get(1).inFlight.set(1_000);
    fleet.get(2).inFlight.set(1_000);
    assertEquals(0, Strategy.count(picker, fleet, 30_000)[0]);
  }

  @Test
  void withoutAModelTheAverageLatencyCounts() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).latencyNanos = 5e6;
    assertPicked(fleet.get(1), over(fleet, 4));
  }

  @Test
  void whatWasLearnedSurvivesAChangeOfTheList() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    Picker picker = over(fleet, 5);
    teach(fleet.get(0), 100, 1);
    teach(fleet.get(1), 50, 1);
    teach(fleet.get(2), 10, 1);
    List<FakeEndpoint> next = new ArrayList<>(List.of(fleet.get(1), fleet.get(0)));
    Candidates candidates = Candidates.of(next, equal(2), RandomSource.seeded(5));
    Picker after = Selectors.learned().prepare(candidates, picker);
    assertPicked(fleet.get(1), after);
    assertSame(fleet.get(1).listeners.get(0), fleet.get(1).listeners.get(1), "the same model");
    assertTrue(Selectors.learned().isTimed());
  }

  @Test
  void weightsHoldAmongEqualHostsUnderLoad() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    double[] weights = {3, 3, 3, 3, 3, 1, 1, 1, 1, 1};
    Picker picker =
        Selectors.learned().prepare(Candidates.of(fleet, weights, RandomSource.seeded(6)), null);
    for (FakeEndpoint host : fleet) {
      teach(host, 5, 1);
    }
    RandomSource random = RandomSource.seeded(7);
    List<FakeEndpoint> inFlight = new ArrayList<>();
    int heavy = 0;
    for (int i = 0; i < 100_000; i++) {
      FakeEndpoint picked = (FakeEndpoint) Strategy.pick(picker);
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

  @Test
  void samplesOfManyThreadsNeitherBreakTheModelNorStopIt() throws Exception {
    List<Threads.Body> bodies = new ArrayList<>();
    ended(5, 50);
    for (int i = 0; i < 3; i++) {
      int load = 3 + 2 * i;
      bodies.add(
          () -> {
            for (int j = 0; j < 100_000; j++) {
              ended(load, 10 * load);
              double predicted = predicted(5);
              assertTrue(predicted > 0 && predicted < 500, () -> "predicted " + predicted);
            }
          });
    }
    Threads.together(bodies);
    time.see(1_000 * SECOND);
    ended(1, 7);
    assertEquals(7, predicted(1), 1e-5, "it still learns");
  }

  @Test
  void aListOfOneAndExclusionsAreServed() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Picker picker = over(fleet, 9);
    Exclusions excluded = Exclusions.none().plus(fleet.get(0));
    for (int i = 0; i < 500; i++) {
      assertSame(fleet.get(1), picker.pick(RequestContext.empty(), excluded, i));
    }
    assertFalse(Strategy.pick(over(fleet.subList(0, 1), 9)) == null);
  }
}
