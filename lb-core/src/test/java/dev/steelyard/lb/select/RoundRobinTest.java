package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.count;
import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.excluding;
import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoundRobinTest {
  private static final RandomSource RANDOM = RandomSource.seeded(1);

  private final List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);

  private static RoundRobinPicker over(List<? extends Endpoint> endpoints) {
    return rebuild(endpoints, null);
  }

  private static RoundRobinPicker rebuild(List<? extends Endpoint> endpoints, Picker previous) {
    return (RoundRobinPicker)
        Selectors.roundRobin()
            .prepare(Candidates.of(endpoints, equal(endpoints.size()), RANDOM), previous);
  }

  /** A picker whose next turn, on any thread, is this one. */
  private static RoundRobinPicker at(List<? extends Endpoint> endpoints, long turn) {
    return new RoundRobinPicker(
        Candidates.of(endpoints, equal(endpoints.size()), RANDOM), new StripedCursor(turn));
  }

  private static List<Endpoint> picks(Picker picker, int count) {
    List<Endpoint> picks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      picks.add(pick(picker));
    }
    return picks;
  }

  @Test
  void oneThreadGoesRoundExactly() {
    Picker picker = over(fleet);
    List<Endpoint> round = picks(picker, 10);

    assertEquals(Set.copyOf(fleet), Set.copyOf(round));
    int start = fleet.indexOf(round.get(0));
    for (int i = 10; i < 1_000; i++) {
      assertSame(fleet.get((start + i) % 10), pick(picker));
    }
  }

  @Test
  void theStartIsRandom() {
    // light-4j#335 and infinispan PR#6236: every client began with the first server.
    Set<Endpoint> starts = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      starts.add(pick(Strategy.ROUND_ROBIN.over(fleet, equal(10), seed)));
    }
    assertEquals(Set.copyOf(fleet), starts);
  }

  @Test
  void theStartOfAWeightedListIsRandom() {
    // envoy#31378: weights were not respected for the first requests of each client.
    double[] weights = {1, 2, 3, 1, 1, 1, 1, 1, 1, 8};
    long[] starts = new long[10];
    for (int seed = 0; seed < 20_000; seed++) {
      starts[fleet.indexOf(pick(Strategy.ROUND_ROBIN.over(fleet, weights, seed)))]++;
    }
    ChiSquare.assertFits(starts, weights);
  }

  @Test
  void anInstanceAddedDoesNotRestartTheRound() {
    // grpc-java PR#4462: a restart at every change gave the first servers 3 to 4 times the load.
    for (int turn = 0; turn < 9; turn++) {
      Picker before = at(fleet.subList(0, 9), turn);
      pick(before);
      Picker after = rebuild(fleet, before);
      assertEquals(turn == 8 ? fleet.get(0) : fleet.get(turn + 1), pick(after), "turn " + turn);
    }
  }

  @Test
  void anInstanceRemovedBeforeThePositionDoesNotMoveIt() {
    Picker before = at(fleet, 5);
    List<Endpoint> rest = new ArrayList<>(fleet);
    rest.remove(2);

    assertEquals(
        List.of(fleet.get(5), fleet.get(6), fleet.get(7)), picks(rebuild(rest, before), 3));
  }

  @Test
  void anInstanceRemovedAfterThePositionDoesNotMoveIt() {
    Picker before = at(fleet, 5);
    List<Endpoint> rest = new ArrayList<>(fleet);
    rest.remove(7);

    assertEquals(
        List.of(fleet.get(5), fleet.get(6), fleet.get(8)), picks(rebuild(rest, before), 3));
  }

  @Test
  void whenTheInstanceWhoseTurnItIsLeavesTheNextOneIsUp() {
    List<Endpoint> rest = new ArrayList<>(fleet);
    rest.remove(9);
    rest.remove(5);

    assertEquals(List.of(fleet.get(6), fleet.get(7)), picks(rebuild(rest, at(fleet, 5)), 2));
    assertEquals(
        List.of(fleet.get(0), fleet.get(1)), picks(rebuild(rest, at(fleet, 9)), 2), "goes round");
  }

  @Test
  void anInstanceInsertedBeforeThePositionDoesNotMoveIt() {
    Picker before = at(fleet.subList(1, 10), 4);

    assertSame(fleet.get(5), pick(rebuild(fleet, before)));
  }

  @Test
  void frequentChangesOfTheListLeaveTheCountsEven() {
    // grpc-java PR#4462, and Vert.x, whose resolver makes every list anew.
    long[] counts = new long[10];
    Picker picker = over(fleet);
    for (int change = 0; change < 3_000; change++) {
      List<FakeEndpoint> list = new ArrayList<>(fleet);
      FakeEndpoint extra = new FakeEndpoint(100 + change);
      if (change % 2 == 0) {
        list.add(change % 11, extra);
      }
      picker = rebuild(list, picker);
      for (int i = 0; i < 3; i++) {
        Endpoint picked = pick(picker);
        if (picked != extra) {
          counts[fleet.indexOf(picked)]++;
        }
      }
    }
    long total = Arrays.stream(counts).sum();
    for (long count : counts) {
      assertEquals(total / 10.0, count, 0.03 * total / 10, Arrays.toString(counts));
    }
  }

  @Test
  void aListThatWasEmptyOrIsWhollyNewStartsSomewhere() {
    List<FakeEndpoint> others = FakeEndpoint.fleet(4);
    RoundRobinPicker empty = rebuild(List.of(), over(fleet));

    assertEquals(Set.copyOf(others), Set.copyOf(picks(rebuild(others, empty), 4)));
    assertEquals(Set.copyOf(others), Set.copyOf(picks(rebuild(others, over(fleet)), 4)));
  }

  @Test
  void aPreviousPickerOfAnotherStrategyIsNoPosition() {
    Picker random = Strategy.RANDOM.over(fleet, equal(10), 1);

    assertEquals(Set.copyOf(fleet), Set.copyOf(picks(rebuild(fleet, random), 10)));
  }

  @Test
  void theNeighbourOfAnExcludedInstanceGetsNoSecondTurn() {
    // servicetalk#3021: whoever came after an unhealthy host got its traffic as well.
    Picker picker = over(fleet);
    Exclusions excluded = Exclusions.none().plus(fleet.get(3)).plus(fleet.get(4));
    long[] counts = new long[10];
    for (int i = 0; i < 8_000; i++) {
      counts[fleet.indexOf(pick(picker, excluded))]++;
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(i == 3 || i == 4 ? 0 : 1_000, counts[i], 1, Arrays.toString(counts));
    }
  }

  @Test
  void theNeighbourOfAnExcludedInstanceGetsNoSecondTurnWhereWeightsDiffer() {
    double[] weights = {1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
    Picker picker = Strategy.ROUND_ROBIN.over(fleet, weights, 2);
    Exclusions excluded = excluding(fleet.subList(3, 5));
    long[] counts = new long[10];
    for (int i = 0; i < 12_000; i++) {
      counts[fleet.indexOf(pick(picker, excluded))]++;
    }
    for (int i = 0; i < 10; i++) {
      double share = i == 3 || i == 4 ? 0 : weights[i] / 12;
      assertEquals(share * 12_000, counts[i], 30, Arrays.toString(counts));
    }
  }

  @Test
  void theCounterMayOverflow() {
    // Vert.x at 2^31 picks (2 of 3 requests failed), stork#1121 (index -5), commons#1074,
    // servicetalk#3588.
    List<FakeEndpoint> three = fleet.subList(0, 3);
    for (long start : new long[] {Integer.MAX_VALUE - 3L, (1L << 32) - 3, Long.MAX_VALUE - 3}) {
      long[] counts = count(at(three, start), three, 3_000);
      for (long count : counts) {
        // Two runs, before and after the overflow, each of them exact.
        assertEquals(1_000, count, 2, "from " + start + ": " + Arrays.toString(counts));
      }
    }
  }

  @Test
  void theCounterOfAWeightedListMayOverflow() {
    // servicetalk#3588: ArrayIndexOutOfBoundsException after 2^31 picks.
    double[][] cycles = {{1, 2, 5}, {10_000, 20_000, 50_000}, {1, Math.E, Math.PI}};
    List<FakeEndpoint> three = fleet.subList(0, 3);
    for (double[] weights : cycles) {
      double total = Arrays.stream(weights).sum();
      for (long start : new long[] {Integer.MAX_VALUE - 9L, (1L << 32) - 9, Long.MAX_VALUE - 9}) {
        Picker picker =
            WeightedRoundRobinPicker.at(
                Candidates.of(three, weights, RANDOM), new StripedCursor(start));
        long[] counts = count(picker, three, 8_000);
        for (int i = 0; i < 3; i++) {
          assertEquals(weights[i] / total * 8_000, counts[i], 8, "from " + start);
        }
      }
    }
  }

  @Test
  void aListIsRebuiltNearTheOverflowWithoutLosingThePosition() {
    RoundRobinPicker picker = at(fleet, Long.MAX_VALUE);
    Endpoint expected = fleet.get((int) (Long.MAX_VALUE % 10));

    assertSame(expected, pick(rebuild(fleet, picker)));
    pick(picker); // begins anew where the next stripe would, one turn later: at 0
    assertSame(fleet.get(0), pick(rebuild(fleet, picker)));
  }

  @Test
  void threadsDifferByNoMoreThanTheirStripes() throws Exception {
    int threads = 32;
    Picker picker = over(fleet);
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<long[]>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int picks = 2_000 + 7 * i;
        futures.add(
            pool.submit(
                () -> {
                  start.await();
                  return count(picker, fleet, picks);
                }));
      }
      start.countDown();
      long[] counts = new long[10];
      for (Future<long[]> future : futures) {
        long[] mine = future.get(30, TimeUnit.SECONDS);
        for (int i = 0; i < 10; i++) {
          counts[i] += mine[i];
        }
      }
      long most = Arrays.stream(counts).max().orElseThrow();
      long least = Arrays.stream(counts).min().orElseThrow();
      assertTrue(most - least <= StripedCursor.STRIPES, () -> Arrays.toString(counts));
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void noTurnIsLostWhereTwoThreadsShareAStripe() throws Exception {
    int turns = 3_000_000;
    StripedCursor cursor = new StripedCursor(0);
    List<ExecutorService> threads = new ArrayList<>();
    ExecutorService[] byStripe = new ExecutorService[StripedCursor.STRIPES];
    try {
      while (true) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        threads.add(thread);
        int stripe = thread.submit(() -> stripeOfThisThread(new StripedCursor(0))).get();
        if (byStripe[stripe] == null) {
          byStripe[stripe] = thread;
          continue;
        }
        CyclicBarrier start = new CyclicBarrier(2);
        Callable<Object> take =
            () -> {
              start.await();
              for (int i = 0; i < turns; i++) {
                cursor.next();
              }
              return null;
            };
        Future<Object> one = thread.submit(take);
        byStripe[stripe].submit(take).get(30, TimeUnit.SECONDS);
        one.get(30, TimeUnit.SECONDS);
        assertEquals(2L * turns, cursor.peek(stripe));
        return;
      }
    } finally {
      threads.forEach(ExecutorService::shutdown);
    }
  }

  private static int stripeOfThisThread(StripedCursor cursor) {
    cursor.next();
    int stripe = 0;
    while (!cursor.hasBegun(stripe)) {
      stripe++;
    }
    return stripe;
  }
}
