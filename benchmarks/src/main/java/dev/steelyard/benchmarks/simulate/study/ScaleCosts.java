package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.List;

/** What a client costs on this machine, and what a million of them would be like. */
final class ScaleCosts {
  private static final List<Integer> SERVERS = List.of(10, 100, 1_000, 10_000);
  private static final int CALLS = 200_000;
  private static final int SUBSET = 20;
  private static final long MILLION = 1_000_000;
  private static final double BYTES_PER_CONNECTION = 50_000;

  private ScaleCosts() {}

  /** Measures, and so says something else each time. */
  static void measure(StringBuilder text) {
    List<ClientCost> costs = new ArrayList<>();
    for (int servers : SERVERS) {
      costs.add(ClientCost.measure(servers, Crowd.ALL, CALLS));
      if (servers > SUBSET) {
        costs.add(ClientCost.measure(servers, SUBSET, CALLS));
      }
    }
    text.append("### What a client costs\n\n")
        .append("Measured on the machine that wrote this, not simulated, and so not in ")
        .append("`study.json`: the heap of a client's registry and\nbalancer after as many calls ")
        .append("as it has servers, and the processor time of a call (acquire and complete) in a ")
        .append("loop and\nof one more server; the least of eight.\n\n");
    Table table =
        new Table(0, "servers", "subset", "KB", "bytes per server", "ns per call", "µs per join");
    for (ClientCost each : costs) {
      table.row(
          Integer.toString(each.servers()),
          ScalePart.subset(each.subset()),
          Figures.three(each.bytes() / 1e3),
          Figures.three(each.bytes() / each.servers()),
          Figures.three(each.callNanos()),
          Figures.three(each.joinMicros()));
    }
    ClientCost last = costs.get(costs.size() - 1);
    text.append(table)
        .append("\nA client that knows ")
        .append(last.servers())
        .append(" servers takes ")
        .append(Figures.three(last.bytes() / 1e6))
        .append(" MB even if it uses ")
        .append(last.subset())
        .append(" of them; a million such clients take ")
        .append(Figures.three(last.bytes() * MILLION / 1e12))
        .append(" TB together.\n\n");
  }

  static void million(StringBuilder text) {
    text.append("### A million clients\n\n")
        .append("Not simulated, but computed, under these assumptions:\n\n")
        .append("* The servers are those of above, at the same load, so a client sends the less ")
        .append("the more clients there are.\n")
        .append("* Each client has its part of the fleet by the hash of its id: each server is in ")
        .append("it with the probability subset / servers,\n")
        .append("  independently of other clients, so connections per server are binomial. The ")
        .append("most of n servers is taken as the mean plus\n")
        .append("  sqrt(2 ln n) standard deviations.\n")
        .append("* A connection takes ")
        .append(Figures.fixed(BYTES_PER_CONNECTION / 1e3, 0))
        .append(" KB of a server (TLS, buffers).\n")
        .append("* The tail is that of the simulated clients with as few requests under way, and ")
        .append("as many servers each, in the table before:\n")
        .append("  what a client can know of servers does not depend on how many clients there ")
        .append("are, only on what it sends.\n\n");
    Table table =
        new Table(
            0,
            "servers",
            "subset",
            "connections",
            "of a server, mean",
            "most",
            "GB of a server",
            "requests/s of a client",
            "to a server every",
            "under way");
    for (long servers : new long[] {1_000, 10_000}) {
      for (int subset : new int[] {Crowd.ALL, 100, SUBSET}) {
        Extrapolation each = new Extrapolation(MILLION, servers, subset);
        table.row(
            Long.toString(servers),
            ScalePart.subset(subset),
            Figures.three(each.connections() / 1e6) + " M",
            Figures.three(each.perServer()),
            Figures.three(each.mostPerServer()),
            Figures.three(each.mostPerServer() * BYTES_PER_CONNECTION / 1e9),
            Figures.three(each.perSecondOfClient()),
            Figures.three(1 / each.perSecondOfConnection()) + " s",
            Figures.fixed(each.underWay(), 4));
      }
    }
    Extrapolation part = new Extrapolation(MILLION, 10_000, SUBSET);
    text.append(table)
        .append("\nA part of the fleet is what makes a million clients possible at all: ")
        .append(SUBSET)
        .append(" connections each in place of one to every server,\nspread within ")
        .append(Figures.percent(part.mostPerServer() / part.perServer() - 1))
        .append(
            " of the mean. A client sends to the same server less often than what it remembers ")
        .append("of it lasts\n(latencies fade with a time constant of 10 s).\n");
  }
}
