package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.benchmarks.simulate.study.AutoscalerPart.Variant;
import dev.steelyard.benchmarks.simulate.study.FleetScaler.Farewell;
import dev.steelyard.simulator.Sample;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is told of the days. */
final class AutoscalerText {
  private static final double HOUR = 3600e9;

  /** One decision in twenty is drawn: every five minutes. */
  private static final int DRAWN = 20;

  private AutoscalerText() {}

  static String table(List<Variant> variants, List<ScaledDay.Outcome> outcomes) {
    Table table =
        new Table(
            3,
            "sizing",
            "balancing",
            "leaving",
            "instance-hours",
            "most",
            "ups",
            "downs",
            "reversals",
            "failed",
            "retries",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "slow");
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      ScaledDay.Outcome outcome = outcomes.get(i);
      SimulationResult result = outcome.result();
      table.row(
          variant.sizing(),
          variant.balancing(),
          variant.farewell() == Farewell.DRAIN ? "drained" : "killed",
          Figures.fixed(outcome.instanceHours(), 0),
          Integer.toString(outcome.largest()),
          Integer.toString(outcome.ups()),
          Integer.toString(outcome.downs()),
          Integer.toString(outcome.reversals()),
          Long.toString(result.counts().sent() - result.counts().succeeded()),
          Long.toString(result.counts().attempts() - result.counts().sent()),
          millis(result, 50),
          millis(result, 99),
          millis(result, 99.9),
          Figures.fixed(100 * outcome.slow(), 3) + " %");
    }
    return table.toString();
  }

  private static String millis(SimulationResult result, double percent) {
    return Figures.millis((double) result.percentile(percent).toNanos());
  }

  /** Rate and instances, and p99, over the day. */
  static List<Plot> plots(ScaledDay day, List<Variant> variants, List<ScaledDay.Outcome> outcomes) {
    Plot fleet =
        new Plot("autoscaler-fleet", "Servers over the day", "hours", "servers that take requests");
    List<Double> hours = new ArrayList<>();
    List<Double> needed = new ArrayList<>();
    Duration interval = day.rate().interval();
    for (int i = 0; i < day.rate().size(); i++) {
      hours.add(i * (interval.toNanos() / HOUR));
      needed.add(day.rate().value(i) / ScaledDay.perServer() / ScaledDay.TARGET);
    }
    fleet.line("needed at 70 %", hours, needed);
    Plot tail = new Plot("autoscaler-p99", "p99 over the day", "hours", "p99, ms").logY();
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      ScaledDay.Outcome outcome = outcomes.get(i);
      if (variant.farewell() == Farewell.KILL || variant.balancing().contains("+")) {
        continue;
      }
      boolean isDefault = variant.balancing().equals(StudyContext.DEFAULT);
      if (isDefault) {
        List<FleetScaler.Size> drawn = drawn(outcome.sizes());
        fleet.line(
            variant.sizing(),
            drawn.stream().map(size -> size.at().toNanos() / HOUR).toList(),
            drawn.stream().map(size -> (double) size.serving()).toList());
      }
      if (isDefault || variant.balancing().equals("roundRobin")) {
        List<Sample> samples = outcome.result().samples();
        tail.line(
            variant.name(),
            samples.stream().map(sample -> sample.from().toNanos() / HOUR).toList(),
            samples.stream().map(sample -> sample.p99().toNanos() / 1e6).toList());
      }
    }
    return List.of(fleet, tail);
  }

  private static List<FleetScaler.Size> drawn(List<FleetScaler.Size> sizes) {
    List<FleetScaler.Size> drawn = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i += DRAWN) {
      drawn.add(sizes.get(i));
    }
    return drawn;
  }

  static void findings(
      StringBuilder text, List<Variant> variants, List<ScaledDay.Outcome> outcomes) {
    for (int i = 0; i < variants.size(); i++) {
      Variant with = variants.get(i);
      for (int j = 0; j < variants.size(); j++) {
        Variant without = variants.get(j);
        if (with.sizing().equals(without.sizing())
            && with.farewell() == without.farewell()
            && with.balancing().startsWith(without.balancing() + " +")) {
          compare(text, with, outcomes.get(i), outcomes.get(j));
        }
      }
    }
    int best = 0;
    for (int i = 0; i < variants.size(); i++) {
      boolean isSame = variants.get(i).sizing().equals(variants.get(0).sizing());
      if (isSame && outcomes.get(i).slow() < outcomes.get(best).slow()) {
        best = i;
      }
    }
    text.append("* With ")
        .append(variants.get(best).sizing())
        .append(", the fewest slow requests are those of `")
        .append(variants.get(best).balancing())
        .append("`: ")
        .append(Figures.fixed(100 * outcomes.get(best).slow(), 3))
        .append(" %; `")
        .append(variants.get(0).balancing())
        .append("` has ")
        .append(Figures.fixed(100 * outcomes.get(0).slow(), 3))
        .append(" %.\n");
    long lost = 0;
    for (int i = 0; i < variants.size(); i++) {
      SimulationResult result = outcomes.get(i).result();
      if (variants.get(i).farewell() == Farewell.DRAIN) {
        lost += result.counts().sent() - result.counts().succeeded();
      } else {
        text.append("* Killing in place of draining: ")
            .append(result.counts().attempts() - result.counts().sent())
            .append(" retries, ")
            .append(result.counts().sent() - result.counts().succeeded())
            .append(" requests failed.\n");
      }
    }
    text.append("* Of all requests on fleets that drained, ").append(lost).append(" failed.\n");
  }

  private static void compare(
      StringBuilder text, Variant with, ScaledDay.Outcome slow, ScaledDay.Outcome plain) {
    text.append("* ")
        .append(with.name())
        .append(": ")
        .append(Figures.fixed(100 * slow.slow(), 3))
        .append(" % slow, p99.9 ")
        .append(millis(slow.result(), 99.9))
        .append(" ms; without ")
        .append(Figures.fixed(100 * plain.slow(), 3))
        .append(" % and ")
        .append(millis(plain.result(), 99.9))
        .append(" ms.\n");
  }
}
