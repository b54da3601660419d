package dev.steelyard.benchmarks.simulate.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.profile.Compatible;
import dev.steelyard.autoscale.profile.Profile;
import dev.steelyard.autoscale.replay.Trace;
import dev.steelyard.benchmarks.simulate.study.FleetScaler.Farewell;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.SimulationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** The autoscaler sizes a fleet over a recorded day while balancers use it. */
final class AutoscalerPart implements StudyPart {
  static final String TRACE = "traces/worldcup98/worldcup98_1998-06-30_day_per_minute.csv";

  private static final int PEAK_SERVERS = 30;
  private static final int QUICK_PEAK_SERVERS = 3;
  private static final int LEAST = 2;
  private static final int QUICK_MINUTES = 60;
  private static final int TARGET_CPU = 70;
  private static final Duration SLOW_START = Duration.ofSeconds(60);
  private static final String HPA = "HPA at 70 %";
  private static final String RECOMMENDED = "recommended";
  private static final String FIXED = "fixed";
  private static final String WITH_SLOW_START = " + slow start";

  /** What is tried. */
  record Variant(
      String sizing, ScalingPolicy policy, String balancing, ClientSetup setup, Farewell farewell) {
    String name() {
      return sizing + ", " + balancing + (farewell == Farewell.KILL ? ", killed" : "");
    }
  }

  @Override
  public String key() {
    return "f";
  }

  @Override
  public String title() {
    return "Autoscaler and balancer over a recorded day";
  }

  @Override
  public PartResult run(StudyContext context) throws IOException {
    Path shared = context.shared();
    Path file = shared == null ? null : shared.resolve(TRACE);
    ObjectNode json = Figures.object();
    if (file == null || !Files.isRegularFile(file)) {
      json.put("skipped", "no " + TRACE);
      return new PartResult(
          "Left out: it needs `" + TRACE + "` in the folder of `--shared`.\n",
          List.of(),
          json,
          List.of());
    }
    Trace trace = Trace.read(file);
    if (context.isQuick()) {
      trace = trace.slice(0, Math.min(QUICK_MINUTES, trace.size()));
    }
    return run(
        new ScaledDay(trace, context.isQuick() ? QUICK_PEAK_SERVERS : PEAK_SERVERS, LEAST),
        context,
        json);
  }

  private static PartResult run(ScaledDay day, StudyContext context, ObjectNode json) {
    List<Variant> variants = variants(day, context);
    List<Callable<ScaledDay.Outcome>> runs = new ArrayList<>();
    for (Variant each : variants) {
      int first = each.sizing().equals(FIXED) ? day.peakServers() : day.first();
      runs.add(() -> day.run(each.policy(), first, each.setup(), each.farewell(), context.seed()));
    }
    List<ScaledDay.Outcome> outcomes = context.runs().all(runs);
    json(json, variants, outcomes);
    StringBuilder text = new StringBuilder();
    intro(text, day);
    text.append(AutoscalerText.table(variants, outcomes)).append('\n');
    List<Plot> plots = AutoscalerText.plots(day, variants, outcomes);
    plots.forEach(plot -> text.append(plot.link()).append('\n'));
    AutoscalerText.findings(text, variants, outcomes);
    return new PartResult(text.toString(), plots, json, List.of());
  }

  private static List<Variant> variants(ScaledDay day, StudyContext context) {
    ScalingPolicy hpa = hpa(day.least(), day.most());
    ScalingPolicy recommended = recommended(day.least(), day.most());
    ScalingPolicy fixed = hpa(day.peakServers(), day.peakServers());
    List<Variant> variants = new ArrayList<>();
    for (String name : List.of(StudyContext.DEFAULT, "roundRobin")) {
      ClientSetup setup = requireNonNull(context.strategies().get(name));
      ClientSetup slow = (balancer, client) -> setup.apply(balancer, client).slowStart(SLOW_START);
      variants.add(new Variant(HPA, hpa, name, setup, Farewell.DRAIN));
      variants.add(new Variant(HPA, hpa, name + WITH_SLOW_START, slow, Farewell.DRAIN));
      variants.add(new Variant(RECOMMENDED, recommended, name, setup, Farewell.DRAIN));
      variants.add(
          new Variant(RECOMMENDED, recommended, name + WITH_SLOW_START, slow, Farewell.DRAIN));
    }
    ClientSetup usual = requireNonNull(context.strategies().get(StudyContext.DEFAULT));
    variants.add(new Variant(HPA, hpa, StudyContext.DEFAULT, usual, Farewell.KILL));
    variants.add(new Variant(FIXED, fixed, StudyContext.DEFAULT, usual, Farewell.DRAIN));
    return variants;
  }

  static ScalingPolicy hpa(int least, int most) {
    return Compatible.kubernetes(least, most)
        .name("hpa")
        .rule(Compatible.kubernetesResource(Metric.CPU, TARGET_CPU))
        .build();
  }

  static ScalingPolicy recommended(int least, int most) {
    return Profile.recommended(least, most)
        .with("adaptive.cpu.startup", FleetScaler.BOOT.toSeconds() + "s")
        .policy();
  }

  private static void json(
      ObjectNode json, List<Variant> variants, List<ScaledDay.Outcome> outcomes) {
    ArrayNode rows = json.putArray("days");
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      ScaledDay.Outcome outcome = outcomes.get(i);
      SimulationResult result = outcome.result();
      ObjectNode row = rows.addObject();
      row.put("sizing", variant.sizing());
      row.put("balancing", variant.balancing());
      row.put("drained", variant.farewell() == Farewell.DRAIN);
      row.put("sent", result.counts().sent());
      row.put("failed", result.counts().sent() - result.counts().succeeded());
      Figures.put(row, "attemptsPerRequest", result.attemptsPerRequest());
      Figures.put(row, "instanceHours", outcome.instanceHours());
      row.put("largest", outcome.largest());
      row.put("ups", outcome.ups());
      row.put("downs", outcome.downs());
      row.put("reversals", outcome.reversals());
      Figures.put(row, "p50Millis", result.percentile(50).toNanos() / 1e6);
      Figures.put(row, "p99Millis", result.percentile(99).toNanos() / 1e6);
      Figures.put(row, "p999Millis", result.percentile(99.9).toNanos() / 1e6);
      Figures.put(row, "slow", outcome.slow());
    }
  }

  private static void intro(StringBuilder text, ScaledDay day) {
    text.append("The requests per minute of the World Cup's web site on 1998-06-30 (two matches), ")
        .append("all times as they were, the number scaled\nso that the busiest minute needs ")
        .append(day.peakServers())
        .append(" servers at ")
        .append(TARGET_CPU)
        .append(" % of their ")
        .append(ScaledDay.CORES)
        .append(" cores. Work: log-normal, median 180 ms, p99 500 ms (")
        .append(Figures.fixed(ScaledDay.perServer(), 1))
        .append(" requests/s\nper server); ")
        .append(ScaledDay.CLIENTS)
        .append(" clients, who hear of servers a second late on average. A server boots for ")
        .append(FleetScaler.BOOT.toSeconds())
        .append(" s, and\nis cold then: its first request is ")
        .append(Figures.fixed(ScaledDay.COLD_FACTOR, 0))
        .append(" times the work, after ")
        .append(ScaledDay.WARM_AFTER)
        .append(" a twentieth of that is left. The policy is asked every ")
        .append(FleetScaler.INTERVAL.toSeconds())
        .append(" s,\nwith the processor use of each server since the last time and the request ")
        .append("rate; ")
        .append(day.least())
        .append(" to ")
        .append(day.most())
        .append(" servers, the newest leave first. \"Slow\" is\nover ")
        .append(ScaledDay.SLO.toMillis())
        .append(" ms, five times the mean work. Slow start is over ")
        .append(SLOW_START.toSeconds())
        .append(" s. The row \"killed\" takes servers away at once; all others drain.\n\n");
  }
}
