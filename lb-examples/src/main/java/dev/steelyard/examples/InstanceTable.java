package dev.steelyard.examples;

import dev.steelyard.examples.Report.InstanceReport;
import dev.steelyard.lb.BalancerSnapshot;
import dev.steelyard.lb.EndpointSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The instances as a table for people. */
final class InstanceTable {
  private InstanceTable() {}

  static List<String> lines(BalancerSnapshot snapshot, @Nullable String killed) {
    List<String> lines = new ArrayList<>();
    lines.add(row("instance", "state", "requests", "share", "in-flight", "failed", "latency"));
    List<InstanceReport> reports = Report.instances(snapshot, killed);
    for (int i = 0; i < reports.size(); i++) {
      EndpointSnapshot endpoint = snapshot.endpoints().get(i);
      InstanceReport report = reports.get(i);
      lines.add(
          row(
              report.id(),
              report.state(),
              report.requests(),
              String.format(Locale.ROOT, "%.1f %%", report.share() * 100),
              endpoint.inFlight(),
              endpoint.failures() + endpoint.overloaded(),
              millis(endpoint.latency())));
    }
    return lines;
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "  %-10s %-12s %9s %7s %9s %8s %10s", cells);
  }

  private static String millis(@Nullable Duration latency) {
    return latency == null
        ? "-"
        : String.format(Locale.ROOT, "%.1f ms", latency.toNanos() / 1_000_000.0);
  }
}
