package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Scenario;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What callers notice of deploys, of zones that are lost, and of storms. */
final class TroublePart implements StudyPart {
  private static final double ALL_WELL = 0.0005;
  private static final double NO_STORM = 1.05;

  @Override
  public String key() {
    return "d";
  }

  @Override
  public String title() {
    return "Deploys, lost zones, herds and storms";
  }

  @Override
  public PartResult run(StudyContext context) {
    Site site = Site.of(context);
    List<Trouble> troubles = Trouble.all();
    List<Callable<TroubleRun>> runs = new ArrayList<>();
    for (Trouble trouble : troubles) {
      Scenario scenario = trouble.scenario().apply(site).build();
      Set<String> bad = trouble.bad().apply(site);
      for (ClientSetup caller : Callers.of(trouble).values()) {
        for (long seed : context.allSeeds()) {
          runs.add(() -> TroubleRun.of(scenario.run(seed, caller), trouble, bad));
        }
      }
    }
    List<TroubleRun> found = context.runs().all(runs);
    StringBuilder text = new StringBuilder(introduction(site));
    StringBuilder sections = new StringBuilder();
    List<Plot> plots = new ArrayList<>();
    ObjectNode json = Figures.object();
    int next = 0;
    for (Trouble trouble : troubles) {
      Map<String, TroubleRun> byCaller = new LinkedHashMap<>();
      for (String caller : Callers.of(trouble).keySet()) {
        byCaller.put(caller, TroubleRun.median(found.subList(next, next + context.seeds())));
        next += context.seeds();
      }
      text.append(finding(trouble, byCaller));
      section(sections, trouble, byCaller, plots);
      ObjectNode node = json.putObject(trouble.key());
      byCaller.forEach((caller, run) -> node.set(caller, run.json()));
    }
    return new PartResult(text.append(sections).toString(), plots, json, List.of());
  }

  private static String introduction(Site site) {
    return site.servers()
        + " servers of "
        + site.cores()
        + " cores and "
        + site.clients()
        + " clients in three zones, exponential work of 20 ms in the mean, 0.25 ms of network "
        + "each\nway within a zone and 1 ms across. \"Back after\" is when, after the end of the "
        + "trouble, p99 is within 1.5x of what it\nwas before and at most 1 % fails, for three "
        + "seconds in a row; \"attempts\" are per request in the worst second of the\ntrouble; "
        + "\"busiest\" is the share of the busiest server in the last ten seconds beside the "
        + "mean. Figures are medians over the\nseeds, plots are of the first. A server works on "
        + "what it has, also if the caller has given up. All callers give up after\n2 s:\n\n"
        + Callers.TEXT
        + "\n";
  }

  /** One line on the default beside round robin without a failure policy. */
  static String finding(Trouble trouble, Map<String, TroubleRun> byCaller) {
    TroubleRun ours = found(byCaller, Callers.DEFAULT);
    TroubleRun plain = found(byCaller, Callers.PLAIN);
    return "* **"
        + trouble.title()
        + "**: "
        + Figures.percent(1 - ours.success())
        + " of the default's requests fail (bare round robin: "
        + Figures.percent(1 - plain.success())
        + "), p99 is "
        + Figures.millis(ours.worstP99())
        + " ms in the\n  worst second ("
        + Figures.millis(plain.worstP99())
        + " ms), and all is well again "
        + back(ours)
        + " ("
        + back(plain)
        + ")"
        + never(byCaller)
        + ".\n";
  }

  private static String never(Map<String, TroubleRun> byCaller) {
    List<String> never = new ArrayList<>();
    byCaller.forEach(
        (caller, run) -> {
          if (!(run.backAfter() <= Trouble.SECONDS)) {
            never.add(caller);
          }
        });
    return never.isEmpty() ? "" : "; never for " + String.join("; ", never);
  }

  private static TroubleRun found(Map<String, TroubleRun> byCaller, String caller) {
    TroubleRun run = byCaller.get(caller);
    if (run == null) {
      throw new IllegalArgumentException(
          "caller: " + caller + " (expected: one of " + byCaller.keySet() + ")");
    }
    return run;
  }

  private static String back(TroubleRun run) {
    return run.backAfter() <= Trouble.SECONDS
        ? "after " + Figures.fixed(run.backAfter(), 0) + " s"
        : "never";
  }

  private static void section(
      StringBuilder text, Trouble trouble, Map<String, TroubleRun> byCaller, List<Plot> plots) {
    text.append("\n### ")
        .append(trouble.title())
        .append("\n\n")
        .append(Character.toUpperCase(trouble.what().charAt(0)))
        .append(trouble.what().substring(1))
        .append(".\n\n");
    boolean hasBad = byCaller.values().stream().anyMatch(run -> !Double.isNaN(run.toBad()));
    List<String> header =
        new ArrayList<>(
            List.of(
                "caller",
                "failed",
                "in worst second",
                "worst p99",
                "attempts",
                "back after",
                "busiest"));
    if (hasBad) {
      header.add("to the dead");
    }
    Table table = new Table(1, header.toArray(new String[0]));
    byCaller.forEach((caller, run) -> table.row(row(caller, run, hasBad)));
    text.append(table).append('\n');
    List<Plot> own = new ArrayList<>();
    own.add(plot(trouble, byCaller, "p99", "p99, ms", course -> course.p99(), 1e-6).logY());
    if (byCaller.values().stream().anyMatch(run -> run.worstFailed() > ALL_WELL)) {
      own.add(plot(trouble, byCaller, "failed", "failed, %", course -> course.failed(), 100));
    }
    if (byCaller.values().stream().anyMatch(run -> run.mostAttempts() > NO_STORM)) {
      own.add(
          plot(
              trouble,
              byCaller,
              "attempts",
              "attempts per request",
              course -> course.attempts(),
              1));
    }
    own.forEach(plot -> text.append(plot.link()).append('\n'));
    plots.addAll(own);
  }

  private static String[] row(String caller, TroubleRun run, boolean hasBad) {
    List<String> row =
        new ArrayList<>(
            List.of(
                caller.equals(Callers.DEFAULT) ? "**default**" : caller,
                Figures.percent(1 - run.success()),
                Figures.percent(run.worstFailed()),
                Figures.millis(run.worstP99()) + " ms",
                Figures.ratio(run.mostAttempts()),
                back(run).replace("after ", ""),
                Figures.ratio(run.spread()) + "x"));
    if (hasBad) {
      row.add(Figures.percent(run.toBad()));
    }
    return row.toArray(new String[0]);
  }

  private static Plot plot(
      Trouble trouble,
      Map<String, TroubleRun> byCaller,
      String what,
      String yTitle,
      Function<Course, List<Double>> values,
      double unit) {
    Plot plot =
        new Plot(
            "d-" + trouble.key() + "-" + what,
            trouble.title() + ": " + yTitle.replace(", ms", "").replace(", %", ""),
            "s",
            yTitle);
    plot.mark(trouble.from(), "begins").mark(trouble.to(), "ends");
    byCaller.forEach(
        (caller, run) -> {
          List<Double> ys = values.apply(run.course()).stream().map(y -> y * unit).toList();
          List<Double> xs =
              IntStream.range(0, ys.size()).mapToObj(second -> (double) second).toList();
          if (caller.equals(Callers.DEFAULT)) {
            plot.boldLine(caller, xs, ys);
          } else {
            plot.line(caller, xs, ys);
          }
        });
    return plot;
  }
}
