package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.benchmarks.simulate.study.Crowd.Outcome;
import dev.steelyard.simulator.ClientSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** What strategies are worth as the same load comes from more and more clients. */
final class Herd {
  private static final List<Integer> SERVERS = List.of(10, 100);
  private static final List<Integer> CLIENTS = List.of(1, 10, 100, 1_000);
  private static final List<Integer> QUICK_CLIENTS = List.of(1, 10);

  /** A strategy with so many servers. */
  record Line(String strategy, int servers, List<Outcome> byClients) {}

  private final List<Line> lines;

  private Herd(List<Line> lines) {
    this.lines = lines;
  }

  static Herd run(StudyContext context) {
    List<Integer> clients = context.isQuick() ? QUICK_CLIENTS : CLIENTS;
    List<Callable<Outcome>> runs = new ArrayList<>();
    for (int servers : SERVERS) {
      for (ClientSetup setup : context.balancing().values()) {
        for (int number : clients) {
          Crowd crowd = new Crowd(number, servers, context.requests() / 2);
          runs.add(() -> crowd.run(Crowd.ALL, setup, context.seed()));
        }
      }
    }
    List<Outcome> outcomes = context.runs().all(runs);
    List<Line> lines = new ArrayList<>();
    int next = 0;
    for (int servers : SERVERS) {
      for (Map.Entry<String, ClientSetup> strategy : context.balancing().entrySet()) {
        lines.add(
            new Line(strategy.getKey(), servers, outcomes.subList(next, next + clients.size())));
        next += clients.size();
      }
    }
    return new Herd(lines);
  }

  void json(ArrayNode rows) {
    for (Line line : lines) {
      for (Outcome each : line.byClients()) {
        ScalePart.row(rows, each).put("strategy", line.strategy());
      }
    }
  }

  void describe(StringBuilder text) {
    text.append("### The same load from more and more clients\n\n")
        .append("p99 in ms, every client using every server. In brackets, how many requests a ")
        .append("client has under way at a time.\n\n");
    List<String> header = new ArrayList<>(List.of("servers", "strategy"));
    for (Outcome each : lines.get(0).byClients()) {
      header.add(each.crowd().clients() + (each.crowd().clients() == 1 ? " client" : " clients"));
    }
    Table table = new Table(2, header.toArray(String[]::new));
    for (Line line : lines) {
      List<String> row =
          new ArrayList<>(List.of(Integer.toString(line.servers()), line.strategy()));
      for (Outcome each : line.byClients()) {
        row.add(Figures.millis(each.p99()) + " (" + Figures.three(each.crowd().underWay()) + ")");
      }
      table.row(row.toArray(String[]::new));
    }
    text.append(table).append('\n').append(plot().link()).append('\n');
    for (int servers : SERVERS) {
      Outcome own = last(StudyContext.DEFAULT, servers);
      Line best = best(servers);
      Outcome other = best.byClients().get(best.byClients().size() - 1);
      text.append("* ")
          .append(servers)
          .append(" servers, ")
          .append(own.crowd().clients())
          .append(" clients: the best is `")
          .append(best.strategy())
          .append("`; the default has ")
          .append(Figures.ratio(own.p99() / other.p99()))
          .append(" of its p99, and ")
          .append(Figures.ratio(own.p99() / last("roundRobin", servers).p99()))
          .append(" of that of round robin.\n");
    }
    text.append("\nA client balances by what it has under way and by what it saw last: with less ")
        .append("than one request under way it has little\nto go by, and the strategies come ")
        .append("closer to chance, but for those that servers tell how busy they are.\n\n");
  }

  private Outcome last(String strategy, int servers) {
    Line found =
        lines.stream()
            .filter(line -> line.servers() == servers && line.strategy().equals(strategy))
            .findFirst()
            .orElseThrow();
    return found.byClients().get(found.byClients().size() - 1);
  }

  private Line best(int servers) {
    Line best = lines.get(0);
    double least = Double.MAX_VALUE;
    for (Line line : lines) {
      double p99 = line.byClients().get(line.byClients().size() - 1).p99();
      if (line.servers() == servers && p99 < least) {
        best = line;
        least = p99;
      }
    }
    return best;
  }

  Plot plot() {
    Plot plot =
        new Plot(
                "scale-herd",
                "p99 of " + SERVERS.get(0) + " servers as clients become more",
                "clients",
                "p99, ms")
            .logX();
    for (Line line : lines) {
      if (line.servers() == SERVERS.get(0)) {
        List<Double> xs =
            line.byClients().stream().map(each -> (double) each.crowd().clients()).toList();
        List<Double> ys = line.byClients().stream().map(each -> each.p99() / 1e6).toList();
        if (line.strategy().equals(StudyContext.DEFAULT)) {
          plot.boldLine(line.strategy(), xs, ys);
        } else {
          plot.line(line.strategy(), xs, ys);
        }
      }
    }
    return plot;
  }
}
