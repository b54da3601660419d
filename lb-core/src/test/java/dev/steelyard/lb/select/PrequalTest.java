package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.testing.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PrequalTest {
  private static final long SECOND = 1_000_000_000L;

  private final Prober prober = new Prober();

  private static PrequalPicker over(
      Function<Instance, CompletionStage<LoadReport>> probe,
      double probes,
      List<FakeEndpoint> fleet,
      double[] weights,
      Picker previous) {
    Candidates candidates = Candidates.of(fleet, weights, RandomSource.seeded(11));
    return (PrequalPicker) Selectors.prequal(probe, probes).prepare(candidates, previous);
  }

  private PrequalPicker over(double probes, List<FakeEndpoint> fleet) {
    return over(prober, probes, fleet, equal(fleet.size()), null);
  }

  private static Endpoint pick(Picker picker, long now) {
    return picker.pick(RequestContext.empty(), Exclusions.none(), now);
  }

  private static int answers(PrequalPicker picker) {
    int answers = 0;
    for (int slot = 0; slot < picker.pool().size(); slot++) {
      answers += picker.pool().get(slot) == null ? 0 : 1;
    }
    return answers;
  }

  @Test
  void amongEquallyBusyOnesTheLeastLatencyIsPickedWhileItIsCold() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(5);
    for (int i = 0; i < 5; i++) {
      prober.answer(fleet.get(i), 10, 10 + i);
      fleet.get(i).inFlight.set(10 - i); // what is known here would say otherwise
    }
    assertSame(fleet.get(0), pick(over(5, fleet), 0));
  }

  @Test
  void eachUseOfAnAnswerCountsAsOneMoreRequestThere() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    PrequalPicker picker = over(0.001, fleet);
    picker.answered(fleet.get(0), 3, 10, 0);
    picker.answered(fleet.get(1), 5, 20, 0);
    // The limit is 3: the first is cold once, then both are hot, and the fewer requests count.
    List<Endpoint> picks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      picks.add(pick(picker, 0));
    }
    FakeEndpoint a = fleet.get(0);
    FakeEndpoint b = fleet.get(1);
    assertEquals(List.of(a, a), picks.subList(0, 2));
    assertEquals(3, Collections.frequency(picks.subList(2, 6), b) + 1, picks::toString);
  }

  @Test
  void probesAreSentAtTheirRateToDistinctInstances() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(20);
    PrequalPicker picker = over(3, fleet);
    for (int i = 0; i < 5_000; i++) {
      prober.asked.clear();
      pick(picker, i);
      assertEquals(3, prober.asked.size(), prober.asked::toString);
    }
    assertEquals(15_000, prober.count);
  }

  @Test
  void aFractionOfAProbeIsSentNowAndThen() {
    PrequalPicker picker = over(0.3, FakeEndpoint.fleet(5));
    for (int i = 0; i < 20_000; i++) {
      pick(picker, i);
    }
    assertEquals(0.3, prober.count / 20_000.0, 0.02);
  }

  @Test
  void probesGoToInstancesByTheirWeights() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    PrequalPicker picker = over(prober, 1, fleet, new double[] {1, 2, 5}, null);
    for (int i = 0; i < 50_000; i++) {
      pick(picker, i);
    }
    long[] asked =
        fleet.stream().mapToLong(host -> prober.asked.get(host.instance().id())).toArray();
    ChiSquare.assertFits(asked, new double[] {1, 2, 5});
  }

  @Test
  void aRetryAndAListOfOneSendNoProbe() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Exclusions excluded = Exclusions.none().plus(fleet.get(0));
    assertSame(fleet.get(1), over(3, fleet).pick(RequestContext.empty(), excluded, 0));
    assertSame(fleet.get(0), pick(over(3, fleet.subList(0, 1)), 0));
    assertNull(pick(over(3, List.of()), 0));
    assertEquals(0, prober.count);
  }

  @Test
  void withoutAnswersThePickIsThatOfTwoChoices() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    fleet.get(0).inFlight.set(1);
    fleet.get(1).failureRate = 1;
    long[] counts = new long[10];
    PrequalPicker picker = over(3, fleet);
    for (int i = 0; i < 20_000; i++) {
      counts[fleet.indexOf(pick(picker, i))]++;
    }
    assertTrue(counts[0] < 20, "uniformly at random would take the most loaded one as often");
    assertTrue(counts[1] < 200, Arrays.toString(counts));
  }

  @Test
  void oneAnswerIsNoChoice() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    PrequalPicker picker = over(0.001, fleet);
    picker.answered(fleet.get(0), 0, 1, 0);
    fleet.get(0).inFlight.set(100);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(pick(picker, 0) != fleet.get(0));
    }
  }

  @Test
  void whatFailsAndWhatComesTooLateIsDropped() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    List<Function<Instance, CompletionStage<LoadReport>>> bad =
        List.of(
            instance -> {
              throw new IllegalStateException();
            },
            instance -> null,
            instance -> CompletableFuture.failedStage(new IllegalStateException()),
            instance -> CompletableFuture.completedStage(null),
            instance -> CompletableFuture.completedStage(LoadReport.parse("cpu_utilization=1")),
            instance ->
                CompletableFuture.completedStage(LoadReport.parse("named_metrics.latency_ms=1")),
            instance ->
                CompletableFuture.completedStage(
                    LoadReport.parse("named_metrics.requests_in_flight=1")),
            instance -> CompletableFuture.completedStage(Prober.report(-1, 1)),
            instance -> CompletableFuture.completedStage(Prober.report(1, -1)));
    for (Function<Instance, CompletionStage<LoadReport>> probe : bad) {
      PrequalPicker picker = over(probe, 5, fleet, equal(3), null);
      for (int i = 0; i < 200; i++) { // more than could be under way if they stayed so
        assertTrue(fleet.contains(pick(picker, 0)));
      }
      assertEquals(0, answers(picker));
      assertEquals(Double.POSITIVE_INFINITY, picker.probes().recent().limit());
    }
    prober.holding = true;
    PrequalPicker picker = over(3, fleet);
    pick(picker, 0);
    prober.held.get(0).complete(Prober.report(1, 1));
    pick(picker, SECOND);
    prober.held.get(1).complete(Prober.report(1, 1));
    assertEquals(2, answers(picker), "a second old is not too late");
    pick(picker, SECOND + 2_000_000);
    prober.held.get(2).complete(Prober.report(1, 1));
    assertEquals(0, answers(picker), "older is, and makes the others go");
  }

  @Test
  void answersAreUsedForASecondAfterTheProbe() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    PrequalPicker picker = over(0.001, fleet);
    for (FakeEndpoint host : fleet) {
      picker.answered(host, 0, 1, 5 * SECOND);
    }
    pick(picker, 6 * SECOND);
    assertTrue(answers(picker) >= 2);
    pick(picker, 6 * SECOND + 1);
    assertEquals(0, answers(picker));
  }

  @Test
  void aBoundedNumberOfProbesIsUnderWay() {
    prober.holding = true;
    PrequalPicker picker = over(5, FakeEndpoint.fleet(30));
    for (int i = 0; i < 100; i++) {
      pick(picker, i);
    }
    assertEquals(ProbeCalls.MOST, prober.held.size());
    for (int i = 0; i < 10; i++) {
      prober.held.get(i).complete(Prober.report(1, 1));
      prober.held.get(i).obtrudeException(new IllegalStateException("again"));
    }
    for (int i = 0; i < 100; i++) {
      pick(picker, i);
    }
    assertEquals(ProbeCalls.MOST + 10, prober.held.size(), "what has ended makes room");
  }

  @Test
  void probesThatAreNeverAnsweredDoNotStopProbingForEver() {
    prober.holding = true;
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(30);
    PrequalPicker picker = over(5, fleet);
    for (int i = 0; i < 20; i++) {
      pick(picker, 0);
    }
    assertEquals(ProbeCalls.MOST, prober.held.size());
    pick(picker, 11 * SECOND);
    assertEquals(ProbeCalls.MOST + 5, prober.held.size());
    prober.held.get(0).complete(Prober.report(1, 1));
    assertEquals(0, answers(picker), "years later");
    prober.held.get(ProbeCalls.MOST).complete(Prober.report(1, 1));
    assertEquals(1, answers(picker));
  }

  @Test
  void aFailingInstanceIsNotPickedForItsAnswers() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(5);
    for (FakeEndpoint host : fleet) {
      prober.answer(host, 50, 50);
    }
    prober.answer(fleet.get(0), 0, 0.1);
    fleet.get(0).failureRate = 0.25;
    PrequalPicker picker = over(3, fleet);
    for (int i = 0; i < 5_000; i++) {
      assertTrue(pick(picker, i) != fleet.get(0), "picked the black hole");
    }
    fleet.get(0).failureRate = 0.24;
    assertSame(fleet.get(0), pick(over(5, fleet), 0));
  }

  @Test
  void anUnprovenInstanceGetsOneRequestAtATime() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    for (FakeEndpoint host : fleet) {
      prober.answer(host, 50, 50);
    }
    prober.answer(fleet.get(0), 0, 1);
    fleet.get(0).unproven = true;
    assertSame(fleet.get(0), pick(over(5, fleet), 0));
    fleet.get(0).inFlight.set(1);
    PrequalPicker picker = over(5, fleet);
    for (int i = 0; i < 500; i++) {
      assertTrue(pick(picker, i) != fleet.get(0));
    }
  }

  @Test
  void aPoolIsAQuarterOfTheFleetBut4AtLeastAnd16AtMost() {
    Map<Integer, Integer> sizes = Map.of(2, 4, 16, 4, 20, 5, 50, 12, 64, 16, 10_000, 16);
    sizes.forEach((fleet, size) -> assertEquals(size, ProbePool.size(fleet), "of " + fleet));
  }

  @Test
  void anIdleInstanceThatRemembersAQueueIsTriedAgain() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    for (FakeEndpoint host : fleet) {
      prober.answer(host, 20, 60);
    }
    prober.answer(fleet.get(0), 0, 500); // as it was when it had more to do
    assertSame(fleet.get(0), pick(over(4, fleet), 0));
  }

  @Test
  void thePoolHoldsTheLastAnswerOfEachAndAtMost16() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(80);
    PrequalPicker picker = over(1, fleet);
    for (int i = 0; i < 80; i++) {
      picker.answered(fleet.get(i), i, 1, i);
      picker.answered(fleet.get(i), i + 0.5, 1, i);
      assertEquals(Math.min(i + 1, 16), answers(picker));
    }
    for (int slot = 0; slot < 16; slot++) {
      Probed probed = picker.pool().get(slot);
      assertTrue(probed.index() >= 64, "the oldest made way");
      assertEquals(probed.index() + 0.5, probed.requests());
    }
    picker.answered(fleet.get(79), 7, 1, 0); // sent before the one that is there
    picker.answered(new FakeEndpoint(99), 7, 1, 0); // has left
    for (int slot = 0; slot < 16; slot++) {
      assertTrue(picker.pool().get(slot).requests() > 7);
    }
  }

  @Test
  void answersSurviveAChangeOfTheListForThoseThatStay() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(6);
    for (FakeEndpoint host : fleet) {
      prober.answer(host, 5, 5);
    }
    prober.holding = true;
    PrequalPicker before = over(3, fleet);
    pick(before, 0);
    for (FakeEndpoint host : fleet) {
      before.answered(host, 5, fleet.indexOf(host), 0);
    }
    List<FakeEndpoint> next = List.of(fleet.get(5), new FakeEndpoint(7), fleet.get(2));
    PrequalPicker after = over(prober, 3, next, equal(3), before);
    assertEquals(2, answers(after));
    assertEquals(before.probes().recent().limit(), after.probes().recent().limit());
    assertSame(fleet.get(2), pick(after, 0), "the latency 2 against 5");
    for (CompletableFuture<LoadReport> late : List.copyOf(prober.held.values())) {
      late.complete(Prober.report(1, 1)); // asked by the first picker, among others
    }
    for (int i = 0; i < 500; i++) {
      assertTrue(next.contains(pick(after, i)));
    }
  }

  @Test
  void anotherProbeBeginsAnew() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    PrequalPicker before = over(3, fleet);
    before.answered(fleet.get(0), 1, 1, 0);
    assertEquals(0, answers(over(new Prober(), 3, fleet, equal(2), before)));
    assertEquals(1, answers(over(prober, 2, fleet, equal(2), before)));
  }

  @Test
  void weightsActOnRequestsInFlight() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    PrequalPicker picker = over(prober, 0.001, fleet, new double[] {4, 1}, null);
    picker.answered(fleet.get(0), 40, 10, 0);
    picker.answered(fleet.get(1), 20, 1, 0);
    // 40 of weight 4 are 10 per unit, 20 of weight 1 are 20: hot.
    assertSame(fleet.get(0), pick(picker, 0));
  }

  @Test
  void amongEquallyGoodAnswersThePickIsByWeight() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    fleet.forEach(host -> prober.answer(host, 0, 1));
    PrequalPicker picker = over(prober, 5, fleet, new double[] {1, 2, 5}, null);
    long[] counts = new long[3];
    for (int i = 0; i < 20_000; i++) {
      counts[fleet.indexOf(pick(picker, i))]++;
    }
    // A light one that is not drawn for a while keeps its last use, or has been thrown away.
    assertEquals(5.0 / 8, counts[2] / 20_000.0, 0.06, Arrays.toString(counts));
    assertEquals(2.0 / 8, counts[1] / 20_000.0, 0.06, Arrays.toString(counts));
  }

  @Test
  void anInstanceThatSlowsDownIsLeftBeforeItsQueueGrows() {
    List<FakeEndpoint> fleet = new ArrayList<>();
    Function<Instance, CompletionStage<LoadReport>> probe =
        instance -> {
          int host = Integer.parseInt(instance.id().replaceAll("\\D+(\\d+):.*", "$1"));
          int inFlight = fleet.get(host).inFlight();
          double millis = (host == 0 ? 200 : 20) + inFlight;
          return CompletableFuture.completedStage(Prober.report(inFlight, millis));
        };
    ClosedLoop loop =
        new ClosedLoop(
            Selectors.prequal(probe), 10, 30, (host, load) -> (host == 0 ? 200 : 20) + load);
    fleet.addAll(loop.fleet());
    double[] shares = loop.run(20_000);
    assertTrue(shares[0] < 0.02, Arrays.toString(shares));
  }

  @Test
  void equalInstancesShareEqually() {
    List<FakeEndpoint> fleet = new ArrayList<>();
    Function<Instance, CompletionStage<LoadReport>> probe =
        instance -> {
          int host = Integer.parseInt(instance.id().replaceAll("\\D+(\\d+):.*", "$1"));
          int inFlight = fleet.get(host).inFlight();
          return CompletableFuture.completedStage(Prober.report(inFlight, 20 + inFlight));
        };
    for (int hosts : new int[] {3, 10, 40}) {
      ClosedLoop loop =
          new ClosedLoop(Selectors.prequal(probe), hosts, 3 * hosts, (host, load) -> 20 + load);
      fleet.clear();
      fleet.addAll(loop.fleet());
      double[] shares = loop.run(2_000 * hosts);
      for (double share : shares) {
        assertEquals(1, share * hosts, 0.1, Arrays.toString(shares));
      }
    }
  }

  @Test
  void knobsThatMakeNoSenseAreRefused() {
    for (double bad : new double[] {0, -1, 5.1, Double.NaN}) {
      Exception refused =
          assertThrows(IllegalArgumentException.class, () -> Selectors.prequal(prober, bad));
      assertEquals(
          "probesPerRequest: " + bad + " (expected: > 0 and at most 5)", refused.getMessage());
    }
    assertThrows(NullPointerException.class, () -> Selectors.prequal(null));
    assertTrue(Selectors.prequal(prober).isTimed());
  }

  @Test
  void answersMayComeOnManyThreadsWhileOthersPickAndTheListChanges() throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(20);
    Map<Integer, CompletableFuture<LoadReport>> open = new ConcurrentHashMap<>();
    AtomicInteger number = new AtomicInteger();
    Function<Instance, CompletionStage<LoadReport>> probe =
        instance -> {
          CompletableFuture<LoadReport> future = new CompletableFuture<>();
          open.put(number.getAndIncrement(), future);
          return future;
        };
    AtomicReference<PrequalPicker> current =
        new AtomicReference<>(over(probe, 3, fleet, equal(20), null));
    AtomicBoolean done = new AtomicBoolean();
    Threads.Body answers =
        () -> {
          while (!done.get()) {
            for (Integer key : Set.copyOf(open.keySet())) {
              CompletableFuture<LoadReport> future = open.remove(key);
              if (future != null) {
                future.complete(Prober.report(key % 7, key % 5));
              }
            }
          }
        };
    Threads.Body picks =
        () -> {
          for (int i = 0; i < 15_000; i++) {
            PrequalPicker picker = current.get();
            assertTrue(fleet.contains(pick(picker, i)));
            if (i % 500 == 0) {
              int size = 2 + i / 500 % 19;
              current.set(over(probe, 3, fleet.subList(0, size), equal(size), picker));
            }
          }
          done.set(true);
        };
    Threads.together(List.of(answers, answers, picks));
    open.values().forEach(future -> future.complete(Prober.report(1, 1)));
    PrequalPicker last = over(probe, 5, fleet, equal(20), current.get());
    int before = open.size();
    open.clear();
    for (int i = 0; i < 20; i++) {
      pick(last, 15_000);
    }
    assertEquals(ProbeCalls.MOST, open.size(), () -> "no callback was lost; " + before);
  }
}
