package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.guard.GuardGroup;
import dev.steelyard.benchmarks.guard.GuardRow;
import dev.steelyard.benchmarks.guard.GuardedCallRow;
import dev.steelyard.benchmarks.guard.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of what guards cost: floors, ours and peers together. */
final class GuardPart {
  private final Results results;

  GuardPart(Results results) {
    this.results = results;
  }

  String render() {
    StringBuilder text = new StringBuilder();
    for (GuardGroup group : GuardGroup.values()) {
      Table table = table(group);
      if (!table.isEmpty()) {
        text.append("\n### ").append(group.title()).append("\n\n").append(table);
      }
    }
    Table calls = calls();
    if (!calls.isEmpty()) {
      text.append("\n### Whole guarded call\n\n").append(calls);
    }
    return text.isEmpty()
        ? ""
        : "\n## Guards\n"
            + text
            + """

            All threads share one guard. A breaker gives a permit and is told how the call ended. Without
            failures, ours only reads its count window, once that is full; with 5 %, of every 20 calls one fails,
            at random, and it writes like the others. "Clock passed in" is how the balancer uses ours: time does
            not pass there, and the read that the balancer needs anyway is not counted. ServiceTalk's breaker is
            Resilience4j's. Rate limiters are of 10^9 a second, of which all are admitted, or of one a day. The
            throttle as gRPC's is one counter that knows no time; while it is full, a request only reads it. The
            bulkhead of ours is a whole request through a balancer of one instance: the line without a limit says
            what the limit adds. Adaptive limits see a clock that is 4096 times as fast, so that they get as many
            requests per window as in use. A lease is acquire and succeed, a call has retries and their budget
            as well. Resilience4j has a breaker and a bulkhead for each instance, and a retry around round robin.
            The tests see every guard open or limit; none did while it was measured, except where refusing is
            what is measured.
            """;
  }

  private Table table(GuardGroup group) {
    List<String> header = new ArrayList<>(List.of("who", "ns", "2 threads"));
    if (group.isAboutFailures()) {
      header.addAll(List.of("ns, 5 % failures", "2 threads, 5 % failures"));
    }
    header.addAll(List.of("B/op", "at most"));
    Table table = new Table(1, header.toArray(String[]::new));
    if (group.isAboutTime()) {
      add(
          table,
          Side.FLOOR,
          List.of("one clock read"),
          results.find(Row.clock(Section.GUARD, "oneRead", 1)),
          results.find(Row.clock(Section.GUARD, "oneRead", 2)));
    }
    for (GuardRow row : GuardRow.of(group)) {
      List<@Nullable Measure> measures = new ArrayList<>();
      for (boolean failing : new boolean[] {false, true}) {
        for (int threads : Suite.THREADS) {
          if (!failing || group.isAboutFailures()) {
            measures.add(results.find(Row.guard(row, failing, threads)));
          }
        }
      }
      add(table, row.side(), List.of(row.label()), measures.toArray(Measure[]::new));
    }
    return table;
  }

  private Table calls() {
    List<String> header = new ArrayList<>(List.of("who", "what"));
    Suite.GUARDED_SIZES.forEach(size -> header.add("ns at " + size));
    Suite.GUARDED_SIZES.forEach(size -> header.add("2 threads at " + size));
    header.addAll(List.of("B/op", "at most"));
    Table table = new Table(2, header.toArray(String[]::new));
    for (GuardedCallRow row : GuardedCallRow.values()) {
      List<@Nullable Measure> measures = new ArrayList<>();
      for (int threads : Suite.THREADS) {
        for (int size : Suite.GUARDED_SIZES) {
          measures.add(results.find(Row.guardedCall(row, size, threads)));
        }
      }
      add(table, row.side(), List.of(row.label(), row.what()), measures.toArray(Measure[]::new));
    }
    return table;
  }

  /** A line of times, with the bytes of the first and the most of all; none if nothing is there. */
  private static void add(
      Table table, Side side, List<String> labels, @Nullable Measure... measures) {
    double[] bytes =
        Arrays.stream(measures)
            .filter(measure -> measure != null)
            .mapToDouble(Measure::bytes)
            .toArray();
    if (bytes.length == 0) {
      return;
    }
    List<String> cells = new ArrayList<>(labels);
    String label = labels.get(0);
    cells.set(
        0,
        switch (side) {
          case FLOOR -> "floor: " + label;
          case OURS -> "**" + label + "**";
          case PEER -> label;
        });
    for (Measure measure : measures) {
      cells.add(measure == null ? "" : Numbers.nanos(measure.nanos()));
    }
    cells.add(Numbers.bytes(bytes[0]));
    cells.add(Numbers.bytes(Arrays.stream(bytes).max().orElseThrow()));
    table.row(cells.toArray(String[]::new));
  }
}
