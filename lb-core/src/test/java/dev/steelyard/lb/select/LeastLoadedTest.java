package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The strategies over the whole set, and the fixed order. */
@Timeout(60)
class LeastLoadedTest {
  private static final RandomSource RANDOM = RandomSource.seeded(5);

  private static Picker over(Selector selector, List<FakeEndpoint> fleet, double... weights) {
    return selector.prepare(Candidates.of(fleet, weights, RANDOM), null);
  }

  @Test
  void theLeastBusyOfAllIsPicked() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(100);
    Picker picker = over(Selectors.leastRequests(), fleet, equal(100));
    for (int i = 0; i < 1_000; i++) {
      int least = fleet.stream().mapToInt(FakeEndpoint::inFlight).min().orElseThrow();
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      assertEquals(least, picked.inFlight());
      picked.begin();
    }
    // 1000 requests over 100: ten each, exactly
    fleet.forEach(endpoint -> assertEquals(10, endpoint.inFlight(), endpoint::toString));
  }

  @Test
  void aSequentialClientSpreadsItsRequests() {
    // stork's least-requests, Vert.x and ribbon: 1000 of 1000 sequential requests to instance 0.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    Picker picker = over(Selectors.leastRequests(), fleet, equal(10));
    long[] counts = new long[10];
    for (int i = 0; i < 10_000; i++) {
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      picked.begin();
      counts[fleet.indexOf(picked)]++;
      picked.end(Outcome.SUCCESS, -1);
    }
    ChiSquare.assertFits(counts, equal(10));
  }

  @Test
  void atTenThousandAPickIsWithinOneOfTheTrueMinimum() {
    int size = 10_000;
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(size);
    Picker picker = over(Selectors.leastRequests(), fleet, equal(size));
    SplittableRandom random = new SplittableRandom(7);
    List<FakeEndpoint> open = new ArrayList<>();
    int[] levels = new int[100];
    levels[0] = size;
    int off = 0;
    int picks = 200_000;
    for (int i = 0; i < picks; i++) {
      // Between 30 000 and 50 000 in flight, ending in any order.
      boolean ends = open.size() > 50_000 || (open.size() > 30_000 && random.nextBoolean());
      if (ends) {
        int last = open.size() - 1;
        int index = random.nextInt(open.size());
        FakeEndpoint ended = open.get(index);
        open.set(index, open.get(last));
        open.remove(last);
        levels[ended.inFlight()]--;
        ended.end(Outcome.SUCCESS, -1);
        levels[ended.inFlight()]++;
      } else {
        FakeEndpoint picked = (FakeEndpoint) pick(picker);
        int least = 0;
        while (levels[least] == 0) {
          least++;
        }
        off += picked.inFlight() > least + 1 ? 1 : 0;
        open.add(picked);
        levels[picked.inFlight()]--;
        picked.begin();
        levels[picked.inFlight()]++;
      }
    }
    assertEquals(0, off);
  }

  @Test
  void busySharesFollowTheWeights() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    double[] weights = {3, 3, 3, 3, 3, 1, 1, 1, 1, 1};
    Picker picker = over(Selectors.leastRequests(), fleet, weights);
    long[] counts = new long[10];
    Deque<FakeEndpoint> open = new ArrayDeque<>();
    for (int i = 0; i < 20_000; i++) {
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      counts[fleet.indexOf(picked)]++;
      picked.begin();
      open.add(picked);
      if (open.size() > 100) {
        open.remove().end(Outcome.SUCCESS, -1);
      }
    }
    double heavy = Arrays.stream(counts, 0, 5).sum() / 20_000.0;
    assertEquals(0.75, heavy, 0.01, Arrays.toString(counts));
  }

  @Test
  void anInstanceThatFailsFastGetsNearlyNothing() {
    // dubbo: shortestresponse 1996 of 2000 to a failing host, leastactive 81 %.
    for (Selector selector : List.of(Selectors.leastRequests(), Selectors.leastResponseTime())) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
      fleet.get(3).latencyNanos = 10;
      fleet.get(3).failureRate = 0.3;
      Picker picker = over(selector, fleet, equal(10));
      for (int i = 0; i < 500; i++) {
        FakeEndpoint picked = (FakeEndpoint) pick(picker);
        picked.begin();
        assertNotSame(fleet.get(3), picked);
        if (i % 2 == 0) {
          picked.end(Outcome.SUCCESS, 1_000);
        }
      }
    }
  }

  @Test
  void aFailureThatHasFadedIsFoundOutWithoutARequest() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    fleet.get(3).failureRate = 0.9;
    Picker picker = over(Selectors.leastRequests(), fleet, equal(10));
    fleet.get(3).failureRate = 0.1; // time has passed, and nobody tells
    Set<Endpoint> picked = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      picked.add(pick(picker));
    }
    assertTrue(picked.contains(fleet.get(3)));
  }

  @Test
  void theFastestOfAllIsFound() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(1_000);
    fleet.get(777).latencyNanos = 1e5;
    Picker picker = over(Selectors.leastResponseTime(), fleet, equal(1_000));
    assertSame(fleet.get(777), picker.pick(RequestContext.empty(), Exclusions.none(), 1));
    fleet.get(777).inFlight.set(10); // ten before it take longer than one elsewhere
    fleet.get(777).begin();
    assertNotSame(fleet.get(777), picker.pick(RequestContext.empty(), Exclusions.none(), 2));
  }

  @Test
  void whatIsUnprovenGetsOneRequestAtATimeWhenItIsDrawn() {
    // Not because it is idle: all clients would send theirs at the same moment.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(20);
    List<FakeEndpoint> newcomers = fleet.subList(0, 5);
    newcomers.forEach(endpoint -> endpoint.unproven = true);
    Picker picker = over(Selectors.leastResponseTime(), fleet, equal(20));
    long[] counts = Strategy.count(picker, fleet, 20_000);
    for (int i = 0; i < 5; i++) {
      assertEquals(1_000, counts[i], 150, Arrays.toString(counts));
    }
    for (int i = 0; i < 500; i++) {
      FakeEndpoint picked = (FakeEndpoint) pick(picker);
      assertTrue(!picked.unproven || picked.inFlight() == 0);
      picked.begin();
    }
    newcomers.forEach(endpoint -> assertEquals(1, endpoint.inFlight()));
  }

  @Test
  void manyThreadsLeaveTheTreeAsTheLoadsAre() throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(40);
    Picker picker = over(Selectors.leastRequests(), fleet, equal(40));
    int threads = 8;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        futures.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 20_000; i++) {
                    FakeEndpoint picked = (FakeEndpoint) pick(picker);
                    picked.begin();
                    picked.end(Outcome.SUCCESS, -1);
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get(50, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdown();
    }
    for (int i = 0; i < 4_000; i++) { // if a leaf were wrong, the counts would now drift apart
      ((FakeEndpoint) pick(picker)).begin();
    }
    fleet.forEach(endpoint -> assertEquals(100, endpoint.inFlight(), endpoint::toString));
  }

  @Test
  void failoverKeepsToTheFirstThatWorks() {
    List<FakeEndpoint> fleet = new ArrayList<>();
    for (String priority : List.of("7", "-1", "2", "none")) {
      Instance instance = Instance.of("host-" + priority + ":80");
      fleet.add(
          new FakeEndpoint(
              priority.equals("none")
                  ? instance
                  : instance.withMetadata(Selectors.PRIORITY, priority)));
    }
    Picker picker = over(Selectors.failover(), fleet, 1, 1, 100, 1);

    assertSame(fleet.get(1), pick(picker));
    assertSame(fleet.get(2), pick(picker, Exclusions.none().plus(fleet.get(1))));
    fleet.get(1).failureRate = 0.5;
    assertSame(fleet.get(2), pick(picker));
    fleet.get(2).failureRate = 0.5;
    fleet.get(0).failureRate = 0.5;
    assertSame(fleet.get(3), pick(picker));
    fleet.get(3).failureRate = 0.5;
    assertSame(fleet.get(1), pick(picker)); // all fail: the first one again
  }

  @Test
  void failoverMayHaveAnotherOrder() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    Comparator<Instance> backwards = Comparator.comparing(Instance::id).reversed();
    Picker picker = over(Selectors.failover(backwards), fleet, equal(3));

    assertSame(fleet.get(2), pick(picker));
  }

  @Test
  void aPriorityThatIsNoNumberIsRefused() {
    FakeEndpoint odd =
        new FakeEndpoint(Instance.of("a:80").withMetadata(Selectors.PRIORITY, "high"));
    IllegalArgumentException refusal =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalArgumentException.class,
            () -> over(Selectors.failover(), List.of(odd, new FakeEndpoint(1)), 1, 1));

    assertEquals("priority of instance a:80: high (expected: an integer)", refusal.getMessage());
  }
}
