package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Tries a policy out, within a budget of work. */
final class Probe {
  /** How many decisions of one run, at most: enough for some tens of steps and their cooldowns. */
  static final int TICKS = 400;

  /** Decisions times what they look at; some hundred nanoseconds each. */
  private static final long BUDGET = 120_000;

  /** How many decisions fall into the longest window or cooldown of a patient run. */
  private static final int PER_WINDOW = 20;

  private static final Set<Metric> OF_INSTANCES = Set.of(Metric.MEMORY, Metric.ERROR_RATE);

  /** A metric's value while so many instances are ready; NaN for missing. */
  interface Load {
    /** Nothing to do. */
    Load IDLE = (metric, ready) -> 0;

    double of(Metric metric, int ready);

    /** One metric has a value, the others are idle. */
    static Load only(Metric metric, double value) {
      return (each, ready) -> each.equals(metric) ? value : 0;
    }

    /** The same load for any number of instances, given as what it is at one of them. */
    static Load constant(Metric metric, double value, int instances) {
      boolean divided = metric.kind() == Metric.Kind.PER_INSTANCE_AVERAGE;
      return (each, ready) ->
          !each.equals(metric) ? 0 : divided ? value * instances / Math.max(1, ready) : value;
    }
  }

  private final ScalingPolicy policy;
  private final ScalingPolicy unlimited;
  private final Subjects subjects;
  private final Instant start;
  private final Duration interval;
  private final Duration patience;
  private long spent;

  Probe(ScalingPolicy policy, Subjects subjects, Instant start, Duration interval) {
    this.policy = policy;
    this.unlimited =
        policy.toBuilder()
            .scaleUp(DirectionLimits.none())
            .scaleDown(DirectionLimits.none())
            .warmup(Duration.ZERO)
            .criticalCooldown(Duration.ZERO)
            .build();
    this.subjects = subjects;
    this.start = start;
    this.interval = interval;
    this.patience = patience(policy, subjects, interval);
  }

  private static Duration patience(ScalingPolicy policy, Subjects subjects, Duration interval) {
    List<Duration> waits =
        new ArrayList<>(
            List.of(
                policy.scaleUp().window(),
                policy.scaleUp().cooldown(),
                policy.scaleDown().window(),
                policy.scaleDown().cooldown(),
                policy.criticalCooldown(),
                policy.warmup()));
    for (ScalingRule rule : subjects.rules()) {
      if (rule instanceof Thresholds thresholds) {
        for (Trigger trigger : thresholds.triggers()) {
          waits.add(trigger.breach().duration());
        }
      }
    }
    Duration longest = interval;
    for (Duration wait : waits) {
      Duration part = wait.dividedBy(PER_WINDOW);
      longest = part.compareTo(longest) > 0 ? part : longest;
    }
    return longest;
  }

  ScalingPolicy policy() {
    return policy;
  }

  Duration interval() {
    return interval;
  }

  Instant start() {
    return start;
  }

  /** Whether enough was tried. */
  boolean isExhausted() {
    return spent > BUDGET;
  }

  /** What would be decided at once, without windows, cooldowns and rates. */
  int unlimited(int instances, Load load) {
    return decide(unlimited, ScalingState.initial(), metrics(start, instances, instances, load))
        .desired();
  }

  private ScalingDecision decide(ScalingPolicy by, ScalingState state, ScalingMetrics metrics) {
    spent += subjects.effort();
    return by.decide(state, metrics);
  }

  /** A single decision. */
  Witness once(int instances, Metric metric, Load load) {
    return once(start, instances, metric, load);
  }

  Witness once(Instant at, int instances, Metric metric, Load load) {
    return of(metrics(at, instances, instances, load), metric, load.of(metric, instances));
  }

  /** A decision on given metrics. */
  Witness of(ScalingMetrics known, Metric metric, double value) {
    ScalingDecision decision = decide(policy, ScalingState.initial(), known);
    return new Witness(
        List.of(
            new Witness.Tick(known, metric, value, decision.recommended(), decision.desired())));
  }

  /**
   * Decisions one after the other, each carried out at once, until one is of interest; not so many
   * that they fall into one window or cooldown.
   */
  Witness patiently(int instances, Metric metric, Load load, Predicate<Witness.Tick> until) {
    return run(instances, TICKS, patience, metric, (i, each, n) -> load.of(each, n), until);
  }

  /** A metric's value at a decision, by its number. */
  interface Course {
    double of(int tick, Metric metric, int ready);
  }

  /** Decisions at the usual interval, each carried out at once. */
  Witness usually(int instances, int ticks, Metric metric, Course course) {
    return run(instances, ticks, interval, metric, course, tick -> false);
  }

  private Witness run(
      int instances,
      int ticks,
      Duration every,
      Metric metric,
      Course course,
      Predicate<Witness.Tick> until) {
    List<Witness.Tick> all = new ArrayList<>();
    ScalingState state = ScalingState.initial();
    int asked = instances;
    Instant now = start;
    for (int i = 0; i < ticks; i++) {
      int tick = i;
      Load load = (each, ready) -> course.of(tick, each, ready);
      ScalingMetrics known = metrics(now, asked, asked, load);
      ScalingDecision decision = decide(policy, state, known);
      all.add(tick(known, metric, load.of(metric, asked), decision));
      if (until.test(all.get(i))) {
        break;
      }
      state = decision.next();
      asked = decision.desired();
      now = now.plus(every);
    }
    return new Witness(all);
  }

  /** Decisions while none of the instances that are added is ready: the load seems to stay. */
  Witness starting(int instances, int ticks, Metric metric, Load load) {
    List<Witness.Tick> all = new ArrayList<>();
    ScalingState state = ScalingState.initial();
    int asked = instances;
    Instant now = start;
    for (int i = 0; i < ticks; i++) {
      ScalingMetrics known = metrics(now, asked, Math.min(instances, asked), load);
      ScalingDecision decision = decide(policy, state, known);
      all.add(tick(known, metric, load.of(metric, instances), decision));
      state = decision.next();
      asked = decision.desired();
      now = now.plus(interval);
    }
    return new Witness(all);
  }

  private static Witness.Tick tick(
      ScalingMetrics known, Metric metric, double value, ScalingDecision decision) {
    return new Witness.Tick(known, metric, value, decision.recommended(), decision.desired());
  }

  private ScalingMetrics metrics(Instant at, int instances, int ready, Load load) {
    ScalingMetrics.Builder known = ScalingMetrics.at(at).instances(instances).ready(ready);
    for (Metric metric : subjects.metrics()) {
      double value = load.of(metric, ready);
      if (Double.isNaN(value)) {
        known.missing(metric, "nobody says");
      } else if (instances == 0 && !existsAtZero(metric)) {
        known.missing(metric, "there is no instance");
      } else {
        known.metric(metric, value);
      }
    }
    return known.build();
  }

  /** No instance has no average; what is no average may be measured outside. */
  static boolean existsAtZero(Metric metric) {
    return metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL
        || (metric.kind() == Metric.Kind.NON_PROPORTIONAL
            && !OF_INSTANCES.contains(metric)
            && !metric.name().startsWith("response_time_"));
  }
}
