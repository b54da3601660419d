package dev.steelyard.benchmarks.simulate.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is kept of a run with a bad instance.
 *
 * @param shares of the attempts that went to it, by second since it went bad
 * @param failed the share of requests that failed
 */
record BadRun(List<Double> shares, double failed) {
  /** What its share has to be below after one second. */
  static final double GOAL = 0.01;

  BadRun {
    shares = List.copyOf(shares);
  }

  /** Its share after the first second. */
  double later() {
    return shares.stream().skip(1).mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /** Its share in the worst second after the first. */
  double worstLater() {
    return shares.stream().skip(1).reduce(0.0, Math::max);
  }

  static BadRun median(List<BadRun> runs) {
    List<Double> shares = new ArrayList<>();
    for (int second = 0; second < runs.get(0).shares.size(); second++) {
      int at = second;
      shares.add(Figures.median(runs.stream().map(run -> run.shares.get(at)).toList()));
    }
    return new BadRun(shares, Figures.median(runs.stream().map(BadRun::failed).toList()));
  }

  /** Judges the worst second of the worst kind. */
  static GoalRow goal(String subject, Map<String, BadRun> ofDefault) {
    String worst = "";
    double share = -1;
    for (Map.Entry<String, BadRun> each : ofDefault.entrySet()) {
      if (each.getValue().worstLater() > share) {
        share = each.getValue().worstLater();
        worst = each.getKey();
      }
    }
    return new GoalRow(
        subject + ", share of the bad instance",
        "below 1 % in each second after the first",
        "at most " + Figures.percent(share) + " (" + worst + ")",
        share < GOAL);
  }
}
