package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.Allocations;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RateLimiterTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  private final AtomicLong clock = new AtomicLong();

  private RateLimiter perSecond(double permits, int burst) {
    return RateLimiter.perSecond(permits, burst, clock::get);
  }

  /** Takes until it is refused. */
  private static int drain(RateLimiter limiter, long now) {
    int taken = 0;
    while (limiter.tryAcquire(now)) {
      taken++;
    }
    return taken;
  }

  @Test
  void startsFullAndRefillsEvenly() {
    RateLimiter limiter = perSecond(10, 5);
    assertEquals(5, limiter.availablePermits(0));
    assertEquals(5, drain(limiter, 0));
    assertEquals(0, limiter.availablePermits(0));
    assertFalse(limiter.tryAcquire(100 * MILLI - 1));
    assertTrue(limiter.tryAcquire(100 * MILLI));
    assertEquals(3, drain(limiter, 400 * MILLI));
    assertEquals(5, drain(limiter, 100 * SECOND), "no more than the burst is saved up");
  }

  @Test
  void readsItsOwnClockWhereNoTimeIsGiven() {
    clock.set(-7);
    RateLimiter limiter = RateLimiter.of(1, Duration.ofSeconds(1), 1, clock::get);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    limiter.refund(1);
    assertTrue(limiter.tryAcquire());
    clock.addAndGet(SECOND);
    assertTrue(limiter.tryAcquire());
    assertTrue(RateLimiter.perSecond(1, 1).tryAcquire());
    assertTrue(RateLimiter.of(1, Duration.ofSeconds(1), 1).tryAcquire());
  }

  @Test
  void severalPermitsAreTakenAllOrNone() {
    RateLimiter limiter = perSecond(10, 5);
    assertTrue(limiter.tryAcquire(3, 0));
    assertFalse(limiter.tryAcquire(3, 0));
    assertEquals(2, limiter.availablePermits(0));
    assertTrue(limiter.tryAcquire(2, 0));
  }

  /** Guava and Failsafe accept it, and the caller waits for what can never be. */
  @Test
  void moreThanTheBurstIsRefusedLoudly() {
    RateLimiter limiter = perSecond(10, 5);
    assertThrows(IllegalArgumentException.class, () -> limiter.tryAcquire(6, 0));
    assertThrows(IllegalArgumentException.class, () -> limiter.tryAcquire(0, 0));
    assertThrows(IllegalArgumentException.class, () -> limiter.reserve(6, 0, NEVER));
    assertThrows(IllegalArgumentException.class, () -> limiter.nanosUntilAvailable(6, 0));
    assertThrows(IllegalArgumentException.class, () -> limiter.refund(6, 0));
    assertThrows(IllegalArgumentException.class, () -> limiter.refund(-1, 0));
    assertEquals(5, limiter.availablePermits(0));
  }

  @Test
  void badArgumentsAreNamed() {
    for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e9 * 1.01}) {
      var e = assertThrows(IllegalArgumentException.class, () -> perSecond(rate, 1));
      assertTrue(e.getMessage().startsWith("permits: "), e.getMessage());
    }
    var burst = assertThrows(IllegalArgumentException.class, () -> perSecond(1, 0));
    assertTrue(burst.getMessage().startsWith("burst: 0"), burst.getMessage());
    assertThrows(IllegalArgumentException.class, () -> perSecond(1e-9, 2), "63 years");
    Duration nano = Duration.ofNanos(1);
    assertThrows(IllegalArgumentException.class, () -> RateLimiter.of(2, nano, 1, clock::get));
    assertThrows(IllegalArgumentException.class, () -> RateLimiter.of(0, nano, 1, clock::get));
    Duration ages = Duration.ofDays(365 * 40);
    assertThrows(IllegalArgumentException.class, () -> RateLimiter.of(1, ages, 1, clock::get));
    assertThrows(
        IllegalArgumentException.class, () -> RateLimiter.of(1, Duration.ZERO, 1, clock::get));
    RateLimiter limiter = perSecond(1, 1);
    assertThrows(IllegalArgumentException.class, () -> limiter.reserve(1, 0, -1));
  }

  @Test
  void aReservationSaysHowLongToWaitAndLaterOnesQueueUpBehind() {
    RateLimiter limiter = perSecond(10, 1);
    assertEquals(0, limiter.reserve(1, 0, SECOND));
    assertEquals(100 * MILLI, limiter.reserve(1, 0, SECOND));
    assertEquals(200 * MILLI, limiter.reserve(1, 0, SECOND));
    assertFalse(limiter.tryAcquire(200 * MILLI), "that one is reserved");
    assertEquals(0, limiter.availablePermits(0));
    assertTrue(limiter.tryAcquire(300 * MILLI));
  }

  /** resilience4j#1283, #1968, #2194, #2336: they sleep the whole timeout, and then fail. */
  @Test
  void aReservationThatCannotBeKeptFailsAtOnceAndTakesNothing() {
    RateLimiter limiter = perSecond(10, 1);
    assertTrue(limiter.tryAcquire(0));
    assertEquals(-1, limiter.reserve(1, 0, 100 * MILLI - 1));
    assertEquals(-1, limiter.reserve(1, 0, 0));
    assertEquals(100 * MILLI, limiter.reserve(1, 0, 100 * MILLI), "nothing was taken");
  }

  @Test
  void whatIsGivenBackIsThereAgainButNeverMoreThanTheBurst() {
    RateLimiter limiter = perSecond(10, 5);
    assertTrue(limiter.tryAcquire(4, 0));
    limiter.refund(2, 0);
    assertEquals(3, limiter.availablePermits(0));
    limiter.refund(5, 0);
    assertEquals(5, limiter.availablePermits(0));
    limiter.refund(5, 0);
    assertEquals(5, drain(limiter, 0));
    limiter.refund(5, 10 * SECOND);
    assertEquals(5, drain(limiter, 10 * SECOND));
  }

  /** bucket4j#88: the estimate ignored the part of a permit that was there. */
  @Test
  void theEstimateCountsPartsOfAPermit() {
    RateLimiter limiter = perSecond(10, 5);
    assertEquals(5, drain(limiter, 0));
    assertEquals(100 * MILLI, limiter.nanosUntilAvailable(1, 0));
    assertEquals(30 * MILLI, limiter.nanosUntilAvailable(1, 70 * MILLI));
    assertEquals(130 * MILLI, limiter.nanosUntilAvailable(2, 70 * MILLI));
    assertEquals(0, limiter.nanosUntilAvailable(1, 100 * MILLI));
  }

  /** bucket4j#51: an overflow after a long pause left a negative number of tokens. */
  @Test
  void aPauseOfAnyLengthFillsTheBucketAndNoMore() {
    for (long pause : new long[] {SECOND, 1L << 58, 1L << 62, Long.MAX_VALUE}) {
      RateLimiter limiter = perSecond(1_000, 5);
      assertEquals(5, drain(limiter, 0));
      assertEquals(5, limiter.availablePermits(pause), "after " + pause);
      assertEquals(5, drain(limiter, pause), "after " + pause);
      assertEquals(MILLI, limiter.nanosUntilAvailable(1, pause));
    }
    RateLimiter inSixteenths = RateLimiter.of(3, Duration.ofNanos(100), 5, clock::get);
    assertEquals(5, drain(inSixteenths, 0));
    assertEquals(5, drain(inSixteenths, 1L << 58), "nine years");
  }

  /** bucket4j#128: twice the limit around the border of two periods. */
  @Test
  void thereIsNoSecondBurstAtTheBorderOfAPeriod() {
    RateLimiter limiter = RateLimiter.of(100, Duration.ofSeconds(1), 100, clock::get);
    assertEquals(100, drain(limiter, SECOND - 1));
    assertEquals(0, drain(limiter, SECOND));
    assertEquals(1, drain(limiter, SECOND + 10 * MILLI));
  }

  @Test
  void ratesThatAreNoWholeNanosecondsAreRoundedDownByLittle() {
    for (double rate : new double[] {3, 7, 0.3, 999_999, 3e6, 1e8 / 3, 7e7}) {
      RateLimiter limiter = perSecond(rate, 1);
      double seconds = 10_000 / rate;
      int taken = 0;
      long now = 0;
      while (now < seconds * SECOND) {
        assertTrue(limiter.tryAcquire(now));
        taken++;
        now += Math.max(limiter.nanosUntilAvailable(1, now), 1);
      }
      // Asked at whole nanoseconds, so the fastest lose up to one per permit here.
      double lost = 1e-6 + rate / SECOND;
      assertTrue(taken <= 10_001, rate + "/s: " + taken);
      assertTrue(taken >= 9_999 * (1 - lost), rate + "/s: " + taken);
    }
    RateLimiter fast = RateLimiter.of(7, Duration.ofNanos(10), 100_000, clock::get);
    assertEquals(100_000, drain(fast, 0));
    int refilled = drain(fast, 100_000);
    assertTrue(refilled <= 70_000 && refilled > 69_500, "refilled " + refilled);
  }

  @Test
  void theWholeRangeOfRatesIsExactWhereItCanBe() {
    assertEquals("RateLimiter[1.0E9/s, burst=3]", perSecond(1e9, 3).toString());
    assertEquals("RateLimiter[0.1/s, burst=1]", perSecond(0.1, 1).toString());
    Duration day = Duration.ofDays(1);
    RateLimiter daily = RateLimiter.of(1, day, 2, clock::get);
    assertEquals(2, drain(daily, 0));
    assertEquals(day.toNanos(), daily.nanosUntilAvailable(1, 0));
    Duration long36 = Duration.ofNanos(1L << 60);
    assertEquals(1L << 60, waitAfterOne(RateLimiter.of(1, long36, 1, clock::get)));
    assertEquals(2, waitAfterOne(RateLimiter.of((1L << 60) - 1, long36, 1, clock::get)));
  }

  private static long waitAfterOne(RateLimiter limiter) {
    assertTrue(limiter.tryAcquire(0));
    return limiter.nanosUntilAvailable(1, 0);
  }

  @Test
  void aClockThatStepsBackALittleGrantsNothingUntilItHasCaughtUp() {
    RateLimiter limiter = perSecond(10, 5);
    assertEquals(5, drain(limiter, 10 * SECOND));
    for (long now = 9_500 * MILLI; now < 10_100 * MILLI; now += 10 * MILLI) {
      assertFalse(limiter.tryAcquire(now));
    }
    assertTrue(limiter.tryAcquire(10_100 * MILLI));
  }

  @Test
  void aClockThatStepsBackFarGrantsNoBurstAndDoesNotBlockForLong() {
    RateLimiter limiter = perSecond(10, 5);
    long hour = 3_600 * SECOND;
    assertEquals(5, drain(limiter, hour));
    assertEquals(0, drain(limiter, 0));
    assertTrue(limiter.nanosUntilAvailable(1, 0) <= 2 * SECOND, "no wait of an hour is announced");
    assertEquals(0, drain(limiter, 99 * MILLI));
    assertEquals(0, drain(limiter, 100 * MILLI), "goes on, but empty");
    assertEquals(1, drain(limiter, 200 * MILLI));
    assertEquals(5, drain(limiter, hour));
  }

  /** Who read the clock and was then held up must not open the gate for the others. */
  @Test
  void oneStaleReadingOfTheClockMovesNothing() {
    RateLimiter limiter = perSecond(10, 5);
    assertEquals(5, drain(limiter, 60 * SECOND));
    assertFalse(limiter.tryAcquire(0));
    assertFalse(limiter.tryAcquire(50 * MILLI), "nor a second one of about the same time");
    assertEquals(0, drain(limiter, 60 * SECOND));
  }

  @Test
  void aLongReservationIsNotTakenForAClockThatStepsBack() {
    RateLimiter limiter = perSecond(1, 1);
    for (int i = 0; i < 100; i++) {
      assertEquals(i * SECOND, limiter.reserve(1, 0, NEVER));
    }
    for (long now = 0; now < 100 * SECOND; now += 150 * MILLI) {
      assertFalse(limiter.tryAcquire(now));
    }
    assertTrue(limiter.tryAcquire(100 * SECOND));
  }

  /** Sentinel's ThrottlingController gets, adds and rolls back, and admits too many in between. */
  @Test
  @Timeout(60)
  void threadsTogetherGetExactlyTheBurst() throws Exception {
    RateLimiter limiter = perSecond(1, 10_000);
    AtomicInteger granted = new AtomicInteger();
    Threads.together(
        Collections.nCopies(
            8,
            () -> {
              for (int i = 0; i < 5_000; i++) {
                if (limiter.tryAcquire(0)) {
                  granted.incrementAndGet();
                }
              }
            }));
    assertEquals(10_000, granted.get());
  }

  /** Takes and gives back at a standing clock: in the end all is there. */
  @Test
  @Timeout(60)
  void whatThreadsGiveBackIsNeverLost() throws Exception {
    RateLimiter limiter = perSecond(1, 4);
    AtomicInteger out = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Threads.together(
        Collections.nCopies(
            6,
            () -> {
              for (int i = 0; i < 20_000; i++) {
                if (limiter.tryAcquire(0)) {
                  most.accumulateAndGet(out.incrementAndGet(), Math::max);
                  out.decrementAndGet();
                  limiter.refund(1, 0);
                }
              }
            }));
    assertEquals(4, limiter.availablePermits(0));
    assertTrue(most.get() >= 1 && most.get() <= 4, "at once: " + most);
  }

  @Test
  void nothingIsAllocated() throws Exception {
    RateLimiter limiter = perSecond(1_000_000, 10);
    long[] now = {0};
    double bytes =
        Allocations.bytesPerRun(
            50_000,
            () -> {
              now[0] += 700;
              if (limiter.tryAcquire(now[0])) {
                limiter.refund(1, now[0]);
              }
              long wait = limiter.reserve(2, now[0], 5_000);
              now[0] += wait < 0 ? limiter.nanosUntilAvailable(2, now[0]) : wait;
            });
    assertTrue(bytes < 0.1, bytes + " bytes");
  }
}
