package dev.steelyard.autoscale.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The summary as rows of a name and one text per replay, for text, picture and page alike. */
final class SummaryTable {
  /** A line of the table. */
  record Row(String name, List<String> values) {}

  private SummaryTable() {}

  static List<Row> rows(List<ReplayResult> results) {
    return of(results.stream().map(ReplayResult::summary).toList());
  }

  static List<Row> of(List<ReplaySummary> summaries) {
    List<Row> rows = new ArrayList<>();
    Adder add = (name, value) -> rows.add(new Row(name, summaries.stream().map(value).toList()));
    add.row("instance-hours", s -> Words.number(s.instanceHours()));
    add.row("cost", s -> Words.number(s.cost()));
    add.row("load lost or too slow", s -> Words.percent(s.violationShare()));
    add.row("load lost", s -> Words.percent(s.lostShare()));
    add.row("time saturated", s -> Words.percent(s.saturatedShare()));
    add.row("adaptations per day", s -> Words.number(s.adaptationsPerDay()));
    add.row("reversals per day (10 min)", s -> Words.number(s.reversalsPerDay()));
    add.row(
        "reaction time, median / p95 / longest",
        s ->
            Words.span(s.reactionMedian())
                + " / "
                + Words.span(s.reactionP95())
                + " / "
                + Words.span(s.reactionMax()));
    add.row("instances missing, mean", s -> Words.number(s.elasticity().accuracyUnder()));
    add.row("instances too many, mean", s -> Words.number(s.elasticity().accuracyOver()));
    add.row("missing / demand", s -> Words.percent(s.elasticity().normalizedUnder()));
    add.row("too many / demand", s -> Words.percent(s.elasticity().normalizedOver()));
    add.row("time with too few", s -> Words.percent(s.elasticity().timeShareUnder()));
    add.row("time with too many", s -> Words.percent(s.elasticity().timeShareOver()));
    add.row("instability", s -> Words.percent(s.elasticity().instability()));
    add.row("jitter per hour", s -> Words.number(s.elasticity().jitterPerHour()));
    add.row("elastic deviation (p = 5)", s -> Words.percent(deviation(s)));
    add.row("most instances", s -> Integer.toString(s.peakInstances()));
    return rows;
  }

  private static double deviation(ReplaySummary summary) {
    return summary.elasticity().elasticDeviation(5) / 100;
  }

  private interface Adder {
    void row(String name, Function<ReplaySummary, String> value);
  }
}
