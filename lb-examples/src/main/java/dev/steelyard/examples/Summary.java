package dev.steelyard.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The result of a run, for people. */
final class Summary {
  private static final int ERRORS_SHOWN = 5;

  private final Quickstart.Result result;

  Summary(Quickstart.Result result) {
    this.result = result;
  }

  List<String> lines() {
    Report report = result.report();
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(InstanceTable.lines(result.snapshot(), result.killed()));
    lines.add("");
    lines.add(
        line(
            "requests   %,d in %.1f s, %,.0f/s",
            report.requests(), result.seconds(), result.counts().ended() / result.seconds()));
    lines.add(
        line(
            "answered   %,d (%,d of them 5xx); lost %,d; errors to callers %,d; retries %,d",
            report.answered(),
            result.counts().serverErrors(),
            report.lost(),
            report.callerErrors(),
            report.retries()));
    lines.add(
        line(
            "latency    p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms",
            report.p50Micros() / 1e3, report.p99Micros() / 1e3, report.p999Micros() / 1e3));
    if (result.killed() != null) {
      lines.add(failover(result.killed()));
    }
    if (result.drained() != null) {
      lines.add(
          line(
              "drain      of %s took %,d ms; %,d requests reached it afterwards",
              result.drained().id(), result.drained().millis(), report.afterDrain()));
    }
    result.errors().entrySet().stream()
        .limit(ERRORS_SHOWN)
        .forEach(error -> lines.add(line("error      %,d x %s", error.getValue(), error.getKey())));
    return lines;
  }

  private String failover(String killed) {
    FailoverWatch.Failover failover = result.failover();
    return failover.over()
        ? line(
            "failover   traffic was off %s %,d ms after the first failure (%,d attempts); %,d probes"
                + " later",
            killed, failover.millis(), failover.attempts(), failover.probes())
        : line(
            "failover   none: %s still got traffic at the end, %,d ms after the first failure (%,d"
                + " attempts)",
            killed, failover.millis(), failover.attempts());
  }

  private static String line(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
