package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.replay.ReplaySummary;
import dev.steelyard.autoscale.replay.Trace;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Two policies side by side, trace by trace, as Markdown; each pair is the HPA's and the other's.
 */
final class StudyTable {
  /** So much worse, as a share, is still no loss. */
  private static final double SLACK = 0.05;

  private final PrintWriter out;
  private final List<String> notes = new ArrayList<>();
  private int traces;
  private int better;
  private int worse;

  StudyTable(PrintWriter out) {
    this.out = out;
    out.println(
        "| trace | interval | instance-hours | change | reversals/day | adaptations/day | violations % |"
            + " saturated % | verdict |");
    out.println("|---|---|---|---|---|---|---|---|---|");
  }

  void row(String name, Trace trace, ReplaySummary hpa, ReplaySummary other) {
    double hours = other.instanceHours() / Math.max(hpa.instanceHours(), Double.MIN_NORMAL) - 1;
    boolean violates = other.violationShare() > hpa.violationShare() + 1e-9;
    boolean fewer = hours < 0 && other.reversals() < hpa.reversals();
    boolean more = hours > SLACK || other.reversals() > (1 + SLACK) * hpa.reversals();
    traces++;
    better += fewer && !violates ? 1 : 0;
    worse += violates || more ? 1 : 0;
    String verdict = violates ? "violates more" : more ? "worse" : fewer ? "better" : "not worse";
    out.println(
        String.format(
            Locale.ROOT,
            "| %s | %d s | %.1f → %.1f | %+.2f %% | %s | %s | %s | %s | %s |",
            name.replace(".csv", ""),
            trace.interval().toSeconds(),
            hpa.instanceHours(),
            other.instanceHours(),
            100 * hours,
            pair("%.1f", hpa.reversalsPerDay(), other.reversalsPerDay()),
            pair("%.1f", hpa.adaptationsPerDay(), other.adaptationsPerDay()),
            pair("%.4f", 100 * hpa.violationShare(), 100 * other.violationShare()),
            pair("%.3f", 100 * hpa.saturatedShare(), 100 * other.saturatedShare()),
            verdict));
  }

  private static String pair(String format, double first, double second) {
    return String.format(Locale.ROOT, format + " → " + format, first, second);
  }

  void leftOut(String name, String why) {
    notes.add(name + ": " + why);
  }

  void end() {
    out.println();
    out.println(
        traces
            + " traces: "
            + better
            + " with fewer instance-hours and fewer reversals at no more violations, "
            + worse
            + " with more violations, or more than 5 % more hours or reversals.");
    for (String note : notes) {
      out.println();
      out.println("Left out: " + note);
    }
  }
}
