package dev.steelyard.lb.limit;

import static dev.steelyard.lb.limit.ServerModel.MILLI;
import static dev.steelyard.lb.limit.ServerModel.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.testing.Allocations;
import dev.steelyard.lb.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdaptiveLimitTest {
  private static AdaptiveLimit limit(int min, int max, int initial) {
    return new AdaptiveLimit(min, max, initial, RandomSource.seeded(1), 0);
  }

  private static void within(int low, int high, ServerModel server) {
    int limit = server.limit.limit();
    assertTrue(limit >= low && limit <= high, server::toString);
  }

  @ParameterizedTest
  @CsvSource({"4, 1", "10, 2", "10, 3", "40, 4"})
  void underOverloadItSettlesBetweenTheWorkersAndTwiceAsMany(int workers, long seed) {
    ServerModel server = ServerModel.of(limit(1, 500, 20), workers, 10, seed);
    server.run(60, 300.0 * workers); // three times what it can do
    for (int i = 0; i < 20; i++) {
      server.run(0.7, 300.0 * workers);
      if (server.lowest == server.highest || server.lowest > workers / 2) {
        within((int) (workers * 0.9), workers * 2 + 1, server); // not while it probes
      }
    }
    server.run(60, 300.0 * workers);
    assertTrue(server.meanLatencyMillis() < 25, server::toString);
    assertTrue(server.sent > 60 * 100 * workers * 0.9, () -> "and keeps it busy: " + server);
  }

  @Test
  void anEvenServerIsFoundOutToo() {
    ServerModel server = ServerModel.even(limit(1, 500, 20), 10, 10, 5);
    server.run(90, 3_000);
    server.run(5, 3_000);
    within(10, 20, server);
  }

  /** Netflix concurrency-limits: minLimit = initial, so it never sheds. */
  @Test
  void whatWasFirstSeenUnderLoadIsNotTakenToBeThatSlow() {
    ServerModel server = ServerModel.of(limit(1, 500, 200), 5, 10, 6);
    server.run(60, 2_000);
    server.run(10, 2_000);
    within(4, 14, server);
    assertTrue(server.meanLatencyMillis() < 30, server::toString);
  }

  @Test
  void afterAnOverloadEverythingIsLetThroughAgain() {
    ServerModel server = ServerModel.of(limit(1, 500, 20), 10, 10, 7);
    server.run(60, 3_000);
    server.run(1, 500);
    server.run(120, 500); // half of what it can do
    assertTrue(server.shed < server.sent * 0.005, server::toString);
  }

  @Test
  void anInstanceThatHasBecomeSlowerForGoodIsNotHeldDown() {
    ServerModel server = ServerModel.of(limit(1, 500, 20), 10, 10, 8);
    server.run(30, 800);
    server.setServiceMillis(60);
    server.run(120, 500); // it can do 166
    server.run(60, 500);
    assertTrue(server.sent > 60 * 166 * 0.8, server::toString);
    within(8, 22, server);
    server.setServiceMillis(10);
    server.run(60, 800);
    server.run(30, 800);
    assertTrue(server.shed < server.sent * 0.03, server::toString);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 20, 200, 500})
  void aHealthyInstanceWithLittleTrafficIsNotShedAndTheLimitDoesNotGrow(double perSecond) {
    ServerModel server = ServerModel.of(limit(1, 500, 20), 10, 10, 9);
    server.run(3, perSecond);
    server.run(300, perSecond);
    assertTrue(server.shed <= server.sent * 0.002, server::toString);
    assertTrue(server.highest <= 21, server::toString);
  }

  /** Netflix concurrency-limits#134 and #165: the limit, or the base, drifts up under overload. */
  @Test
  void moderateOverloadDoesNotMakeItDriftAway() {
    ServerModel server = ServerModel.of(limit(1, 1_000, 20), 10, 10, 10);
    server.run(60, 1_100);
    server.run(600, 1_100);
    assertTrue(server.highest <= 26, server::toString);
    assertTrue(server.meanLatencyMillis() < 25, server::toString);
  }

  /** Netflix concurrency-limits#176: Gradient2 ignores drops. */
  @Test
  void answersThatSayOverloadedShrinkItWhateverTheLatency() {
    ServerModel server = ServerModel.rejecting(limit(1, 500, 100), 50, 8, 11);
    server.run(20, 4_000);
    server.run(60, 4_000);
    within(4, 12, server);
    assertTrue(server.rejected < server.sent * 0.1, server::toString);
  }

  /** envoy#9947: the minimum was not kept. Neither the maximum nor the minimum is ever passed. */
  @Test
  void staysWithinItsBounds() {
    AdaptiveLimit limit = limit(5, 40, 20);
    for (long now = 0; now < 60 * SECOND; now += 5 * MILLI) {
      limit.sample(MILLI, 40, Outcome.OVERLOADED, now);
      assertTrue(limit.limit() >= 5);
    }
    assertEquals(5, limit.limit(), "and sheds down to it");
    for (long now = 60 * SECOND; now < 180 * SECOND; now += 2 * MILLI) {
      limit.sample(MILLI, limit.limit(), Outcome.SUCCESS, now);
      assertTrue(limit.limit() <= 40);
    }
    assertEquals(40, limit.limit());
  }

  /** Netflix concurrency-limits#213: what counts is how many there are at the end. */
  @Test
  void growsWithWhatIsInFlightAndNotBeyond() {
    AdaptiveLimit limit = limit(1, 500, 20);
    for (long now = 0; now < 100 * SECOND; now += MILLI) {
      limit.sample(10 * MILLI, 40, Outcome.SUCCESS, now);
    }
    assertEquals(61, limit.limit());
  }

  @Test
  void oneOverloadedAnswerAmongManyTakesOneAway() {
    AdaptiveLimit limit = limit(1, 500, 20);
    for (int i = 0; i < 100; i++) {
      limit.sample(10 * MILLI, 5, i == 50 ? Outcome.OVERLOADED : Outcome.SUCCESS, i * MILLI);
    }
    assertEquals(20, limit.limit());
    limit.sample(10 * MILLI, 5, Outcome.SUCCESS, 100 * MILLI);
    assertEquals(19, limit.limit());
  }

  @Test
  void fastFailuresSayNothingAndTimeoutsCount() {
    AdaptiveLimit limit = limit(1, 500, 20);
    long now = 0;
    for (; now < SECOND; now += MILLI) {
      limit.sample(100 * MILLI, 12, Outcome.SUCCESS, now);
      limit.sample(1_000, 12, Outcome.FAILURE, now);
      limit.sample(5_000 * MILLI, 12, Outcome.IGNORED, now);
      limit.sample(1_000, 12, Outcome.CANCELLED, now);
    }
    assertEquals(20, limit.limit());
    for (; now < 1_500 * MILLI; now += MILLI) {
      limit.sample(5_000 * MILLI, 12, Outcome.FAILURE, now);
    }
    assertTrue(limit.limit() < 15, limit::toString);
  }

  @Test
  void fewSamplesDecideNothing() {
    AdaptiveLimit limit = limit(1, 500, 20);
    for (long now = 0; now < 600 * SECOND; now += SECOND) {
      limit.sample(now % (3 * SECOND) == 0 ? SECOND : MILLI, 19, Outcome.SUCCESS, now);
    }
    assertEquals(20, limit.limit());
  }

  @Test
  void whatWasGatheredBeforeALongPauseIsNotMixedWithWhatComesAfterIt() {
    for (long pause : new long[] {SECOND, 3_600 * SECOND}) {
      AdaptiveLimit limit = limit(1, 500, 20);
      long now = 0;
      for (; now < SECOND; now += MILLI) {
        limit.sample(MILLI, 8, Outcome.SUCCESS, now);
      }
      for (int i = 0; i < 200; i++) {
        limit.sample(5_000 * MILLI, 8, Outcome.SUCCESS, now);
      }
      limit.sample(5_000 * MILLI, 8, Outcome.SUCCESS, now + pause);
      assertEquals(pause == SECOND, limit.limit() < 20, limit::toString);
    }
  }

  @Test
  void aClockThatStepsBackFreezesItForTenSecondsAtMost() {
    AdaptiveLimit limit = limit(1, 500, 20);
    limit.sample(MILLI, 1, Outcome.SUCCESS, 3_600 * SECOND);
    for (long now = 0; now < 2 * SECOND; now += MILLI) {
      limit.sample(MILLI, 1, Outcome.OVERLOADED, now);
    }
    assertTrue(limit.limit() < 10, limit::toString);
  }

  @Test
  void whereTheClockBeganMeansNothing() {
    List<Integer> expected = history(0);
    for (long origin : new long[] {-SECOND, Long.MAX_VALUE - 5 * SECOND, Long.MIN_VALUE}) {
      assertEquals(expected, history(origin));
    }
  }

  private static List<Integer> history(long origin) {
    AdaptiveLimit limit = new AdaptiveLimit(1, 500, 20, RandomSource.seeded(3), origin);
    List<Integer> limits = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      long latency = (10 + i % 7) * MILLI * (1 + i / 20_000);
      limit.sample(latency, limit.limit(), Outcome.SUCCESS, origin + i * MILLI);
      limits.add(limit.limit());
    }
    return limits;
  }

  @Test
  void logarithmsAreNearAndNeverFall() {
    int before = 0;
    for (long nanos = 1; nanos > 0 && nanos < Long.MAX_VALUE / 2; nanos += 1 + nanos / 50) {
      int log = AdaptiveLimit.log(nanos);
      assertEquals(Math.log(nanos) / Math.log(2), log / 256.0, 0.092);
      assertTrue(log >= before);
      before = log;
    }
    assertEquals(0, AdaptiveLimit.log(-5));
    assertTrue(AdaptiveLimit.log(Long.MAX_VALUE) < 1 << 14);
  }

  @Test
  void badArgumentsAreNamed() {
    assertThrows(IllegalArgumentException.class, () -> limit(0, 10, 5));
    assertThrows(IllegalArgumentException.class, () -> limit(5, 4, 5));
    assertThrows(IllegalArgumentException.class, () -> limit(1, AdaptiveLimit.HIGHEST + 1, 5));
    var e = assertThrows(IllegalArgumentException.class, () -> limit(2, 10, 11));
    assertEquals("initial: 11 (expected: 2..10)", e.getMessage());
  }

  /** The fields of the word must not run into each other, and each window is closed by one. */
  @Test
  void threadsThatFillAWindowDoNotSpoilIt() throws Exception {
    AdaptiveLimit limit = limit(1, 10_000, 8_000);
    AtomicLong clock = new AtomicLong();
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      bodies.add(
          () -> {
            for (int i = 0; i < 50_000; i++) {
              // All the same: a carry from one field into the next would make it look different.
              limit.sample(Long.MAX_VALUE, 50_000, Outcome.SUCCESS, clock.addAndGet(5 * MILLI));
              int now = limit.limit();
              if (now < 8_000 || now > 10_000) {
                throw new AssertionError(limit.toString());
              }
            }
          });
    }
    Threads.together(bodies);
    assertEquals(10_000, limit.limit());
  }

  @Test
  void nothingIsAllocated() throws Exception {
    AdaptiveLimit limit = limit(1, 500, 20);
    long[] now = {0};
    double bytes =
        Allocations.bytesPerRun(
            50_000,
            () -> {
              now[0] += MILLI;
              limit.sample(10 * MILLI, limit.limit(), Outcome.SUCCESS, now[0]);
              if (now[0] % 100 == 0) {
                limit.sample(10 * MILLI, limit.limit(), Outcome.OVERLOADED, now[0]);
              }
            });
    assertTrue(bytes < 0.1, bytes + " bytes");
  }
}
