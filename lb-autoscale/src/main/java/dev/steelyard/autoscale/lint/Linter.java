package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finds what is wrong with a policy before it is used. Each {@link Finding} carries a {@link
 * Witness}: metrics which, given to the policy, show what was found. Pure: the same policy and
 * facts give the same findings, in the same order. Immutable: what is known of the service gives
 * another linter.
 *
 * <p>It tries the policy out rather than reading it, so that rules of the user's own are judged,
 * too, if they say which {@linkplain dev.steelyard.autoscale.ScalingRule#metrics() metrics} they
 * look at (or {@link #metrics} does). It proves what it finds; that it finds nothing proves
 * nothing. It makes some ten thousand decisions at most, fewer the more rules there are: a fraction
 * of a second.
 *
 * <p>What cannot be built is not looked for: gaps and overlaps of {@link
 * dev.steelyard.autoscale.rules.StepScaling steps}, weights that add up to nothing, ceilings below
 * the minimum and the like are errors of the builders. All findings with an example each are in
 * {@code docs/policy-files.md}.
 */
public final class Linter {
  /** How often is decided unless it is said, in seconds: {@value}. */
  public static final int DEFAULT_INTERVAL_SECONDS = 60;

  private final ScalingPolicy policy;
  private final Duration interval;
  private final Duration startup;
  private final Instant from;
  private final Map<Metric, Double> peaks;
  private final List<Metric> metrics;

  private Linter(
      ScalingPolicy policy,
      Duration interval,
      Duration startup,
      Instant from,
      Map<Metric, Double> peaks,
      List<Metric> metrics) {
    this.policy = policy;
    this.interval = interval;
    this.startup = startup;
    this.from = from;
    this.peaks = peaks;
    this.metrics = metrics;
  }

  /**
   * A linter for a policy.
   *
   * @param policy the policy
   * @return the linter
   */
  public static Linter of(ScalingPolicy policy) {
    return new Linter(
        Objects.requireNonNull(policy, "policy"),
        Duration.ofSeconds(DEFAULT_INTERVAL_SECONDS),
        Duration.ZERO,
        Instant.parse("2026-01-01T00:00:00Z"),
        Map.of(),
        List.of());
  }

  /**
   * How often is decided.
   *
   * @param interval above 0, at most 1 day; default {@value #DEFAULT_INTERVAL_SECONDS} s
   * @return the linter
   */
  public Linter interval(Duration interval) {
    if (interval.isNegative() || interval.isZero() || interval.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("the interval must be in (0, 1 day], was " + interval);
    }
    return new Linter(policy, interval, startup, from, peaks, metrics);
  }

  /**
   * How long an instance takes from the decision until it serves.
   *
   * @param startup not negative, at most 1 day; default 0: not known, and not looked at
   * @return the linter
   */
  public Linter startup(Duration startup) {
    if (startup.isNegative() || startup.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("the start-up must be in [0, 1 day], was " + startup);
    }
    return new Linter(policy, interval, startup, from, peaks, metrics);
  }

  /**
   * When the policy is to be used; schedules are looked at for a year from then on.
   *
   * @param from the time; default the beginning of 2026
   * @return the linter
   */
  public Linter from(Instant from) {
    return new Linter(policy, interval, startup, Objects.requireNonNull(from), peaks, metrics);
  }

  /**
   * The highest value of a total that has to be served.
   *
   * @param metric a {@link Metric.Kind#PROPORTIONAL_TOTAL proportional total}
   * @param value finite and above 0
   * @return the linter
   */
  public Linter peak(Metric metric, double value) {
    if (metric.kind() != Metric.Kind.PROPORTIONAL_TOTAL) {
      throw new IllegalArgumentException("a peak is that of a total, which " + metric + " is not");
    }
    if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("a peak must be finite and above 0, was " + value);
    }
    Map<Metric, Double> more = new LinkedHashMap<>(peaks);
    more.put(metric, value);
    return new Linter(policy, interval, startup, from, more, metrics);
  }

  /**
   * Metrics that rules made of a lambda look at, which cannot say so themselves. Without them,
   * nothing is concluded of what such a rule never does.
   *
   * @param metrics the metrics
   * @return the linter
   */
  public Linter metrics(Metric... metrics) {
    return new Linter(policy, interval, startup, from, peaks, List.of(metrics));
  }

  /**
   * Looks.
   *
   * @return what was found, worst first; empty if nothing was
   * @throws IllegalArgumentException if a peak is given of a metric that no rule looks at
   */
  public List<Finding> lint() {
    Subjects subjects = new Subjects(policy, metrics);
    for (Metric metric : peaks.keySet()) {
      if (!subjects.metrics().contains(metric)) {
        throw new IllegalArgumentException(
            "the policy does not look at " + metric.name() + ", of which a peak is given");
      }
    }
    Probe probe = new Probe(policy, subjects, from, interval);
    List<Finding> findings = new ArrayList<>();
    ValueChecks.look(probe, subjects, findings);
    TriggerChecks.look(probe, subjects, findings);
    ScoreChecks.look(probe, subjects, findings);
    MissingChecks.look(probe, subjects, findings);
    LimitChecks.look(probe, subjects, startup, peaks, findings);
    ScheduleChecks.look(probe, subjects, findings);
    MovementChecks.look(probe, subjects, findings);
    findings.sort(Comparator.comparing(finding -> finding.code().severity()));
    return List.copyOf(findings);
  }
}
