package dev.steelyard.lb.sticky;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.testing.Allocations;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StickySessionTableTest {
  private final AtomicLong now = new AtomicLong();
  private final List<FakeEndpoint> fleet = FakeEndpoint.fleet(4);
  private final FakeEndpoint a = fleet.get(0);
  private final FakeEndpoint b = fleet.get(1);
  private final FakeEndpoint c = fleet.get(2);

  private StickySessionTable.Builder builder() {
    return StickySessionTable.builder().ticker(now::get);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void aSessionGoesWhereItsFirstSuccessWas() {
    StickySessionTable table = builder().build();
    assertNull(table.lookup("s"));
    table.bind("s", a);
    assertSame(a, table.lookup("s"));
    assertSame(a.instance(), table.boundTo("s"));
    assertEquals(1, table.sessions(a));
    assertEquals(1, table.hits());
    assertEquals(1, table.misses());
    assertEquals(1, table.size());
  }

  @Test
  void aSuccessElsewhereDoesNotMoveASessionWhoseEndpointServes() {
    StickySessionTable table = builder().build();
    table.bind("s", a);
    table.bind("s", b); // a retry, or the request excluded a
    assertSame(a, table.lookup("s"));
    assertEquals(0, table.sessions(b));
    assertEquals(0, table.rebinds());
  }

  /** ingress-nginx#7960: every request after the loss was balanced anew. */
  @Test
  void afterALossTheFirstSuccessBindsAnewAndTheNextRequestIsAHit() {
    StickySessionTable table = builder().build();
    table.bind("s", a);
    a.servesBoundSessions = false;
    assertNull(table.lookup("s"));
    assertSame(a.instance(), table.boundTo("s"), "no success yet");
    table.bind("s", b);
    assertSame(b, table.lookup("s"));
    assertEquals(1, table.rebinds());
    assertEquals(0, table.sessions(a));
    assertEquals(1, table.sessions(b));
    assertEquals(1, table.endpoints());

    a.servesBoundSessions = true;
    assertSame(b, table.lookup("s"), "what was lost does not get its sessions back");
  }

  @Test
  void aSessionThatWasNotMovedYetGoesBackToAnEndpointThatReturns() {
    StickySessionTable table = builder().build();
    table.bind("s", a);
    a.servesBoundSessions = false;
    assertNull(table.lookup("s"));
    a.servesBoundSessions = true;
    assertSame(a, table.lookup("s"));
    table.bind("s", b); // the request that was balanced anew ends
    assertSame(a, table.lookup("s"));
    assertEquals(0, table.rebinds());
  }

  @Test
  void anEndpointThatWasLostWhileItAnsweredIsNotBoundTo() {
    StickySessionTable table = builder().build();
    a.servesBoundSessions = false;
    table.bind("s", a);
    assertNull(table.boundTo("s"));
    assertEquals(0, table.sessions(a));
    table.bind("s", b);
    b.servesBoundSessions = false;
    table.bind("s", a);
    assertSame(b.instance(), table.boundTo("s"));
    assertEquals(0, table.rebinds());
  }

  @Test
  void anIncarnationIsAnEndpointOfItsOwn() {
    StickySessionTable table = builder().build();
    FakeEndpoint second = new FakeEndpoint(a.instance());
    table.bind("s", a);
    a.servesBoundSessions = false;
    assertNull(table.lookup("s"), "the same id, but it knows nothing of the session");
    table.bind("s", second);
    assertSame(second, table.lookup("s"));
  }

  @Test
  void aStrictTableRefusesToMoveASession() {
    StickySessionTable table = builder().strict(true).build();
    assertTrue(table.isStrict());
    assertNull(table.lookup("s"), "one that is not bound may go anywhere");
    table.bind("s", a);
    a.servesBoundSessions = false;
    assertSame(a, table.lookup("s"));
    assertEquals(1, table.refusals());
    assertEquals(1, table.misses());
    table.bind("s", b);
    assertSame(a, table.lookup("s"));
    assertEquals(0, table.rebinds());

    a.servesBoundSessions = true;
    assertSame(a, table.lookup("s"));
    assertEquals(1, table.hits());
    a.servesBoundSessions = false;
    table.unbind("s");
    assertNull(table.lookup("s"));
    table.bind("s", b);
    assertSame(b, table.lookup("s"));
    assertEquals(2, table.refusals());
  }

  @Test
  void anIdleSessionIsForgottenAndAUsedOneIsNot() {
    StickySessionTable table = builder().idleExpiry(Duration.ofMinutes(1)).build();
    table.bind("used", a);
    table.bind("idle", a);
    pass(Duration.ofSeconds(59));
    assertSame(a, table.lookup("used"));
    assertSame(a.instance(), table.boundTo("idle"), "a look by people is no use");
    pass(Duration.ofSeconds(1));
    assertNull(table.boundTo("idle"));
    assertNull(table.lookup("idle"));
    assertSame(a, table.lookup("used"));
    assertEquals(1, table.misses());
    table.cleanUp();
    assertEquals(1, table.sessions(a));
    assertEquals(1, table.size());
    assertEquals(0, table.evictions());
  }

  @Test
  void aBindingEndsWithItsLifeHoweverMuchItIsUsed() {
    StickySessionTable table =
        builder().idleExpiry(Duration.ofMinutes(2)).maxLifetime(Duration.ofMinutes(10)).build();
    table.bind("s", a);
    for (int minute = 1; minute < 10; minute++) {
      pass(Duration.ofMinutes(1));
      assertSame(a, table.lookup("s"));
      table.bind("s", a);
    }
    pass(Duration.ofMinutes(1));
    assertNull(table.lookup("s"));
    table.bind("s", b);
    assertSame(b, table.lookup("s"));
    assertEquals(0, table.sessions(a));
    assertEquals(1, table.sessions(b));
    assertEquals(0, table.rebinds(), "it was not lost");
  }

  @Test
  void aBindingThatMovedBeginsANewLife() {
    StickySessionTable table = builder().maxLifetime(Duration.ofMinutes(10)).build();
    table.bind("s", a);
    pass(Duration.ofMinutes(9));
    a.servesBoundSessions = false;
    table.bind("s", b);
    pass(Duration.ofMinutes(9));
    assertSame(b, table.lookup("s"));
    pass(Duration.ofMinutes(1));
    assertNull(table.lookup("s"));
  }

  @Test
  void anExpiredSessionIsCountedOnceWhenItIsBoundToTheSameEndpointAgain() {
    StickySessionTable table = builder().idleExpiry(Duration.ofMinutes(1)).build();
    for (int round = 0; round < 5; round++) {
      table.bind("s", a);
      assertEquals(1, table.sessions(a));
      pass(Duration.ofMinutes(1));
    }
    table.cleanUp();
    assertEquals(0, table.sessions(a));
    assertEquals(0, table.endpoints());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 30_000_000_000L})
  void theOriginOfTheClockDoesNotMatter(long origin) {
    now.set(origin);
    StickySessionTable table = builder().idleExpiry(Duration.ofMinutes(1)).build();
    table.bind("s", a);
    pass(Duration.ofSeconds(59));
    assertSame(a, table.lookup("s"));
    pass(Duration.ofSeconds(59));
    assertSame(a, table.lookup("s"));
    pass(Duration.ofSeconds(60));
    assertNull(table.lookup("s"));
  }

  @Test
  void aClockThatStepsBackEndsNoSession() {
    now.set(Duration.ofHours(1).toNanos());
    StickySessionTable table = builder().idleExpiry(Duration.ofMinutes(1)).build();
    table.bind("s", a);
    now.set(0);
    assertSame(a, table.lookup("s"));
  }

  @Test
  void whatIsUnboundIsForgotten() {
    StickySessionTable table = builder().build();
    table.bind("s", a);
    table.unbind("s");
    table.unbind("s");
    table.unbind("never seen");
    assertNull(table.lookup("s"));
    assertEquals(0, table.sessions(a));
    assertEquals(0, table.evictions());
  }

  @Test
  void aFullTableDropsSessionsAndCountsThem() {
    StickySessionTable table = builder().maximumSize(100).build();
    for (int i = 0; i < 1_000; i++) {
      table.bind("s" + i, fleet.get(i % 4));
      assertTrue(table.size() <= 100);
    }
    assertEquals(100, table.size());
    assertEquals(900, table.evictions());
    assertEquals(100, fleet.stream().mapToInt(table::sessions).sum(), "told on this thread");
  }

  /** A flood of sessions that are never used again, as an attacker invents them. */
  @Test
  void aFloodOfInventedSessionsDoesNotDriveOutTheUsedOnes() {
    StickySessionTable table = builder().maximumSize(1_000).build();
    for (int i = 0; i < 500; i++) {
      table.bind("real " + i, a);
    }
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 500; i++) {
        table.lookup("real " + i);
      }
    }
    for (int i = 0; i < 20_000; i++) {
      table.bind("invented " + i, b);
    }
    int kept = 0;
    for (int i = 0; i < 500; i++) {
      kept += table.boundTo("real " + i) == null ? 0 : 1;
    }
    assertTrue(kept >= 400, kept + " of 500 are left");
  }

  @Test
  void noEndpointGetsMoreThanItsShare() {
    StickySessionTable table = builder().maxShare(0.5).build();
    for (int i = 0; i < 12; i++) {
      table.bind("a" + i, a);
    }
    assertEquals(StickySessionTable.SESSIONS_BELOW_SHARE, table.sessions(a));
    assertEquals(2, table.capped());
    assertNull(table.boundTo("a11"), "it was served, but not bound");
    for (int i = 0; i < 10; i++) {
      table.bind("b" + i, b);
    }
    assertEquals(10, table.sessions(b));
    table.bind("a10", a); // ceil(0.5 * 21) = 11
    table.bind("a11", a); // ceil(0.5 * 22) = 11
    assertEquals(11, table.sessions(a));
    assertEquals(3, table.capped());
    table.unbind("a0");
    table.bind("a11", a); // ceil(0.5 * 21) = 11
    assertEquals(11, table.sessions(a));
  }

  @Test
  void aSessionThatIsMovedStaysOneSessionForTheShare() {
    StickySessionTable table = builder().maxShare(0.5).build();
    for (int i = 0; i < 20; i++) {
      table.bind("s" + i, i < 10 ? a : b);
    }
    a.servesBoundSessions = false;
    for (int i = 0; i < 10; i++) {
      table.bind("s" + i, b); // ceil(0.5 * 20) = 10, and b has them
      table.bind("s" + i, c);
    }
    assertEquals(10, table.sessions(b));
    assertEquals(10, table.sessions(c));
    assertEquals(0, table.sessions(a));
    assertEquals(10, table.capped());
    assertEquals(10, table.rebinds());
  }

  @Test
  void aShareIsNotRoundedUpByAnErrorOfTheLastBit() {
    StickySessionTable table = builder().maxShare(0.14).build(); // 0.14 * 100 > 14
    for (int i = 0; i < 85; i++) {
      table.bind("other " + i, new FakeEndpoint(i));
    }
    for (int i = 0; i < 20; i++) {
      table.bind("s" + i, a);
    }
    assertEquals(14, table.sessions(a), "the 15th would be one of 100");
  }

  /** HAProxy cuts a string key at the length of its stick-table: two users became one. */
  @Test
  void aLongKeyIsRefusedAndNeverCut() {
    StickySessionTable table = builder().maxKeyLength(32).build();
    String prefix = "x".repeat(31);
    table.bind(prefix + "1", a);
    table.bind(prefix + "2", b);
    assertSame(a, table.lookup(prefix + "1"));
    assertSame(b, table.lookup(prefix + "2"));

    String secret = "secret".repeat(6);
    String expected = "session key: 36 chars (expected: at most 32)";
    assertEquals(expected, refused(() -> table.sessionOf(RequestContext.forKey(secret))));
    assertEquals(expected, refused(() -> table.bind(secret, a)));
    assertNull(table.lookup(secret));
    assertNull(table.boundTo(secret));
    table.unbind(secret);
    assertEquals(1, table.sessions(a));
  }

  @Test
  void theSessionIsTheKeyOfTheRequestUnlessSaidOtherwise() {
    StickySessionTable table = builder().build();
    assertNull(table.sessionOf(RequestContext.empty()));
    assertEquals("user", table.sessionOf(RequestContext.forKey("user")));

    StickySessionTable byHint =
        builder().sessionKey(request -> request.hints().get("session")).build();
    assertNull(byHint.sessionOf(RequestContext.forKey("user")));
    RequestContext request = RequestContext.forKey("user");
    assertEquals("s1", byHint.sessionOf(request.withHint("session", "s1")));
    assertNull(byHint.sessionOf(request.withHint("session", " \t")));
    assertNull(byHint.sessionOf(request.withHint("session", "")));
  }

  @Test
  void whatTheFunctionForTheKeyThrowsIsThrown() {
    IllegalStateException failure = new IllegalStateException("no session store");
    StickySessionTable table =
        builder()
            .sessionKey(
                request -> {
                  throw failure;
                })
            .build();
    assertSame(
        failure,
        assertThrows(IllegalStateException.class, () -> table.sessionOf(RequestContext.empty())));
  }

  @Test
  void aTableBelongsToOneBalancer() {
    StickySessionTable table = builder().build();
    table.attach("orders");
    assertEquals(
        "users: the StickySessionTable belongs to a balancer (expected: one of its own)",
        assertThrows(IllegalStateException.class, () -> table.attach("users")).getMessage());
    assertThrows(IllegalStateException.class, () -> table.attach("orders"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | maximumSize: 0 (expected: 1..1000000000)",
        "-1 | maximumSize: -1 (expected: 1..1000000000)",
        "1000000001 | maximumSize: 1000000001 (expected: 1..1000000000)"
      })
  void aSizeOutOfRangeIsRefused(long size, String message) {
    assertEquals(message, refused(() -> builder().maximumSize(size)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
  void aShareOutOfRangeIsRefused(double share) {
    assertEquals(
        "maxShare: " + share + " (expected: above 0, at most 1)",
        refused(() -> builder().maxShare(share)));
  }

  @Test
  void otherKnobsOutOfRangeAreRefused() {
    assertEquals(
        "idleExpiry: PT0S (expected: > 0 and at most 292 years)",
        refused(() -> builder().idleExpiry(Duration.ZERO)));
    assertEquals(
        "maxLifetime: PT-1S (expected: > 0 and at most 292 years)",
        refused(() -> builder().maxLifetime(Duration.ofSeconds(-1))));
    assertEquals("maxKeyLength: 0 (expected: 1..65536)", refused(() -> builder().maxKeyLength(0)));
    assertEquals(
        "maxKeyLength: 65537 (expected: 1..65536)", refused(() -> builder().maxKeyLength(65_537)));
    assertThrows(NullPointerException.class, () -> builder().sessionKey(null));
    assertThrows(NullPointerException.class, () -> builder().ticker(null));
    assertThrows(NullPointerException.class, () -> builder().build().bind("s", null));
  }

  @Test
  void theLongestTimesAreTaken() {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);
    StickySessionTable table = builder().idleExpiry(longest).maxLifetime(longest).build();
    table.bind("s", a);
    pass(Duration.ofDays(36_500));
    assertSame(a, table.lookup("s"));
  }

  @Test
  void theTextNamesTheKnobsAndNoSession() {
    StickySessionTable table = StickySessionTable.builder().build();
    table.bind("secret", a);
    assertEquals(
        "StickySessionTable[maximumSize=100000, idleExpiry=PT30M, maxLifetime=PT12H,"
            + " maxKeyLength=256]",
        table.toString());
    assertEquals(
        "StickySessionTable[maximumSize=7, idleExpiry=PT1S, maxLifetime=PT1M, strict,"
            + " maxShare=0.25, maxKeyLength=64]",
        builder()
            .maximumSize(7)
            .idleExpiry(Duration.ofSeconds(1))
            .maxLifetime(Duration.ofMinutes(1))
            .strict(true)
            .maxShare(0.25)
            .maxKeyLength(64)
            .build()
            .toString());
    assertFalse(table.toString().contains("secret"));
  }

  @Test
  void aHitAllocatesNothing() throws Exception {
    StickySessionTable table = StickySessionTable.builder().ticker(Ticker.system()).build();
    String[] sessions = new String[1 << 12];
    for (int i = 0; i < sessions.length; i++) {
      sessions[i] = "session-" + i;
      table.bind(sessions[i], fleet.get(i % 4));
    }
    RequestContext[] requests = new RequestContext[sessions.length];
    for (int i = 0; i < sessions.length; i++) {
      requests[i] = RequestContext.forKey(sessions[i]);
    }
    int[] next = {0};
    double bytes =
        Allocations.bytesPerRun(
            1_000_000,
            () -> {
              int i = next[0]++ & (sessions.length - 1);
              String session = table.sessionOf(requests[i]);
              FakeEndpoint endpoint = (FakeEndpoint) table.lookup(session);
              table.bind(session, endpoint); // the request succeeded
              if (endpoint != fleet.get(i % 4)) {
                throw new AssertionError(i);
              }
            });
    assertTrue(bytes < 1, bytes + " bytes per hit");
  }

  private static String refused(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }
}
