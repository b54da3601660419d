package dev.steelyard.lb.sticky;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.select.FakeEndpoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Invariant 8: a session stays while its instance serves; the table never passes its bound. */
class StickySessionTablePropertyTest {
  private static final int ENDPOINTS = 4;
  private static final long SECOND = 1_000_000_000L;
  private static final long IDLE = 60 * SECOND;
  private static final long LIFETIME = 300 * SECOND;

  enum Act {
    LOOKUP,
    SUCCESS,
    UNBIND,
    LOSE,
    RECOVER,
    WAIT
  }

  record Step(Act act, int session, int endpoint, int seconds) {}

  /** What the table should know of a session. */
  private static final class Binding {
    final FakeEndpoint endpoint;
    final long madeAt;
    long usedAt;

    Binding(FakeEndpoint endpoint, long now) {
      this.endpoint = endpoint;
      this.madeAt = now;
      this.usedAt = now;
    }
  }

  @Provide
  Arbitrary<List<Step>> fewSessions() {
    return steps(6, 150);
  }

  @Provide
  Arbitrary<List<Step>> manySessions() {
    return steps(40, 200);
  }

  private static Arbitrary<List<Step>> steps(int sessions, int most) {
    Arbitrary<Act> acts =
        Arbitraries.frequency(
            Tuple.of(6, Act.LOOKUP),
            Tuple.of(8, Act.SUCCESS),
            Tuple.of(1, Act.UNBIND),
            Tuple.of(2, Act.LOSE),
            Tuple.of(2, Act.RECOVER),
            Tuple.of(3, Act.WAIT));
    return Combinators.combine(
            acts,
            Arbitraries.integers().between(0, sessions - 1),
            Arbitraries.integers().between(0, ENDPOINTS - 1),
            Arbitraries.of(2, 20, 30, 59, 60, 61, 299, 300, 301))
        .as(Step::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(most);
  }

  /** Against a plain model, which says of each step what must come of it. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void everySessionIsWhereAPlainModelSays(
      @ForAll("fewSessions") List<Step> steps, @ForAll boolean strict, @ForAll long origin) {
    AtomicLong now = new AtomicLong(origin);
    StickySessionTable table =
        StickySessionTable.builder()
            .ticker(now::get)
            .idleExpiry(Duration.ofNanos(IDLE))
            .maxLifetime(Duration.ofNanos(LIFETIME))
            .strict(strict)
            .build();
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(ENDPOINTS);
    Map<String, Binding> model = new HashMap<>();
    long hits = 0;
    long misses = 0;
    long refusals = 0;
    long rebinds = 0;
    for (Step step : steps) {
      String session = "s" + step.session();
      FakeEndpoint endpoint = fleet.get(step.endpoint());
      long time = now.get();
      model
          .values()
          .removeIf(known -> time - known.usedAt >= IDLE || time - known.madeAt >= LIFETIME);
      Binding known = model.get(session);
      boolean serves = known != null && known.endpoint.servesBoundSessions;
      if (known != null && (step.act() == Act.LOOKUP || step.act() == Act.SUCCESS)) {
        known.usedAt = time;
      }
      switch (step.act()) {
        case LOOKUP -> {
          hits += serves ? 1 : 0;
          refusals += known != null && !serves && strict ? 1 : 0;
          misses += known == null || (!serves && !strict) ? 1 : 0;
          FakeEndpoint expected = known != null && (serves || strict) ? known.endpoint : null;
          assertSame(expected, table.lookup(session));
        }
        case SUCCESS -> {
          table.bind(session, endpoint);
          if (endpoint.servesBoundSessions && (known == null || (!serves && !strict))) {
            rebinds += known == null ? 0 : 1;
            model.put(session, new Binding(endpoint, time));
          }
        }
        case UNBIND -> {
          table.unbind(session);
          model.remove(session);
        }
        case LOSE -> endpoint.servesBoundSessions = false;
        case RECOVER -> endpoint.servesBoundSessions = true;
        case WAIT -> now.addAndGet(step.seconds() * SECOND);
      }
    }
    assertEquals(hits, table.hits());
    assertEquals(misses, table.misses());
    assertEquals(refusals, table.refusals());
    assertEquals(rebinds, table.rebinds());
    assertEquals(0, table.evictions());
    checkCounts(table, fleet, 6);
  }

  /** In a table that is too small, with the cap or without: whatever is dropped, nothing moves. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void aSessionMovesOnlyFromWhatDoesNotServeAndTheBoundHolds(
      @ForAll("manySessions") List<Step> steps, @ForAll boolean capped) {
    AtomicLong now = new AtomicLong();
    int bound = capped ? 30 : 8;
    StickySessionTable table =
        StickySessionTable.builder()
            .ticker(now::get)
            .maximumSize(bound)
            .idleExpiry(Duration.ofNanos(IDLE))
            .maxShare(capped ? 0.3 : 1)
            .build();
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(ENDPOINTS);
    for (Step step : steps) {
      String session = "s" + step.session();
      FakeEndpoint endpoint = fleet.get(step.endpoint());
      Instance before = table.boundTo(session);
      boolean lost = before != null && !find(fleet, before).servesBoundSessions;
      switch (step.act()) {
        case LOOKUP -> {
          FakeEndpoint found = (FakeEndpoint) table.lookup(session);
          assertEquals(before == null || lost ? null : find(fleet, before), found);
        }
        case SUCCESS -> {
          long moved = table.rebinds();
          long sessions = table.size();
          table.bind(session, endpoint);
          Instance after = table.boundTo(session);
          if (before != null && !lost) {
            assertSame(before, after);
          } else if (after != null && after != before) {
            assertSame(endpoint.instance(), after);
            assertTrue(endpoint.servesBoundSessions);
            double share = Math.max(10, Math.ceil(0.3 * (sessions + 1)));
            assertFalse(capped && table.sessions(endpoint) > share);
          }
          boolean isMoved = before != null && after != null && before != after;
          assertEquals(isMoved ? 1 : 0, table.rebinds() - moved);
        }
        case UNBIND -> {
          table.unbind(session);
          assertNull(table.boundTo(session));
        }
        case LOSE -> endpoint.servesBoundSessions = false;
        case RECOVER -> endpoint.servesBoundSessions = true;
        case WAIT -> now.addAndGet(step.seconds() * SECOND);
      }
      assertTrue(table.size() <= bound, () -> table.size() + " sessions");
      assertEquals(table.size(), fleet.stream().mapToInt(table::sessions).sum());
    }
    checkCounts(table, fleet, 40);
  }

  private static FakeEndpoint find(List<FakeEndpoint> fleet, Instance instance) {
    return fleet.stream().filter(one -> one.instance() == instance).findFirst().orElseThrow();
  }

  private static void checkCounts(StickySessionTable table, List<FakeEndpoint> fleet, int most) {
    table.cleanUp();
    Map<Instance, Integer> counts = new HashMap<>();
    for (int i = 0; i < most; i++) {
      Instance instance = table.boundTo("s" + i);
      if (instance != null) {
        counts.merge(instance, 1, Integer::sum);
      }
    }
    for (FakeEndpoint endpoint : fleet) {
      assertEquals(counts.getOrDefault(endpoint.instance(), 0), table.sessions(endpoint));
    }
    assertEquals(counts.size(), table.endpoints());
    assertEquals(counts.values().stream().mapToInt(Integer::intValue).sum(), table.size());
  }
}
