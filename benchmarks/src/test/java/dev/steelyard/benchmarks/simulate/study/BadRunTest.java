package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BadRunTest {
  @Test
  void theFirstSecondIsNotJudged() {
    GoalRow goal = BadRun.goal("x", Map.of("a", new BadRun(List.of(0.05, 0.009, 0.002), 0)));

    assertEquals("at most 0.90 % (a)", goal.found());
    assertTrue(goal.isMet());
  }

  @Test
  void theWorstSecondOfTheWorstKindIsJudged() {
    GoalRow goal =
        BadRun.goal(
            "x",
            Map.of(
                "a", new BadRun(List.of(0.05, 0.0, 0.010), 0),
                "b", new BadRun(List.of(0.05, 0.003, 0.003), 0)));

    assertEquals("at most 1.00 % (a)", goal.found());
    assertFalse(goal.isMet());
  }

  @Test
  void aMedianIsTakenOfEachSecond() {
    BadRun median =
        BadRun.median(
            List.of(
                new BadRun(List.of(0.1, 0.4), 0.3),
                new BadRun(List.of(0.2, 0.2), 0.1),
                new BadRun(List.of(0.3, 0.0), 0.2)));

    assertEquals(new BadRun(List.of(0.2, 0.2), 0.2), median);
    assertEquals(0.2, median.later());
  }
}
