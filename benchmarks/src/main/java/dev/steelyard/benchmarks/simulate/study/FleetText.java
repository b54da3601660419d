package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What the document says about fleets. */
final class FleetText {
  private static final double ALL_SUCCEED = 0.999;

  private final List<Fleet> fleets;
  private final List<FleetCell> cells;
  private final List<String> names;

  FleetText(List<Fleet> fleets, List<FleetCell> cells) {
    this.fleets = fleets;
    this.cells = cells;
    this.names = List.copyOf(cells.get(0).strategies().keySet());
  }

  static List<FleetCell> of(Fleet fleet, List<FleetCell> cells) {
    return cells.stream().filter(cell -> cell.fleet().equals(fleet.title())).toList();
  }

  String render(List<Plot> plots) {
    StringBuilder text = new StringBuilder();
    text.append(
        "20 servers of 4 cores, 20 clients that know nothing of one another, 0.25 ms of network "
            + "each way, Poisson\narrivals, exponential work of 20 ms in the mean unless it says "
            + "otherwise. The load is the share of what the\nfleet can do with what is wrong with "
            + "it. Every strategy has the standard failure policy. The central\nqueue is the "
            + "bound: one queue for all servers, which sends a request to the fastest free core.\n"
            + "Figures are medians over the seeds.\n\n");
    text.append(findings()).append("\n### Which to choose when\n\n").append(choice());
    text.append("\n### How the strategies do\n\n").append(strategies());
    for (int i = 0; i < fleets.size(); i++) {
      Fleet fleet = fleets.get(i);
      List<FleetCell> own = of(fleet, cells);
      text.append("\n### Fleet: ").append(fleet.title()).append("\n\n");
      text.append(Character.toUpperCase(fleet.what().charAt(0)))
          .append(fleet.what().substring(1))
          .append(".\np99 as a ratio to the central queue:\n\n")
          .append(ratios(own))
          .append('\n')
          .append(plots.get(i).link())
          .append("\n<details><summary>p50, p99 and p99.9</summary>\n\n")
          .append("In ms:\n\n")
          .append(absolute(own))
          .append("\nAs ratios to the central queue:\n\n")
          .append(allRatios(own))
          .append("\n</details>\n");
    }
    return text.toString();
  }

  /** In sentences, all computed. */
  private String findings() {
    StringBuilder text = new StringBuilder();
    long good = cells.stream().filter(FleetCell::isDefaultGood).count();
    FleetCell worst =
        cells.stream()
            .max(Comparator.comparingDouble(cell -> cell.toBest(StudyContext.DEFAULT)))
            .orElseThrow();
    text.append("* p99 of the default is within 10 % of the best strategy in ")
        .append(good + " of " + cells.size())
        .append(" cases; furthest from it: ")
        .append(Figures.ratio(worst.toBest(StudyContext.DEFAULT)))
        .append("x in ")
        .append(worst.fleet() + " at " + worst.loadPercent() + " %")
        .append(" (best: " + worst.best() + ").\n");
    FleetCell far =
        cells.stream()
            .max(Comparator.comparingDouble(cell -> cell.ratio(StudyContext.DEFAULT).p99()))
            .orElseThrow();
    text.append("* It is ")
        .append(
            Figures.ratio(
                Figures.median(
                    cells.stream().map(cell -> cell.ratio(StudyContext.DEFAULT).p99()).toList())))
        .append("x the central queue in the median case, and ")
        .append(Figures.ratio(far.ratio(StudyContext.DEFAULT).p99()))
        .append("x at most (" + far.fleet() + " at " + far.loadPercent() + " %).\n");
    List<String> nowhere =
        names.stream()
            .filter(name -> !name.equals(StudyContext.DEFAULT))
            .filter(name -> cells.stream().noneMatch(cell -> cell.best().equals(name)))
            .toList();
    if (!nowhere.isEmpty()) {
      text.append("* Best in no case: ").append(String.join(", ", nowhere)).append(".\n");
    }
    List<String> failing = new ArrayList<>();
    for (FleetCell cell : cells) {
      for (String name : names) {
        if (cell.tail(name).success() < ALL_SUCCEED) {
          failing.add(
              name
                  + " in "
                  + cell.fleet()
                  + " at "
                  + cell.loadPercent()
                  + " % ("
                  + Figures.percent(cell.tail(name).success())
                  + ")");
        }
      }
    }
    text.append("* Less than 99.9 % succeeded: ")
        .append(failing.isEmpty() ? "nowhere" : String.join(", ", failing))
        .append(".\n");
    return text.toString();
  }

  private Table choice() {
    Table table =
        new Table(3, "fleet", "load", "least p99", "its p99", "default", "to best", "choose");
    for (FleetCell cell : cells) {
      table.row(
          cell.fleet(),
          cell.loadPercent() + " %",
          cell.best(),
          Figures.millis(cell.tail(cell.best()).p99()) + " ms",
          Figures.millis(cell.tail(StudyContext.DEFAULT).p99()) + " ms",
          ratioToBest(cell, StudyContext.DEFAULT),
          cell.isDefaultGood() ? "default" : "**" + cell.best() + "**");
    }
    return table;
  }

  private static String ratioToBest(FleetCell cell, String name) {
    String ratio = Figures.ratio(cell.toBest(name));
    return cell.toBest(name) <= FleetCell.TOLERANCE ? ratio : "**" + ratio + "**";
  }

  private String strategies() {
    Table table = new Table(1, "strategy", "best", "within 10 %", "median", "worst", "worst in");
    for (String name : names) {
      FleetCell worst =
          cells.stream().max(Comparator.comparingDouble(cell -> cell.toBest(name))).orElseThrow();
      table.row(
          name,
          Long.toString(cells.stream().filter(cell -> cell.best().equals(name)).count()),
          Long.toString(
              cells.stream().filter(cell -> cell.toBest(name) <= FleetCell.TOLERANCE).count()),
          Figures.ratio(Figures.median(cells.stream().map(cell -> cell.toBest(name)).toList())),
          Figures.ratio(worst.toBest(name)),
          worst.fleet() + ", " + worst.loadPercent() + " %");
    }
    return "Of "
        + cells.size()
        + " cases: in how many it is the best or near, and its p99 as a ratio to the best.\n\n"
        + table;
  }

  private Table table(List<FleetCell> own) {
    List<String> header = new ArrayList<>(List.of("strategy"));
    own.forEach(cell -> header.add(cell.loadPercent() + " %"));
    return new Table(1, header.toArray(new String[0]));
  }

  private String ratios(List<FleetCell> own) {
    Table table = table(own);
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(shown(name)));
      for (FleetCell cell : own) {
        String ratio = Figures.ratio(cell.ratio(name).p99());
        row.add(cell.best().equals(name) ? "**" + ratio + "**" : ratio);
      }
      table.row(row.toArray(new String[0]));
    }
    List<String> central = new ArrayList<>(List.of("central queue, ms"));
    own.forEach(cell -> central.add(Figures.millis(cell.central().p99())));
    return table.row(central.toArray(new String[0])).toString();
  }

  private static String shown(String name) {
    return name.equals(StudyContext.DEFAULT) ? "**default**" : name;
  }

  private String absolute(List<FleetCell> own) {
    Table table = table(own);
    List<String> central = new ArrayList<>(List.of("central queue"));
    own.forEach(cell -> central.add(millis(cell.central())));
    table.row(central.toArray(new String[0]));
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(shown(name)));
      own.forEach(cell -> row.add(millis(cell.tail(name))));
      table.row(row.toArray(new String[0]));
    }
    return table.toString();
  }

  private static String millis(Tail tail) {
    return List.of(tail.p50(), tail.p99(), tail.p999()).stream()
        .map(Figures::millis)
        .collect(Collectors.joining(" / "));
  }

  private String allRatios(List<FleetCell> own) {
    Table table = table(own);
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(shown(name)));
      for (FleetCell cell : own) {
        Tail ratio = cell.ratio(name);
        row.add(
            List.of(ratio.p50(), ratio.p99(), ratio.p999()).stream()
                .map(Figures::ratio)
                .collect(Collectors.joining(" / ")));
      }
      table.row(row.toArray(new String[0]));
    }
    return table.toString();
  }
}
