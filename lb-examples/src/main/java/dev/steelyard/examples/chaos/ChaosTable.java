package dev.steelyard.examples.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A result for people: Markdown, so that the console's output can go into a page. */
final class ChaosTable {
  private ChaosTable() {}

  /** A column of the table. */
  private record Column(String title, Function<FaultReport, String> value) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("lost", report -> Long.toString(report.lost())),
          new Column("errors to callers", report -> Long.toString(report.callerErrors())),
          new Column("away, ms", report -> time(report.awayMillis())),
          new Column("back, ms", report -> time(report.backMillis())),
          new Column("bad share", report -> percent(report.badShare())),
          new Column("extra load", report -> percent(report.extraLoad())),
          new Column("p99, ms", report -> number(report.p99Millis())));

  /** One case of one client, as progress. */
  static String line(Contender contender, FaultReport report) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT, "%-18s %-16s %,7d requests", report.name(), contender, report.requests()));
    for (Column column : COLUMNS) {
      line.append(", ").append(column.title()).append(' ').append(column.value().apply(report));
    }
    if (!report.broken().isEmpty()) {
      line.append("  BROKEN: ").append(String.join("; ", report.broken()));
    }
    return line.toString();
  }

  static List<String> markdown(ChaosReport report) {
    List<String> lines = new ArrayList<>();
    ChaosReport.Environment where = report.environment();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s, %s, JDK %s, `%s`",
            where.date(),
            where.machine(),
            where.jdk(),
            where.options()));
    lines.add("");
    lines.add("Instances: " + String.join("; ", where.instances()) + ".");
    lines.add("");
    if (!report.faults().isEmpty()) {
      lines.addAll(table(report.client(), report.faults(), report.peer()));
    }
    if (report.soak() != null) {
      lines.add(soak(report.soak()));
    }
    return lines;
  }

  private static List<String> table(
      String client, List<FaultReport> faults, ChaosReport.@Nullable PeerReport peer) {
    List<String> lines = new ArrayList<>();
    if (peer != null) {
      lines.add("Each cell: " + client + " / " + peer.client() + ".");
      lines.add("");
    }
    StringBuilder head = new StringBuilder("| fault | requests |");
    StringBuilder rule = new StringBuilder("|---|--:|");
    for (Column column : COLUMNS) {
      head.append(' ').append(column.title()).append(" |");
      rule.append("--:|");
    }
    lines.add(head.toString());
    lines.add(rule.toString());
    for (int i = 0; i < faults.size(); i++) {
      FaultReport ours = faults.get(i);
      StringBuilder line = new StringBuilder("| " + ours.name() + " | " + ours.requests() + " |");
      for (Column column : COLUMNS) {
        line.append(' ').append(column.value().apply(ours));
        if (peer != null) {
          line.append(" / ").append(column.value().apply(peer.faults().get(i)));
        }
        line.append(" |");
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static String soak(SoakReport soak) {
    return String.format(
        Locale.ROOT,
        "Soak %s: %.0f s, %d cases, %d requests, %d lost, %d errors to callers, %d POSTs executed"
            + " twice, %d in flight at the end, %d threads left (%d of JDK clients), heap %.1f MB, then %.1f MB (allowed:"
            + " %d MB more).%s",
        soak.verdict(),
        soak.seconds(),
        soak.injected(),
        soak.requests(),
        soak.lost(),
        soak.callerErrors(),
        soak.doublePosts(),
        soak.inFlightAfter(),
        soak.threadsLeft().size(),
        soak.jdkClientThreads(),
        soak.heapBefore() / 1e6,
        soak.heapAfter() / 1e6,
        SoakReport.HEAP_BOUND >> 20,
        soak.broken().isEmpty() ? "" : " Broken: " + String.join("; ", soak.broken()));
  }

  private static String time(long millis) {
    return millis < 0 ? "never" : Long.toString(millis);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }
}
