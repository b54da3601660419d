package dev.steelyard.benchmarks.simulate.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.benchmarks.simulate.study.Crowd.Outcome;
import dev.steelyard.simulator.ClientSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** How large the part of the fleet has to be that a client uses. */
final class SubsetCurves {
  /** So much above the best p99 is as good as it. */
  private static final double AS_GOOD = 1.03;

  /** One number of clients and servers, and what each size of the part gives, ascending. */
  record Curve(List<Outcome> sizes) {
    Crowd crowd() {
      return sizes.get(0).crowd();
    }

    /** The smallest size that is as good as the best. */
    Outcome enough() {
      double best = sizes.stream().mapToDouble(Outcome::p99).min().orElseThrow();
      return sizes.stream().filter(each -> each.p99() <= AS_GOOD * best).findFirst().orElseThrow();
    }

    Outcome all() {
      return sizes.get(sizes.size() - 1);
    }

    String name() {
      return crowd().clients() + " × " + crowd().servers();
    }
  }

  private record Plan(int clients, int servers, List<Integer> sizes) {}

  private static final List<Plan> PLANS =
      List.of(
          new Plan(100, 100, List.of(2, 3, 5, 10, 20, 30, 50, Crowd.ALL)),
          new Plan(1_000, 100, List.of(2, 3, 5, 10, 20, 30, 50, Crowd.ALL)),
          new Plan(100, 1_000, List.of(10, 20, 50, 100, 200, 500, Crowd.ALL)));
  private static final List<Plan> QUICK = List.of(new Plan(10, 10, List.of(2, 5, Crowd.ALL)));

  private final List<Curve> curves;

  private SubsetCurves(List<Curve> curves) {
    this.curves = curves;
  }

  static SubsetCurves run(StudyContext context) {
    ClientSetup setup = requireNonNull(context.strategies().get(StudyContext.DEFAULT));
    List<Plan> plans = context.isQuick() ? QUICK : PLANS;
    List<Callable<Outcome>> runs = new ArrayList<>();
    for (Plan plan : plans) {
      Crowd crowd = ScalePart.crowd(plan.clients(), plan.servers(), context);
      for (int size : plan.sizes()) {
        runs.add(() -> crowd.run(size, setup, context.seed()));
      }
    }
    List<Outcome> outcomes = context.runs().all(runs);
    List<Curve> curves = new ArrayList<>();
    int next = 0;
    for (Plan plan : plans) {
      curves.add(new Curve(outcomes.subList(next, next + plan.sizes().size())));
      next += plan.sizes().size();
    }
    return new SubsetCurves(curves);
  }

  void json(ArrayNode rows) {
    for (Curve curve : curves) {
      curve.sizes().forEach(each -> ScalePart.row(rows, each));
    }
  }

  private static double clientsPerServer(Outcome outcome) {
    Crowd crowd = outcome.crowd();
    return outcome.subset() == Crowd.ALL
        ? crowd.clients()
        : (double) crowd.clients() * outcome.subset() / crowd.servers();
  }

  void describe(StringBuilder text) {
    text.append("### How large a part is enough\n\n");
    Table table =
        new Table(
            1,
            "clients × servers",
            "subset",
            "clients per server",
            "share / mean",
            "p99 ms",
            "p99.9 ms");
    for (Curve curve : curves) {
      for (Outcome each : curve.sizes()) {
        table.row(
            curve.name(),
            ScalePart.subset(each.subset()),
            Figures.three(clientsPerServer(each)),
            Figures.ratio(each.spread().least()) + "–" + Figures.ratio(each.spread().most()),
            Figures.millis(each.p99()),
            Figures.millis(each.p999()));
      }
    }
    text.append(table).append('\n');
    plots().forEach(plot -> text.append(plot.link()).append('\n'));
    for (Curve curve : curves) {
      Outcome enough = curve.enough();
      text.append("* ")
          .append(curve.name())
          .append(": ")
          .append(ScalePart.subset(enough.subset()))
          .append(" is enough (p99 within ")
          .append(Figures.fixed(100 * (AS_GOOD - 1), 0))
          .append(" % of the best), that is ")
          .append(Figures.three(clientsPerServer(enough)))
          .append(" clients per server; p99 is then ")
          .append(Figures.ratio(enough.p99() / curve.all().p99()))
          .append(" of that with all servers.\n");
    }
    text.append("\nA server that many clients happen to share gets more than others, and ")
        .append(Figures.ratio(1 / Crowd.LOAD))
        .append(" of the mean is all it can do: that is why few\nclients per server are bad. ")
        .append("A client that spreads few requests over many servers knows none of them: ")
        .append("that is why a\nlarge part is no better than one that is just large enough.\n\n");
  }

  List<Plot> plots() {
    Plot plot =
        new Plot(
                "scale-subset",
                "p99 by the size of a client's part of the fleet",
                "clients per server on average",
                "p99, ms")
            .logX()
            .logY();
    for (Curve curve : curves) {
      plot.line(
          curve.name(),
          curve.sizes().stream().map(SubsetCurves::clientsPerServer).toList(),
          curve.sizes().stream().map(each -> each.p99() / 1e6).toList());
    }
    return List.of(plot);
  }
}
