package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.Threads;
import java.util.Collections;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private static void deposit(RetryBudget budget, int requests, long now) {
    for (int i = 0; i < requests; i++) {
      budget.deposit(now);
    }
  }

  /** Withdraws until it is refused. */
  private static int drain(RetryBudget budget, long now) {
    int granted = 0;
    while (budget.tryWithdraw(now)) {
      granted++;
    }
    return granted;
  }

  @Test
  void theShareIsTheRatioOfTheRequests() {
    RetryBudget budget = new RetryBudget(0.2, 0, 0);
    assertFalse(budget.tryWithdraw(0));
    deposit(budget, 4, 0);
    assertFalse(budget.tryWithdraw(0));
    budget.deposit(0);
    assertTrue(budget.tryWithdraw(0));
    assertFalse(budget.tryWithdraw(0));
    deposit(budget, 100, 0);
    assertEquals(20, drain(budget, 0));
  }

  @Test
  void theReserveIsOneSecondsWorthAndRefillsEvenly() {
    RetryBudget budget = new RetryBudget(0, 10, 0);
    assertEquals(10, drain(budget, 0));
    assertFalse(budget.tryWithdraw(100 * MILLI - 1));
    assertTrue(budget.tryWithdraw(100 * MILLI));
    assertFalse(budget.tryWithdraw(100 * MILLI));
    assertEquals(5, drain(budget, 600 * MILLI));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "7, 7", "2.5, 2", "1.999, 1", "999999, 999999", "1000000, 1000000"})
  void theReserveHoldsTheWholeRetriesOfOneSecond(double perSecond, int atOnce) {
    RetryBudget budget = new RetryBudget(0, perSecond, 0);
    assertEquals(atOnce, drain(budget, 0));
    assertEquals(atOnce, drain(budget, 60 * SECOND));
  }

  @Test
  void aRateBelowOneStillAllowsOneRetryAtATime() {
    RetryBudget budget = new RetryBudget(0, 0.5, 0);
    assertEquals(1, drain(budget, 0));
    assertEquals(0, drain(budget, 2 * SECOND - 1));
    assertEquals(1, drain(budget, 2 * SECOND));
    assertEquals(0, drain(budget, 4 * SECOND - 1));
    assertEquals(1, drain(budget, 4 * SECOND));
    assertEquals(1, drain(budget, 400 * SECOND), "no more after a long rest");
  }

  /** 1e9 nanoseconds / 700 000 is no whole number: rounded down, it gives 292 retries too many. */
  @Test
  void aRateThatDoesNotDivideASecondIsNotExceeded() {
    RetryBudget budget = new RetryBudget(0, 700_000, 0);
    drain(budget, 0);
    int granted = 0;
    for (long now = 0; now <= SECOND; now += 1_000) {
      granted += drain(budget, now);
    }
    assertTrue(granted <= 700_000, () -> "over budget");
    assertTrue(granted > 699_000, () -> "far below the budget");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 1e-12, Double.MIN_NORMAL, Double.MIN_VALUE})
  void aTinyRateAllowsOneRetryAndDoesNotOverflow(double perSecond) {
    RetryBudget budget = new RetryBudget(0, perSecond, 0);
    assertEquals(1, budget.balance(0));
    assertEquals(1, drain(budget, SECOND));
    assertEquals(0, budget.balance(SECOND));
    assertEquals(0, drain(budget, SECOND));
    assertEquals(0, drain(budget, 86_400 * SECOND));
  }

  @Test
  void aBudgetOfNothingGrantsNothing() {
    RetryBudget budget = new RetryBudget(0, 0, 0);
    deposit(budget, 1_000, 0);
    assertFalse(budget.tryWithdraw(0));
    assertFalse(budget.tryWithdraw(1_000 * SECOND));
    assertEquals(0, budget.balance(0));
    assertEquals(2, budget.exhausted());
  }

  @Test
  void aRatioOfOneGrantsOneRetryPerRequest() {
    RetryBudget budget = new RetryBudget(1, 0, 0);
    deposit(budget, 3, 0);
    assertEquals(3, drain(budget, 0));
  }

  @Test
  void theSharesComeBeforeTheReserve() {
    RetryBudget budget = new RetryBudget(0.5, 1, 0);
    deposit(budget, 2, 0);
    assertTrue(budget.tryWithdraw(0)); // of the share
    assertEquals(1, budget.balance(10 * SECOND)); // the reserve
  }

  @Test
  @DisplayName("Finagle's budget: what was earned long ago is not hoarded")
  void aShareIsGoneTenSecondsAfterItsRequest() {
    for (long offset : new long[] {0, 1, SECOND / 2, SECOND - 1}) {
      RetryBudget budget = new RetryBudget(0.2, 0, 0);
      deposit(budget, 5, offset);
      assertEquals(0, budget.balance(10 * SECOND + offset));
      assertFalse(budget.tryWithdraw(10 * SECOND + offset));
    }
  }

  @Test
  void aShareLastsNineSecondsAtLeast() {
    for (long offset : new long[] {0, 1, SECOND / 2, SECOND - 1}) {
      RetryBudget budget = new RetryBudget(0.2, 0, 0);
      deposit(budget, 5, offset);
      assertTrue(budget.tryWithdraw(9 * SECOND + offset), "offset " + offset);
    }
  }

  @Test
  void whatExpiresSoonestIsUsedFirst() {
    RetryBudget budget = new RetryBudget(1, 0, 0);
    budget.deposit(0);
    budget.deposit(5 * SECOND);
    assertTrue(budget.tryWithdraw(6 * SECOND));
    assertEquals(1, budget.balance(14 * SECOND), "the later one is still there");
  }

  @Test
  void aWholeRetryIsCollectedFromSeveralSeconds() {
    RetryBudget budget = new RetryBudget(0.2, 0, 0);
    for (int second = 0; second < 5; second++) {
      budget.deposit(second * SECOND);
    }
    assertEquals(1, budget.balance(5 * SECOND));
    assertTrue(budget.tryWithdraw(5 * SECOND));
    assertFalse(budget.tryWithdraw(5 * SECOND));
  }

  /** A refused withdrawal must not make the parts it looked at younger. */
  @Test
  void aRefusedWithdrawalDoesNotProlongWhatItCouldNotUse() {
    RetryBudget budget = new RetryBudget(0.2, 0, 0);
    deposit(budget, 4, 0);
    for (int second = 0; second <= 30; second++) {
      assertFalse(budget.tryWithdraw(second * SECOND));
    }
    budget.deposit(30 * SECOND);
    assertFalse(budget.tryWithdraw(30 * SECOND));
  }

  @Test
  void aRefusedWithdrawalTakesNothing() {
    RetryBudget budget = new RetryBudget(0.2, 0, 0);
    deposit(budget, 4, 0);
    for (int i = 0; i < 100; i++) {
      assertFalse(budget.tryWithdraw(SECOND));
    }
    budget.deposit(2 * SECOND);
    assertTrue(budget.tryWithdraw(2 * SECOND));
  }

  @Test
  void refusalsAreCounted() {
    RetryBudget budget = new RetryBudget(0, 1, 0);
    assertEquals(0, budget.exhausted());
    assertTrue(budget.tryWithdraw(0));
    assertEquals(0, budget.exhausted());
    assertFalse(budget.tryWithdraw(0));
    assertFalse(budget.tryWithdraw(0));
    assertEquals(2, budget.exhausted());
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        -1,
        -5 * SECOND,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 5 * SECOND,
        Long.MAX_VALUE - SECOND / 2
      })
  void theOriginOfTheTickerDoesNotMatter(long origin) {
    RetryBudget budget = new RetryBudget(0.2, 1, origin);
    deposit(budget, 10, origin + SECOND / 4);
    assertEquals(3, budget.balance(origin + SECOND / 4));
    assertEquals(3, drain(budget, origin + SECOND)); // the clock may have wrapped here
    deposit(budget, 10, origin + 6 * SECOND);
    assertEquals(3, drain(budget, origin + 7 * SECOND));
    deposit(budget, 5, origin + 8 * SECOND);
    assertEquals(0, new RetryBudget(0.2, 0, origin).balance(origin + 8 * SECOND));
    assertEquals(2, drain(budget, origin + 12 * SECOND));
    assertEquals(1, drain(budget, origin + 30 * SECOND));
  }

  @Test
  void aClockThatStepsBackGrantsNothingTwice() {
    RetryBudget budget = new RetryBudget(0.2, 1, 100 * SECOND);
    deposit(budget, 5, 100 * SECOND);
    assertEquals(2, drain(budget, 100 * SECOND));
    assertEquals(0, drain(budget, 99 * SECOND));
    assertEquals(0, drain(budget, 0));
    assertEquals(0, drain(budget, 100 * SECOND));
    assertEquals(1, drain(budget, 101 * SECOND));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        16,
        160,
        3_600,
        86_400,
        1L << 20,
        1L << 24,
        (1L << 24) - 16,
        (1L << 24) + 9,
        31_536_000,
        3_153_600_000L
      })
  void nothingComesBackAfterALongRest(long seconds) {
    RetryBudget budget = new RetryBudget(0.2, 2, 0);
    deposit(budget, 100, SECOND);
    long later = SECOND + seconds * SECOND;
    assertEquals(2, budget.balance(later));
    assertEquals(2, drain(budget, later));
    deposit(budget, 5, later + SECOND / 4);
    assertEquals(1, drain(budget, later + SECOND / 4));
  }

  @Test
  void veryManyRequestsInOneSecondDoNotSpillIntoAnother() {
    RetryBudget budget = new RetryBudget(1, 0, 0);
    deposit(budget, 5_000_000, 0);
    assertTrue(budget.balance(0) > 4_000_000);
    assertTrue(budget.balance(0) <= 5_000_000);
    assertEquals(0, budget.balance(10 * SECOND));
    assertEquals(0, budget.balance(16 * SECOND));
  }

  /** Each may hold a part of the one retry there is, and then none gets it; but it stays. */
  @Test
  @Timeout(60)
  void threadsThatRobEachOtherOfPartsLoseNone() throws Exception {
    RetryBudget budget = new RetryBudget(0.1, 0, 0);
    AtomicInteger granted = new AtomicInteger();
    CyclicBarrier turn = new CyclicBarrier(4);
    int rounds = 5_000;
    Threads.Body body =
        () -> {
          for (int round = 1; round <= rounds; round++) {
            long now = round * 20 * SECOND;
            if (turn.await(30, TimeUnit.SECONDS) == 0) {
              granted.set(0);
              for (int second = 9; second >= 0; second--) {
                budget.deposit(now - second * SECOND);
              }
            }
            turn.await(30, TimeUnit.SECONDS);
            if (budget.tryWithdraw(now)) {
              granted.incrementAndGet();
            }
            if (turn.await(30, TimeUnit.SECONDS) == 0) {
              assertEquals(1, granted.get() + drain(budget, now));
            }
          }
        };
    Threads.together(Collections.nCopies(4, body));
  }

  @ParameterizedTest
  @CsvSource({
    "-0.001, 1, ratio: -0.001 (expected: 0..1)",
    "1.001, 1, ratio: 1.001 (expected: 0..1)",
    "NaN, 1, ratio: NaN (expected: 0..1)",
    "Infinity, 1, ratio: Infinity (expected: 0..1)",
    "0.2, -1, perSecond: -1.0 (expected: 0..1000000)",
    "0.2, 1000001, perSecond: 1000001.0 (expected: 0..1000000)",
    "0.2, NaN, perSecond: NaN (expected: 0..1000000)",
  })
  void aKnobOutOfRangeIsRefusedWithValueAndRule(double ratio, double perSecond, String message) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new RetryBudget(ratio, perSecond, 0));
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void theDefaultsAreFinagles() {
    assertEquals(0.2, RetryBudget.DEFAULT_RATIO);
    assertEquals(10, RetryBudget.DEFAULT_PER_SECOND);
    assertEquals(10, RetryBudget.WINDOW_SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"0.2, 10", "0, 0", "1, 0.5", "0.001, 3", "0.999, 700000"})
  void theTextNamesTheKnobs(double ratio, double perSecond) {
    assertEquals(
        "RetryBudget[ratio=" + ratio + ", perSecond=" + perSecond + "]",
        new RetryBudget(ratio, perSecond, 0).toString());
  }
}
