package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationControl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The loop of an autoscaler in a simulation, to be called every second: it measures the servers as
 * a platform does, asks the policy, boots new servers, and takes the newest away first. Of one run.
 */
final class FleetScaler implements Consumer<SimulationControl> {
  /** How often it is to be called. */
  static final Duration STEP = Duration.ofSeconds(1);

  /** How often the policy is asked, as by the HorizontalPodAutoscaler. */
  static final Duration INTERVAL = Duration.ofSeconds(15);

  /** From the order to the first request. */
  static final Duration BOOT = Duration.ofSeconds(60);

  static final Duration DRAIN = Duration.ofSeconds(30);

  /** How a server is taken away. */
  enum Farewell {
    DRAIN,
    KILL
  }

  /** What there is of a server. */
  private record Member(String name, Instant ordered, Instant ready) {}

  /**
   * The fleet at a time.
   *
   * @param serving takes requests
   * @param booting does not yet
   */
  record Size(Duration at, int serving, int booting) {}

  private final ScalingPolicy policy;
  private final Server template;
  private final Instant start;
  private final Farewell farewell;
  private final List<Member> serving = new ArrayList<>();
  private final List<Member> booting = new ArrayList<>();
  private final List<Size> sizes = new ArrayList<>();
  private ScalingState state = ScalingState.initial();
  private int made;
  private long ticks;
  private long sentBefore;
  private long instanceSeconds;
  private int ups;
  private int downs;
  private int reversals;
  private int direction;

  /**
   * Makes one.
   *
   * @param template what servers are, named after it: {@code name-1}, {@code name-2} and so on
   * @param first how many there are from the start, added to the scenario by the same names
   * @param start when the simulation begins, for the policy
   */
  FleetScaler(ScalingPolicy policy, Server template, int first, Instant start, Farewell farewell) {
    this.policy = policy;
    this.template = template;
    this.start = start;
    this.farewell = farewell;
    for (int i = 0; i < first; i++) {
      serving.add(new Member(nextName(), start, start));
    }
  }

  private String nextName() {
    made++;
    return template.name() + '-' + made;
  }

  int ups() {
    return ups;
  }

  int downs() {
    return downs;
  }

  /** How often a change went the other way than the one before. */
  int reversals() {
    return reversals;
  }

  /** From the order to boot until the order to leave, over all instances. */
  double instanceHours() {
    return instanceSeconds * STEP.toSeconds() / 3600.0;
  }

  /** The fleet after each decision. */
  List<Size> sizes() {
    return List.copyOf(sizes);
  }

  @Override
  public void accept(SimulationControl control) {
    Instant now = start.plus(control.now());
    ticks++;
    while (!booting.isEmpty() && !booting.get(0).ready().isAfter(now)) {
      Member next = booting.remove(0);
      control.join(template.withName(next.name()));
      serving.add(next);
    }
    instanceSeconds += serving.size() + booting.size();
    if (ticks % (INTERVAL.toSeconds() / STEP.toSeconds()) == 0) {
      ScalingDecision decision = policy.decide(state, metrics(control, now));
      state = decision.next();
      resize(control, decision.desired(), now);
      sizes.add(new Size(control.now(), serving.size(), booting.size()));
    }
  }

  private ScalingMetrics metrics(SimulationControl control, Instant now) {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(now);
    for (Member each : serving) {
      double busy = 100 * control.utilisation(each.name());
      metrics.instance(
          each.name(),
          facts ->
              facts
                  .startedAt(each.ordered())
                  .ready(true, each.ready())
                  .metric(Metric.CPU, busy, now, INTERVAL));
    }
    for (Member each : booting) {
      metrics.instance(
          each.name(), facts -> facts.startedAt(each.ordered()).ready(false, each.ordered()));
    }
    long sent = control.sent();
    metrics.metric(Metric.REQUEST_RATE, (sent - sentBefore) / (double) INTERVAL.toSeconds());
    sentBefore = sent;
    return metrics.build();
  }

  private void resize(SimulationControl control, int desired, Instant now) {
    int current = serving.size() + booting.size();
    if (desired == current) {
      return;
    }
    int turn = desired > current ? 1 : -1;
    ups += turn > 0 ? 1 : 0;
    downs += turn < 0 ? 1 : 0;
    reversals += turn == -direction ? 1 : 0;
    direction = turn;
    for (int i = current; i < desired; i++) {
      booting.add(new Member(nextName(), now, now.plus(BOOT)));
    }
    for (int i = current; i > desired; i--) {
      if (booting.isEmpty()) {
        takeAway(control, serving.remove(serving.size() - 1).name());
      } else {
        booting.remove(booting.size() - 1);
      }
    }
  }

  private void takeAway(SimulationControl control, String name) {
    switch (farewell) {
      case DRAIN -> control.drain(name, DRAIN);
      case KILL -> {
        control.leave(name);
        control.kill(name);
      }
    }
  }
}
