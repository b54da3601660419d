package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.count;
import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.excluding;
import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every strategy promises. */
@Timeout(60)
class SelectorContractTest {

  @ParameterizedTest
  @EnumSource
  void anEmptyListGivesNull(Strategy strategy) {
    // Vert.x: consistent hashing threw NoSuchElementException on an empty list.
    Picker picker = strategy.over(List.of(), new double[0], 1);

    assertNull(pick(picker));
    assertNull(pick(picker, Exclusions.of(Set.of("host-0:80"))));
    assertNull(pick(picker, Exclusions.none().plus(new FakeEndpoint(0))));
  }

  @ParameterizedTest
  @EnumSource
  void oneInstanceIsAlwaysPicked(Strategy strategy) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(1);
    fleet.get(0).inFlight.set(1_000);
    fleet.get(0).failureRate = 1;
    for (double weight : new double[] {1e-300, 1, 1e308}) {
      Picker picker = strategy.over(fleet, new double[] {weight}, 1);
      for (int i = 0; i < 100; i++) {
        assertSame(fleet.get(0), pick(picker));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allExcludedGivesNull(Strategy strategy) {
    for (int size = 1; size <= 33; size += 8) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(size);
      double[] uneven = equal(size);
      uneven[0] = 7;
      for (double[] weights : List.of(equal(size), uneven)) {
        Picker picker = strategy.over(fleet, weights, size);

        assertNull(pick(picker, excluding(fleet)));
        Set<String> ids = Set.copyOf(fleet.stream().map(FakeEndpoint::toString).toList());
        assertNull(pick(picker, Exclusions.of(ids)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anExcludedInstanceIsNeverPickedAndTheOthersAre(Strategy strategy) {
    // dubbo#1737 and spring-cloud-netflix#2189: the retry went to the instance that had failed.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(6);
    for (double[] weights : List.of(equal(6), new double[] {1000, 1000, 1, 1, 1, 1})) {
      Picker picker = strategy.over(fleet, weights, 3);
      Exclusions excluded =
          Exclusions.of(Set.of("host-0:80", "host-5:80", "gone:80")).plus(fleet.get(1));
      Set<Object> seen = new HashSet<>();
      for (int i = 0; i < 2_000; i++) {
        Endpoint picked = pick(picker, excluded);
        assertFalse(excluded.contains(picked), () -> "picked " + picked);
        seen.add(picked);
      }
      assertEquals(Set.copyOf(fleet.subList(2, 5)), seen);
    }
  }

  @ParameterizedTest
  @EnumSource
  void allButOneExcludedGivesThatOne(Strategy strategy) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(40);
    double[] uneven = equal(40);
    uneven[39] = 1e-12;
    for (double[] weights : List.of(equal(40), uneven)) {
      Picker picker = strategy.over(fleet, weights, 4);
      Exclusions excluded = excluding(fleet.subList(0, 39));
      for (int i = 0; i < 200; i++) {
        assertSame(fleet.get(39), pick(picker, excluded));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theWeightsHoldAmongTheInstancesThatAreNotExcluded(Strategy strategy) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
    Picker picker = strategy.over(fleet, new double[] {90, 1, 2, 3}, 5);
    Exclusions excluded = Exclusions.none().plus(fleet.get(0));
    long[] counts = new long[4];
    for (int i = 0; i < 30_000; i++) {
      counts[fleet.indexOf(pick(picker, excluded))]++;
    }
    ChiSquare.assertFits(Arrays.copyOfRange(counts, 1, 4), new double[] {1, 2, 3});
  }

  static Stream<Arguments> weightings() {
    List<double[]> weightings = new ArrayList<>();
    weightings.add(equal(10));
    weightings.add(new double[] {1, 2, 3});
    weightings.add(new double[] {95, 5});
    weightings.add(new double[] {1e-9, 1, 1e9});
    weightings.add(new double[] {1e9, 1e-9});
    weightings.add(new double[] {1e308, 1e308});
    weightings.add(new double[] {1e308, 5e307, 1e308}); // their sum is infinite
    weightings.add(new double[] {1e300, 1e-300});
    weightings.add(new double[] {Double.MIN_VALUE, Double.MAX_VALUE, Double.MIN_VALUE});
    weightings.add(new double[] {1e9, 1e9, 2e9}); // spring-cloud: NegativeArraySizeException
    double[] ramp = new double[100];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = i + 1;
    }
    weightings.add(ramp);
    return Stream.of(Strategy.values())
        .flatMap(strategy -> weightings.stream().map(weights -> Arguments.of(strategy, weights)));
  }

  @ParameterizedTest
  @MethodSource("weightings")
  void idleInstancesAreChosenByTheirWeights(Strategy strategy, double[] weights) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    for (long seed = 1; seed <= 3; seed++) {
      long[] counts = count(strategy.over(fleet, weights, seed), fleet, 100_000);

      ChiSquare.assertFits(counts, weights);
    }
  }

  @ParameterizedTest
  @MethodSource("weightings")
  void busyAndFailingInstancesOfAnyWeightsAreStillPicked(Strategy strategy, double[] weights) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    for (FakeEndpoint endpoint : fleet) {
      endpoint.inFlight.set(8_000_000);
      endpoint.latencyNanos = 1e18;
      endpoint.failureRate = 0.5;
    }
    Picker picker = strategy.over(fleet, weights, 6);
    for (int i = 0; i < 1_000; i++) {
      assertNotNull(pick(picker));
      assertNotNull(pick(picker, Exclusions.none().plus(fleet.get(0))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void smallWeightsDifferByTheirRatioNotByAnAbsoluteTolerance(Strategy strategy) {
    // ServiceTalk took weights within 0.01 as equal: the heavy half got 0.500 instead of 0.95.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(200);
    double[] weights = new double[200];
    for (int i = 0; i < 200; i++) {
      weights[i] = i < 100 ? 0.0095 : 0.0005;
    }
    long[] counts = count(strategy.over(fleet, weights, 7), fleet, 100_000);

    ChiSquare.assertFits(counts, weights);
    double heavy = Arrays.stream(counts, 0, 100).sum() / 1e5;
    assertEquals(0.95, heavy, 0.005);
  }

  @ParameterizedTest
  @EnumSource
  void theSameSeedGivesTheSamePicks(Strategy strategy) {
    for (double[] weights : List.of(equal(7), new double[] {1, 2, 3, 4, 5, 6, 7})) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(7);
      List<Endpoint> first = run(strategy, fleet, weights, 42);

      assertEquals(first, run(strategy, fleet, weights, 42));
      assertFalse(
          first.equals(run(strategy, fleet, weights, 43))
              && first.equals(run(strategy, fleet, weights, 44)),
          "the seed has no effect");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSameSeedGivesTheSamePicksOnAnyThread(Strategy strategy) throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(5);
    List<Endpoint> here = run(strategy, fleet, equal(5), 42);
    for (int i = 0; i < 20; i++) {
      ExecutorService other = Executors.newSingleThreadExecutor();
      try {
        assertEquals(here, other.submit(() -> run(strategy, fleet, equal(5), 42)).get());
      } finally {
        other.shutdown();
      }
    }
  }

  private static List<Endpoint> run(
      Strategy strategy, List<FakeEndpoint> fleet, double[] weights, long seed) {
    fleet.forEach(endpoint -> endpoint.inFlight.set(0));
    Picker picker = strategy.over(fleet, weights, seed);
    List<Endpoint> picks = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Exclusions excluded =
          i % 5 == 0 ? Exclusions.none().plus(fleet.get(i % fleet.size())) : Exclusions.none();
      FakeEndpoint picked = (FakeEndpoint) pick(picker, excluded);
      picked.inFlight.incrementAndGet();
      if (i % 3 == 0) {
        picked.inFlight.decrementAndGet();
      }
      picks.add(picked);
    }
    return picks;
  }

  @ParameterizedTest
  @EnumSource
  void aSelectorSharedByTwoBalancersKeepsThemApart(Strategy strategy) {
    // spring-cloud-commons#1013: one counter for all services; spring-cloud-netflix#2025 and #3400:
    // a shared rule answered with another service's server.
    List<FakeEndpoint> orders = FakeEndpoint.fleet(3);
    List<FakeEndpoint> users = FakeEndpoint.fleet(4);
    List<Endpoint> alone = new ArrayList<>();
    Picker only = strategy.over(orders, equal(3), 9);
    for (int i = 0; i < 100; i++) {
      alone.add(pick(only));
    }
    Picker first = strategy.over(orders, equal(3), 9);
    Picker second = strategy.over(users, equal(4), 10);
    List<Endpoint> shared = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      shared.add(pick(first));
      assertTrue(containsSame(users, pick(second)));
    }
    assertEquals(alone, shared);
  }

  @ParameterizedTest
  @EnumSource
  void pickersMayBeRebuiltOverAShrinkingListWhileOthersPick(Strategy strategy) throws Exception {
    // micronaut#5447, ribbon PR#365, spring-cloud-netflix#2752: index out of bounds.
    List<FakeEndpoint> all = FakeEndpoint.fleet(16);
    RandomSource random = RandomSource.seeded(11);
    Picker[] shared = new Picker[1];
    CountDownLatch done = new CountDownLatch(1);
    shared[0] = strategy.selector().prepare(Candidates.of(all, equal(16), random), null);
    Callable<Long> reader =
        () -> {
          long picks = 0;
          while (done.getCount() > 0) {
            Picker picker = (Picker) SHARED.getVolatile(shared, 0);
            Endpoint picked = picker.pick(RequestContext.empty(), Exclusions.none(), 0);
            assertTrue(containsSame(all, picked));
            picks++;
          }
          return picks;
        };
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(pool.submit(reader));
      }
      for (int round = 0; round < 3_000; round++) {
        int size = 16 - round % 16;
        double[] weights = equal(size);
        weights[0] = 1 + round % 3;
        Candidates candidates = Candidates.of(all.subList(0, size), weights, random);
        SHARED.setVolatile(shared, 0, strategy.selector().prepare(candidates, shared[0]));
      }
      done.countDown();
      for (Future<Long> future : readers) {
        assertTrue(future.get(30, TimeUnit.SECONDS) >= 0);
      }
    } finally {
      done.countDown();
      pool.shutdown();
    }
  }

  private static final VarHandle SHARED = MethodHandles.arrayElementVarHandle(Picker[].class);

  private static boolean containsSame(List<FakeEndpoint> fleet, Endpoint picked) {
    return fleet.stream().anyMatch(endpoint -> endpoint == picked);
  }
}
