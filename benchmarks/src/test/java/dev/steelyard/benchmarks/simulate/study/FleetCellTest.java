package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FleetCellTest {
  private static Tail tail(double p99) {
    return new Tail(p99 / 5, p99, 2 * p99, 1, 1);
  }

  private static FleetCell cell(String fleet, double ours, double roundRobin, double central) {
    Map<String, Tail> tails = new LinkedHashMap<>();
    tails.put(StudyContext.DEFAULT, tail(ours));
    tails.put("roundRobin", tail(roundRobin));
    Map<String, Tail> ratios = new LinkedHashMap<>();
    tails.forEach((name, tail) -> ratios.put(name, tail.over(tail(central))));
    return new FleetCell(fleet, 90, tail(central), tails, ratios);
  }

  @Test
  void theBestHasTheLeastP99AndOfEqualsItIsTheFirst() {
    assertEquals("roundRobin", cell("x", 110, 100, 50).best());
    assertEquals(1.1, cell("x", 110, 100, 50).toBest(StudyContext.DEFAULT), 1e-9);
    assertEquals(StudyContext.DEFAULT, cell("x", 100, 100, 50).best());
    assertEquals(2, cell("x", 100, 100, 50).ratio(StudyContext.DEFAULT).p99(), 1e-9);
    assertThrows(IllegalArgumentException.class, () -> cell("x", 100, 100, 50).tail("removed"));
  }

  @Test
  void theDefaultIsGoodWithinATenthOfTheBest() {
    assertTrue(cell("x", 110, 100, 50).isDefaultGood());
    assertFalse(cell("x", 111, 100, 50).isDefaultGood());
    assertTrue(cell("x", 50, 100, 50).isDefaultGood());
  }

  @Test
  void theGoalsAreJudgedByWhatIsPrinted() {
    List<GoalRow> met = FleetGoals.of(List.of(cell("heterogeneous", 125.4, 250.8, 100)));
    assertEquals("0.50x", met.get(0).found());
    assertEquals("1.25x", met.get(1).found());
    assertTrue(met.stream().allMatch(GoalRow::isMet), met::toString);

    List<GoalRow> missed = FleetGoals.of(List.of(cell("heterogeneous", 126, 247, 100)));
    assertFalse(missed.get(0).isMet(), missed::toString);
    assertFalse(missed.get(1).isMet(), missed::toString);
  }

  @Test
  void howManyCasesAreNearTheBestIsSaid() {
    List<GoalRow> goals = FleetGoals.of(List.of(cell("x", 200, 100, 50), cell("y", 90, 100, 50)));

    assertEquals(1, goals.size(), "no other goal is about these fleets");
    assertEquals("1 of 2 cases within 10 %; the table has the others", goals.get(0).found());
  }

  @Test
  void aMedianIsTakenOfEachFigure() {
    Tail median =
        Tail.median(
            List.of(
                new Tail(1, 30, 5, 0.9, 1), new Tail(2, 10, 6, 1, 2), new Tail(3, 20, 4, 1, 3)));

    assertEquals(new Tail(2, 20, 5, 1, 2), median);
  }
}
