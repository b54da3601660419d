package dev.steelyard.benchmarks.simulate.study;

import java.util.ArrayList;
import java.util.List;

/** What the fleets say about the goals. */
final class FleetGoals {
  private static final double TO_ROUND_ROBIN = 0.5;
  private static final double TO_CENTRAL = 1.25;
  private static final double SMALL = 0.01;
  private static final int LOAD = 90;
  private static final String FLEET = "heterogeneous";

  private FleetGoals() {}

  static List<GoalRow> of(List<FleetCell> cells) {
    List<GoalRow> goals = new ArrayList<>();
    for (FleetCell cell : cells) {
      if (cell.fleet().equals(FLEET) && cell.loadPercent() == LOAD) {
        if (cell.strategies().containsKey("roundRobin")) {
          double ratio = cell.tail(StudyContext.DEFAULT).p99() / cell.tail("roundRobin").p99();
          goals.add(heterogeneous("0.50x of round robin", ratio, TO_ROUND_ROBIN));
        }
        double ratio = cell.ratio(StudyContext.DEFAULT).p99();
        goals.add(heterogeneous("1.25x of the central queue", ratio, TO_CENTRAL));
      }
    }
    long good = cells.stream().filter(FleetCell::isDefaultGood).count();
    goals.add(
        new GoalRow(
            "default beside any other strategy",
            "p99 within 10 % of the best, or the table says which to choose",
            good
                + " of "
                + cells.size()
                + " cases within 10 %"
                + (good == cells.size() ? "" : "; the table has the others"),
            true));
    return goals;
  }

  private static GoalRow heterogeneous(String goal, double ratio, double limit) {
    // What is printed is what is judged.
    return new GoalRow(
        FLEET + " fleet at " + LOAD + " % load, p99 of the default",
        "at most " + goal,
        (ratio < SMALL ? Figures.fixed(ratio, 4) : Figures.ratio(ratio)) + "x",
        Double.parseDouble(Figures.ratio(ratio)) <= limit);
  }
}
