package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Network;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** One bad instance: how much is still sent to it, second by second. */
final class BadInstancePart implements StudyPart {
  private static final int FROM = 5;
  private static final int SECONDS = 10; // after it went bad
  private static final double LOAD = 0.6;
  private static final String BARE = ", bare";

  @Override
  public String key() {
    return "bad";
  }

  @Override
  public String title() {
    return "One bad instance";
  }

  @Override
  public PartResult run(StudyContext context) {
    int servers = context.isQuick() ? 5 : 20;
    int cores = context.isQuick() ? 1 : 4;
    Map<String, ClientSetup> callers = callers(context);
    List<Callable<BadRun>> runs = new ArrayList<>();
    for (Badness badness : Badness.all()) {
      Scenario scenario = scenario(badness, servers, cores);
      for (ClientSetup caller : callers.values()) {
        for (long seed : context.allSeeds()) {
          runs.add(() -> reduced(scenario.run(seed, caller)));
        }
      }
    }
    List<BadRun> found = context.runs().all(runs);
    Map<Badness, Map<String, BadRun>> all = new LinkedHashMap<>();
    int next = 0;
    for (Badness badness : Badness.all()) {
      Map<String, BadRun> byCaller = new LinkedHashMap<>();
      for (String caller : callers.keySet()) {
        byCaller.put(caller, BadRun.median(found.subList(next, next + context.seeds())));
        next += context.seeds();
      }
      all.put(badness, byCaller);
    }
    Plot plot = plot(all);
    return new PartResult(text(all, plot, servers, cores), List.of(plot), json(all), goals(all));
  }

  private static Map<String, ClientSetup> callers(StudyContext context) {
    FailurePolicy timed = FailurePolicy.standard().withPerTryTimeout(ofMillis(500));
    FailurePolicy bare = FailurePolicy.none().withOverallTimeout(ofMillis(500));
    Map<String, ClientSetup> callers = new LinkedHashMap<>();
    context
        .balancing()
        .forEach(
            (name, setup) ->
                callers.put(
                    name,
                    (balancer, client) -> setup.apply(balancer, client).failurePolicy(timed)));
    callers.put(
        "roundRobin" + BARE,
        (balancer, client) -> balancer.selector(Selectors.roundRobin()).failurePolicy(bare));
    callers.put(
        "powerOfTwoChoices" + BARE,
        (balancer, client) -> balancer.selector(Selectors.powerOfTwoChoices()).failurePolicy(bare));
    return callers;
  }

  private static Scenario scenario(Badness badness, int servers, int cores) {
    Distribution work = Distribution.exponential(ofMillis(20));
    return Scenario.named(badness.title())
        .clients(servers)
        .servers(servers, Server.named("s", work).withCores(cores))
        .network(Network.of(Distribution.fixed(Duration.ofNanos(250_000))))
        .arrivals(Arrivals.poisson(LOAD * servers * cores / 0.020))
        .lasts(ofSeconds(FROM + SECONDS))
        .sampleEvery(ofSeconds(1))
        .at(ofSeconds(FROM), control -> badness.begin().accept(control, bad()))
        .build();
  }

  private static String bad() {
    return "s-1";
  }

  private static BadRun reduced(SimulationResult result) {
    List<Double> shares =
        IntStream.range(FROM, FROM + SECONDS)
            .mapToObj(second -> result.share(bad(), ofSeconds(second), ofSeconds(second + 1)))
            .toList();
    return new BadRun(shares, 1 - result.successPercent() / 100);
  }

  private static List<GoalRow> goals(Map<Badness, Map<String, BadRun>> all) {
    return List.of(
        BadRun.goal("black hole", ofDefault(all, false)),
        BadRun.goal("fast failures", ofDefault(all, true)));
  }

  private static Map<String, BadRun> ofDefault(
      Map<Badness, Map<String, BadRun>> all, boolean isFastFailure) {
    Map<String, BadRun> ofDefault = new LinkedHashMap<>();
    all.forEach(
        (badness, byCaller) -> {
          BadRun run = byCaller.get(StudyContext.DEFAULT);
          if (run != null && badness.isFastFailure() == isFastFailure) {
            ofDefault.put(badness.title(), run);
          }
        });
    return ofDefault;
  }

  private static String text(
      Map<Badness, Map<String, BadRun>> all, Plot plot, int servers, int cores) {
    StringBuilder text = new StringBuilder();
    text.append("1 of ")
        .append(servers)
        .append(" servers of ")
        .append(cores)
        .append(" cores goes bad; ")
        .append(servers)
        .append(" clients that know nothing of one another, 60 % load, exponential work of 20 ms ")
        .append("in the\nmean. All give an attempt 500 ms; \"bare\" have no failure policy ")
        .append("besides. A fair share would be ")
        .append(Figures.percent(1.0 / servers))
        .append(".\n\n### The default, by second\n\n")
        .append("Its share of the attempts in the first second and in later ones, in %, and how ")
        .append("many requests failed in all:\n\n");
    Table seconds =
        new Table(1, "it", "1st", "2nd", "3rd", "4th", "5th", "worst of 2-10", "failed");
    Map<String, BadRun> ofDefault = ofDefault(all, true);
    ofDefault.putAll(ofDefault(all, false));
    ofDefault.forEach(
        (kind, run) -> {
          List<String> row = new ArrayList<>(List.of(kind));
          run.shares().subList(0, 5).forEach(share -> row.add(Figures.fixed(100 * share, 2)));
          row.add(Figures.fixed(100 * run.worstLater(), 2));
          row.add(Figures.percent(run.failed()));
          seconds.row(row.toArray(new String[0]));
        });
    text.append(seconds).append('\n').append(plot.link());
    text.append("\n### Each strategy\n\nIts share from the 2nd to the 10th second, in %:\n\n");
    List<String> header = new ArrayList<>(List.of("strategy"));
    all.keySet().forEach(badness -> header.add(badness.title()));
    Table strategies = new Table(1, header.toArray(new String[0]));
    for (String caller : all.values().iterator().next().keySet()) {
      List<String> row = new ArrayList<>(List.of(caller));
      all.values()
          .forEach(
              byCaller -> {
                BadRun run = byCaller.get(caller);
                row.add(run == null ? "-" : Figures.fixed(100 * run.later(), 2));
              });
      strategies.row(row.toArray(new String[0]));
    }
    return text.append(strategies).toString();
  }

  private static Plot plot(Map<Badness, Map<String, BadRun>> all) {
    Plot plot =
        new Plot(
            "bad-share", "Share of the bad instance, default", "s after it went bad", "share, %");
    List<Double> xs = IntStream.range(0, SECONDS).mapToObj(second -> (double) second + 1).toList();
    all.forEach(
        (badness, byCaller) -> {
          BadRun run = byCaller.get(StudyContext.DEFAULT);
          if (run != null) {
            plot.line(
                badness.title(), xs, run.shares().stream().map(share -> 100 * share).toList());
          }
        });
    return plot.reference("goal", xs, xs.stream().map(x -> 100 * BadRun.GOAL).toList());
  }

  private static ObjectNode json(Map<Badness, Map<String, BadRun>> all) {
    ObjectNode node = Figures.object();
    all.forEach(
        (badness, byCaller) -> {
          ObjectNode kind = node.putObject(badness.key());
          byCaller.forEach(
              (caller, run) -> {
                ObjectNode one = kind.putObject(caller);
                ArrayNode shares = one.putArray("share_percent");
                run.shares().forEach(share -> Figures.add(shares, 100 * share));
                Figures.put(one, "failed_percent", 100 * run.failed());
              });
        });
    return node;
  }
}
