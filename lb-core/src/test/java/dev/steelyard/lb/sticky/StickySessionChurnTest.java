package dev.steelyard.lb.sticky;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.steelyard.lb.select.FakeEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fleet of which one in a hundred is replaced each second, under 100 000 sessions. */
class StickySessionChurnTest {
  private static final int ENDPOINTS = 100;
  private static final int SESSIONS = 100_000;
  private static final int SECONDS = 10;

  private final SplittableRandom random = new SplittableRandom(42);
  private final AtomicLong now = new AtomicLong();

  @Test
  @Timeout(60)
  void theSessionsOfTheSurvivorsNeverMove() {
    StickySessionTable table = StickySessionTable.builder().ticker(now::get).build();
    List<FakeEndpoint> fleet = new ArrayList<>(FakeEndpoint.fleet(ENDPOINTS));
    List<FakeEndpoint> gone = new ArrayList<>();
    String[] sessions = new String[SESSIONS];
    FakeEndpoint[] bound = new FakeEndpoint[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
      sessions[i] = "session-" + i;
      bound[i] = fleet.get(random.nextInt(ENDPOINTS));
      table.bind(sessions[i], bound[i]);
    }
    long lost = 0;
    for (int second = 0; second < SECONDS; second++) {
      now.addAndGet(1_000_000_000L);
      FakeEndpoint leaving =
          fleet.set(random.nextInt(ENDPOINTS), new FakeEndpoint(ENDPOINTS + second));
      leaving.servesBoundSessions = false;
      gone.add(leaving);
      for (int i = 0; i < SESSIONS; i++) {
        if (bound[i] == leaving) {
          assertNull(table.lookup(sessions[i]));
          bound[i] = fleet.get(random.nextInt(ENDPOINTS));
          table.bind(sessions[i], bound[i]);
          lost++;
        } else {
          assertSame(bound[i], table.lookup(sessions[i]));
        }
      }
    }
    assertEquals(lost, table.rebinds());
    assertEquals(lost, table.misses());
    assertEquals((long) SECONDS * SESSIONS - lost, table.hits());
    assertEquals(SESSIONS, table.size());
    assertEquals(0, table.evictions());
    gone.forEach(endpoint -> assertEquals(0, table.sessions(endpoint)));
    int[] counts = new int[ENDPOINTS];
    for (FakeEndpoint endpoint : bound) {
      counts[fleet.indexOf(endpoint)]++;
    }
    for (int i = 0; i < ENDPOINTS; i++) {
      assertEquals(counts[i], table.sessions(fleet.get(i)));
    }
  }
}
