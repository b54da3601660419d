package dev.steelyard.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoalTest {
  @Test
  void namesWhatMissesTheGoalAndWhatWasMeasured() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("10", 1.304);
    values.put("1000", 1.31);
    Goal goal = new Goal("pick", 1.3, "x its floor", values);
    assertEquals("at most 1.30 x its floor", goal.goal());
    assertEquals("10: 1.30, 1000: 1.31", goal.measured());
    assertEquals("not reached at 1000", goal.verdict());
  }

  @Test
  void aFractionOfAByteIsTheProfilersOwn() {
    assertEquals("met", new Goal("pick", 0, "B", Map.of("random", 0.06)).verdict());
    assertEquals(
        "not reached at random", new Goal("pick", 0, "B", Map.of("random", 24.0)).verdict());
  }

  @Test
  void whatCouldNotBeComparedIsNotMet() {
    Goal goal = new Goal("pick", 1.3, "x its floor", Map.of("10", Double.NaN));
    assertEquals("not reached at 10", goal.verdict());
  }

  @Test
  void nanosecondsAreMetByWhatIsPrinted() {
    Goal goal = new Goal("limiter", 10, "ns", Map.of("admitted", 10.04));
    assertEquals("at most 10.0 ns", goal.goal());
    assertEquals("admitted: 10.0", goal.measured());
    assertEquals("met", goal.verdict());
  }
}
