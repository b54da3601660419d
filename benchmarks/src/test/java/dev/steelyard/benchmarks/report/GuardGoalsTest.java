package dev.steelyard.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.benchmarks.guard.GuardRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardGoalsTest {
  private final Map<Row, Measure> measures = new LinkedHashMap<>();

  @Test
  void aBreakerIsComparedWithTheFastestOfThePeersFormsAtTheSameWork() {
    put(Row.guard(GuardRow.COUNT, false, 1), 6, 0);
    put(Row.guard(GuardRow.RESILIENCE4J_COUNT_SYNCHRONIZED, false, 1), 10, 0);
    put(Row.guard(GuardRow.RESILIENCE4J_COUNT_LOCK_FREE, false, 1), 20, 208);
    put(Row.guard(GuardRow.FAILSAFE_COUNT, false, 1), 5, 0);
    put(Row.guard(GuardRow.COUNT, true, 1), 16, 8);
    put(Row.guard(GuardRow.RESILIENCE4J_COUNT_SYNCHRONIZED, true, 1), 20, 0);
    Goal goal = goal("circuit breaker, count window");
    assertEquals("own clock: 0.60, own clock 5 % failures: 0.80", goal.measured());
    assertEquals("not reached at own clock 5 % failures", goal.verdict());
    assertEquals("count, own clock: 8", goal("circuit breaker, both windows").measured());
    assertTrue(goal("circuit breaker, count window, 2 threads").values().isEmpty());
  }

  @Test
  void aLimiterIsComparedWithTheClockOfTheSameSitting() {
    put(Row.clock(Section.GUARD, "oneRead", 1), 20, 0);
    put(Row.clock(Section.LEAST_LOADED, "oneRead", 1), 1, 0);
    put(Row.guard(GuardRow.ADMITTED, false, 1), 25, 0);
    put(Row.guard(GuardRow.REFUSED_CLOCK_PASSED, false, 1), 9, 0);
    assertEquals("admitted, own clock: 1.25", goal("rate limiter, own clock").measured());
    assertEquals("refused, clock passed in: 9.0", goal("rate limiter, clock passed in").measured());
  }

  private void put(Row row, double nanos, double bytes) {
    measures.put(row, Measure.of(List.of(nanos), bytes));
  }

  private Goal goal(String subject) {
    return new GuardGoals(new Results(measures))
        .all().stream().filter(goal -> goal.subject().equals(subject)).findFirst().orElseThrow();
  }
}
