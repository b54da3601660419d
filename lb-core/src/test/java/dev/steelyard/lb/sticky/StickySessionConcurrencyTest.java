package dev.steelyard.lb.sticky;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class StickySessionConcurrencyTest {
  private static final int THREADS = 8;
  private static final int SESSIONS = 2_000;

  private static String[] sessions(int count) {
    String[] sessions = new String[count];
    for (int i = 0; i < count; i++) {
      sessions[i] = "s" + i;
    }
    return sessions;
  }

  /** In each round all sessions lose their endpoint, and each thread succeeds on one of its own. */
  @Test
  void threadsThatRaceToBindTheSameSessionsAgreeOnOneBinding() throws Exception {
    int rounds = 10;
    StickySessionTable table = StickySessionTable.builder().build();
    String[] sessions = sessions(SESSIONS);
    List<List<FakeEndpoint>> fleets = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      fleets.add(FakeEndpoint.fleet(THREADS));
    }
    Endpoint[][] seen = new Endpoint[THREADS][SESSIONS];
    CyclicBarrier turn = new CyclicBarrier(THREADS);
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      bodies.add(
          () -> {
            for (int round = 0; round < rounds; round++) {
              if (turn.await(30, TimeUnit.SECONDS) == 0 && round > 0) {
                fleets.get(round - 1).forEach(lost -> lost.servesBoundSessions = false);
              }
              turn.await(30, TimeUnit.SECONDS);
              FakeEndpoint own = fleets.get(round).get(thread);
              for (int i = 0; i < SESSIONS; i++) {
                if (table.lookup(sessions[i]) == null) {
                  table.bind(sessions[i], own);
                }
                seen[thread][i] = table.lookup(sessions[i]);
              }
              if (turn.await(30, TimeUnit.SECONDS) == 0) {
                agree(seen, fleets.get(round), table);
              }
            }
          });
    }
    Threads.together(bodies);
    assertEquals((rounds - 1) * SESSIONS, table.rebinds(), "one for each loss");
    assertTrue(table.endpoints() <= THREADS);
    fleets.subList(0, rounds - 1).forEach(old -> old.forEach(one -> assertNone(table, one)));
  }

  private static void assertNone(StickySessionTable table, Endpoint endpoint) {
    assertEquals(0, table.sessions(endpoint));
  }

  private static void agree(Endpoint[][] seen, List<FakeEndpoint> fleet, StickySessionTable table) {
    int[] counts = new int[THREADS];
    for (int i = 0; i < SESSIONS; i++) {
      Endpoint bound = table.lookup("s" + i);
      counts[fleet.indexOf(bound)]++;
      for (Endpoint[] thread : seen) {
        assertSame(bound, thread[i], "session " + i);
      }
    }
    for (int t = 0; t < THREADS; t++) {
      assertEquals(counts[t], table.sessions(fleet.get(t)));
    }
  }

  /** All that can happen at once: loss, return, expiry, eviction, unbinding, and the cap. */
  @Test
  void theCountsOfTheEndpointsAreExactAfterAllThatCanHappenAtOnce() throws Exception {
    for (double share : new double[] {1, 0.2}) {
      AtomicLong now = new AtomicLong();
      StickySessionTable table =
          StickySessionTable.builder()
              .ticker(now::get)
              .maximumSize(SESSIONS / 2)
              .idleExpiry(Duration.ofSeconds(5))
              .maxLifetime(Duration.ofSeconds(20))
              .maxShare(share)
              .build();
      String[] sessions = sessions(SESSIONS);
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
      List<Threads.Body> bodies = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        SplittableRandom random = new SplittableRandom(t);
        bodies.add(
            () -> {
              for (int i = 0; i < 25_000; i++) {
                String session = sessions[random.nextInt(SESSIONS)];
                FakeEndpoint endpoint = fleet.get(random.nextInt(fleet.size()));
                int act = random.nextInt(100);
                if (act < 90) {
                  Endpoint bound = table.lookup(session);
                  table.bind(session, bound == null ? endpoint : bound);
                } else if (act < 94) {
                  table.unbind(session);
                } else if (act < 98) {
                  endpoint.servesBoundSessions = act < 96;
                } else {
                  now.addAndGet(random.nextLong(1_000_000L));
                }
              }
            });
      }
      Threads.together(bodies);
      table.cleanUp();
      assertTrue(table.size() <= SESSIONS / 2, () -> table.size() + " sessions");
      int sum = 0;
      for (FakeEndpoint endpoint : fleet) {
        int bound = 0;
        for (String session : sessions) {
          Instance instance = table.boundTo(session);
          bound += instance == endpoint.instance() ? 1 : 0;
        }
        assertEquals(bound, table.sessions(endpoint));
        sum += bound;
      }
      assertEquals(sum, table.size());
      assertTrue(table.evictions() > 0 && table.rebinds() > 0 && table.hits() > 0);
      assertEquals(share < 1, table.capped() > 0);
    }
  }

  /** Reserved before it is bound: two that look at once do not both get the last place. */
  @Test
  void theShareHoldsAmongThreadsThatBindAtOnce() throws Exception {
    StickySessionTable table = StickySessionTable.builder().maxShare(0.5).build();
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    for (int i = 0; i < 100; i++) {
      table.bind("other " + i, i < 10 ? fleet.get(1) : new FakeEndpoint(2 + i));
    }
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      bodies.add(
          () -> {
            for (int i = 0; i < 1_000; i++) {
              table.bind(thread + " " + i, fleet.get(0));
            }
          });
    }
    Threads.together(bodies);
    // 101 of 201; the next would be the 102nd of 202, and half of that is 101.
    assertEquals(101, table.sessions(fleet.get(0)));
    assertEquals(8_000 - 101, table.capped());
  }

  /**
   * smallrye-stork: four threads on its "sticky" strategy got NullPointerExceptions, as the last
   * choice was read twice. Here an endpoint is lost, and sessions forgotten, between any two steps.
   */
  @Test
  void noThreadEverSeesAHalfMadeBinding() throws Exception {
    StickySessionTable table = StickySessionTable.builder().maximumSize(16).build();
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
    RandomSource random = RandomSource.threadLocal();
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      bodies.add(
          () -> {
            for (int i = 0; i < 40_000; i++) {
              String session = "s" + (random.nextLong() & 31);
              FakeEndpoint endpoint = fleet.get((int) (random.nextLong() >>> 62) % 3);
              Endpoint bound = table.lookup(session);
              assertTrue(bound == null || fleet.contains(bound));
              table.bind(session, endpoint);
              endpoint.servesBoundSessions = (random.nextLong() & 7) != 0;
              Instance instance = table.boundTo(session);
              assertTrue(instance == null || instance.id().startsWith("host-"));
              if ((random.nextLong() & 15) == 0) {
                table.unbind(session);
              }
            }
          });
    }
    Threads.together(bodies);
    table.cleanUp();
    assertEquals(table.size(), fleet.stream().mapToInt(table::sessions).sum());
  }
}
