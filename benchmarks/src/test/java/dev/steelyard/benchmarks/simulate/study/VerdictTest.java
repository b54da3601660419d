package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.benchmarks.simulate.PublishedScenario.Reached;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Reached THEIRS = new Reached(99.5, 1.25);

  private static void check(Verdict expected, double success, double mean) {
    assertEquals(expected, Verdict.of(new Reached(success, mean), THEIRS), success + ", " + mean);
  }

  @Test
  void whatCountsIsSuccessAndMeanToTheDigitsThatArePublished() {
    check(Verdict.EQUAL, 99.5, 1.25);
    check(Verdict.EQUAL, 99.54, 1.2500004);
    check(Verdict.EQUAL, 99.46, 1.2499996);
    check(Verdict.BETTER, 99.5, 1.249);
    check(Verdict.BETTER, 99.6, 1.25);
    check(Verdict.BETTER, 99.6, 1.0);
    check(Verdict.MIXED, 99.6, 1.251);
    check(Verdict.MIXED, 99.4, 1.249);
    check(Verdict.WORSE, 99.5, 1.251);
    check(Verdict.WORSE, 99.4, 1.25);
    check(Verdict.DOMINATED, 99.4, 1.251);
  }

  private static ScenarioPart.Comparison comparison(String name, Reached ours) {
    return new ScenarioPart.Comparison(
        name, Map.of(StudyContext.DEFAULT, ours), Map.of("theirs", THEIRS));
  }

  @Test
  void theGoalIsMissedByOneScenarioInWhichTheirsIsBetterInBoth() {
    ScenarioPart.Comparison better = comparison("x", new Reached(100, 1));
    ScenarioPart.Comparison dominated = comparison("y", new Reached(99, 2));

    List<GoalRow> missed = ScenarioPart.goals(List.of(better, dominated));
    assertEquals("y by theirs", missed.get(0).found());
    assertFalse(missed.get(0).isMet());
    assertEquals("1 of 2", missed.get(1).found());
    assertFalse(missed.get(1).isMet(), "half is not most");

    List<GoalRow> met =
        ScenarioPart.goals(
            List.of(
                better,
                comparison("y", new Reached(99, 1)),
                comparison("z", better.ours().get(StudyContext.DEFAULT))));
    assertTrue(met.get(0).isMet(), "mixed is not dominated");
    assertEquals("2 of 3", met.get(1).found());
    assertTrue(met.get(1).isMet());
  }
}
