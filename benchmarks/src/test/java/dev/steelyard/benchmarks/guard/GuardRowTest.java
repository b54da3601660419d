package dev.steelyard.benchmarks.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No guard is measured that guards nothing. */
class GuardRowTest {
  private static final int MANY = 100_000;

  /** Some peers count by clocks of their own, which cannot be moved; Armeria's once a second. */
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  static Stream<GuardRow> breakers() {
    return Stream.concat(
        GuardRow.of(GuardGroup.BREAKER_COUNT).stream(),
        GuardRow.of(GuardGroup.BREAKER_TIME).stream());
  }

  static Stream<GuardRow> admittingLimiters() {
    return GuardRow.of(GuardGroup.RATE_ADMITTED).stream();
  }

  static Stream<GuardRow> refusingLimiters() {
    return GuardRow.of(GuardGroup.RATE_REFUSED).stream();
  }

  static Stream<GuardRow> bulkheads() {
    return GuardRow.of(GuardGroup.BULKHEAD).stream();
  }

  static Stream<GuardRow> samples() {
    return GuardRow.of(GuardGroup.ADAPTIVE_SAMPLE).stream();
  }

  static Stream<GuardRow> requests() {
    return GuardRow.of(GuardGroup.ADAPTIVE_REQUEST).stream();
  }

  static Stream<GuardRow> retries() {
    return GuardRow.of(GuardGroup.BUDGET_RETRY).stream();
  }

  @ParameterizedTest
  @EnumSource
  void aCallIsAdmittedOrNotAsItsGroupSays(GuardRow row) {
    Guarded guarded = row.make();
    for (int i = 0; i < 1000; i++) {
      guarded.call(false);
    }
    assertEquals(row.group().isAdmitting(), guarded.call(false));
  }

  @ParameterizedTest
  @MethodSource("breakers")
  void aBreakerOpensWhenEverythingFails(GuardRow row) {
    Guarded breaker = row.make();
    assertTrue(breaker.call(true));
    assertTrue(inTime(() -> !breaker.call(true)));
    assertFalse(breaker.call(false));
  }

  /** Two of three: five failures in a row are another rule of ours. */
  @ParameterizedTest
  @MethodSource("breakers")
  void aBreakerOpensWhenMoreThanHalfOfTheCallsFail(GuardRow row) {
    Guarded breaker = row.make();
    for (int i = 0; i < Breakers.WINDOW; i++) {
      assertTrue(breaker.call(false));
    }
    int[] turn = {0};
    assertTrue(inTime(() -> !breaker.call(turn[0]++ % 3 != 0)));
  }

  @ParameterizedTest
  @MethodSource("breakers")
  void aBreakerStaysClosedWithTheFailuresThatAreMeasured(GuardRow row) {
    Guarded breaker = row.make();
    Failures failures = new Failures();
    for (int i = 0; i < MANY; i++) {
      assertTrue(breaker.call(failures.next()), "at " + i);
    }
  }

  @Test
  void oneCallInTwentyFailsAndNeverThreeInARow() {
    Failures failures = new Failures();
    int failed = 0;
    int run = 0;
    for (int i = 0; i < MANY; i++) {
      boolean fails = failures.next();
      run = fails ? run + 1 : 0;
      failed += fails ? 1 : 0;
      assertTrue(run < 3, "at " + i);
    }
    assertEquals(MANY / Failures.ONE_OF, failed, 2);
  }

  @ParameterizedTest
  @MethodSource("admittingLimiters")
  void aLimiterOfAHighRateAdmitsAll(GuardRow row) {
    Guarded limiter = row.make();
    for (int i = 0; i < MANY; i++) {
      assertTrue(limiter.call(false), "at " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("refusingLimiters")
  void aLimiterOfOneADayAdmitsOne(GuardRow row) {
    Guarded limiter = row.make();
    assertTrue(limiter.call(false));
    for (int i = 0; i < 1000; i++) {
      assertFalse(limiter.call(false), "at " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("retries")
  void aBudgetIsUsedUp(GuardRow row) {
    Guarded budget = row.make();
    for (int i = 0; i < 100; i++) {
      assertTrue(budget.call(false), "at " + i);
    }
    boolean left = true;
    for (int i = 0; i < 100; i++) {
      left = budget.call(true);
    }
    assertFalse(left);
  }

  @ParameterizedTest
  @MethodSource("bulkheads")
  void aBulkheadHasAsManyPlacesAsTheOthers(GuardRow row) {
    Guarded bulkhead = row.make();
    Deque<Runnable> calls = new ArrayDeque<>();
    for (int i = 0; i < Bulkheads.PLACES; i++) {
      Runnable end = bulkhead.open();
      assertNotNull(end, "at " + i);
      calls.add(end);
    }
    if (row == GuardRow.LEASE_UNLIMITED) {
      assertTrue(bulkhead.call(false));
      return;
    }
    assertNull(bulkhead.open());
    assertFalse(bulkhead.call(false));
    calls.pop().run();
    assertTrue(bulkhead.call(false));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void anAdaptiveLimitShrinksWhenAnswersTakeAHundredTimesAsLong(GuardRow row) {
    Guarded limit = row.make();
    int[] before = {limit.limit()};
    assertTrue(
        inTime(
            () -> {
              limit.call(false);
              boolean changed = limit.limit() != before[0];
              before[0] = limit.limit();
              return changed;
            }),
        "never changed");
    assertTrue(
        inTime(
            () -> {
              limit.call(true);
              return limit.limit() < before[0];
            }));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void anAdaptiveLimitRefusesWhatIsAboveIt(GuardRow row) {
    Guarded limiter = row.make();
    Deque<Runnable> calls = new ArrayDeque<>();
    Runnable end = limiter.open();
    while (end != null) {
      calls.add(end);
      assertTrue(calls.size() <= AdaptiveLimits.MOST);
      end = limiter.open();
    }
    assertFalse(calls.isEmpty());
    assertFalse(limiter.call(false));
    calls.forEach(Runnable::run);
    assertTrue(limiter.call(false));
  }

  private static boolean inTime(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      if (condition.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }
}
