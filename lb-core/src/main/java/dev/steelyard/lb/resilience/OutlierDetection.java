package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges the instances of a fleet against each other: whose success rate is out of line, who fails
 * almost everything, who is much slower than the others. A circuit breaker sees one instance by
 * itself; this sees what only the comparison shows.
 *
 * <p>An immutable configuration and a pure function, {@link #judge}: no clock, no thread, no state.
 * A balancer calls it once per {@link #interval} with the counts of that interval alone, and takes
 * out what it finds as far as its {@link EjectionCap} allows. Thread-safe; O(n log n) per interval,
 * nothing on the path of requests.
 *
 * <table>
 *   <caption>The rules</caption>
 *   <tr><th>rule</th><th>finds an instance whose</th><th>default</th></tr>
 *   <tr><td>{@link Rule#SUCCESS_RATE}</td><td>success rate &lt; mean - {@value
 *       #DEFAULT_DEVIATIONS} x standard deviation, and &lt; mean - {@value #DEFAULT_MARGIN}
 *       points</td><td>on</td></tr>
 *   <tr><td>{@link Rule#FAILURE_PERCENTAGE}</td><td>failures &gt;= {@value
 *       #DEFAULT_FAILURE_PERCENTAGE} % of its requests</td><td>on</td></tr>
 *   <tr><td>{@link Rule#LATENCY}</td><td>average latency &gt; factor x median of the fleet, and
 *       &gt; a floor</td><td>off</td></tr>
 * </table>
 *
 * <p>The rules and their defaults are Envoy's and gRPC's (A50), with these differences. A success
 * rate must also be below the mean by a <em>margin</em>: without one, about 5 % of the instances of
 * a fleet that is well are below mean - 1.9 deviations in every interval, by chance. The failure
 * percentage is enforced, and needs no minimum number of instances, since it compares nobody with
 * anybody.
 *
 * <p><b>Mean and deviation are blind to a fleet that is half dead</b>: with 1.9 deviations at most
 * 21.7 % of the instances can be found at once, and a dead one only among five or more. That is
 * what the failure percentage, and a circuit breaker per instance, are for.
 *
 * <p><b>Not for</b> fleets whose instances rightly differ, in what they are asked or in what they
 * can: shards, tenants of their own, canaries that may fail. Nor for less traffic than the volumes
 * in an interval: what has fewer requests is not judged.
 */
public final class OutlierDetection {
  /** The default {@link Builder#interval} in seconds: {@value}. */
  public static final int DEFAULT_INTERVAL_SECONDS = 10;

  /** The default {@link Builder#successRateDeviations}: {@value}. */
  public static final double DEFAULT_DEVIATIONS = 1.9;

  /** The default {@link Builder#successRateMargin}, in percentage points: {@value}. */
  public static final double DEFAULT_MARGIN = 5;

  /** The default {@link Builder#failurePercentage}: {@value} %. */
  public static final double DEFAULT_FAILURE_PERCENTAGE = 85;

  /** The default share of findings that are enforced: {@value} %. */
  public static final int DEFAULT_ENFORCING = 100;

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

  /** What an instance is judged by. */
  public enum Rule {
    /** Its success rate, against mean and standard deviation of the fleet. In percent. */
    SUCCESS_RATE("success rate", 2, 5, 100),
    /** Its failures, against a fixed threshold. In percent of its requests. */
    FAILURE_PERCENTAGE("failure percentage", 1, 1, 50),
    /** Its average latency, against the median of the fleet. In nanoseconds. */
    LATENCY("latency", 2, 3, 50);

    private final String label;
    private final int fewestHosts;
    private final int defaultMinimumHosts;
    private final int defaultVolume;

    Rule(String label, int fewestHosts, int defaultMinimumHosts, int defaultVolume) {
      this.label = label;
      this.fewestHosts = fewestHosts;
      this.defaultMinimumHosts = defaultMinimumHosts;
      this.defaultVolume = defaultVolume;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /**
   * What one instance did in one interval.
   *
   * @param successes requests that succeeded, at least 0
   * @param failures requests that failed by the instance's fault, at least 0; not those that were
   *     cancelled, or refused on this side
   * @param latencyNanos the average latency of the interval; 0 or NaN if it is not known
   * @param judged false if the instance is out already, down or being drained: it is then neither
   *     found nor part of what others are compared with
   */
  public record Sample(long successes, long failures, double latencyNanos, boolean judged) {
    private static final long MOST = Long.MAX_VALUE / 2;

    /**
     * Makes a sample.
     *
     * @param successes requests that succeeded
     * @param failures requests that failed
     * @param latencyNanos the average latency, 0 or NaN if it is not known
     * @param judged whether the instance is judged
     * @throws IllegalArgumentException if a count or the latency is negative, or the latency
     *     infinite
     */
    public Sample {
      check(successes >= 0 && successes <= MOST, "successes", successes, "0.." + MOST);
      check(failures >= 0 && failures <= MOST, "failures", failures, "0.." + MOST);
      check(
          Double.isNaN(latencyNanos) || (latencyNanos >= 0 && latencyNanos <= Double.MAX_VALUE),
          "latencyNanos",
          latencyNanos,
          "finite and >= 0, or NaN");
    }

    long requests() {
      return successes + failures;
    }
  }

  /**
   * An instance that is out of line.
   *
   * @param index its place in the list that was judged
   * @param rule the rule it broke; of several the first that is enforced
   * @param enforced whether it is to be taken out; false says what would have been done
   * @param value what was measured, in the unit of the rule
   * @param threshold what it was held against, in the unit of the rule
   * @param explanation the comparison in words, with how the threshold came about
   */
  public record Finding(
      int index, Rule rule, boolean enforced, double value, double threshold, String explanation) {
    /** Returns the explanation, with the instance and whether it is enforced. */
    @Override
    public String toString() {
      return "#" + index + ": " + explanation + (enforced ? "" : " (not enforced)");
    }
  }

  /** What has to be there before a rule judges, and how often it acts. */
  record Gate(int minimumHosts, int volume, int enforcing) {
    @Override
    public String toString() {
      return ">= "
          + minimumHosts
          + " hosts of >= "
          + volume
          + " requests, enforcing "
          + enforcing
          + " %";
    }
  }

  private final Duration interval;
  private final OutlierRules rules;

  private OutlierDetection(Duration interval, OutlierRules rules) {
    this.interval = interval;
    this.rules = rules;
  }

  /**
   * Returns the detection with all defaults: success rate and failure percentage, enforced.
   *
   * @return the configuration
   */
  public static OutlierDetection defaults() {
    return builder().build();
  }

  /**
   * Returns a builder that has the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how often the fleet is judged, by what happened since the last time.
   *
   * @return the interval
   */
  public Duration interval() {
    return interval;
  }

  /**
   * Returns whether a rule is on.
   *
   * @param rule the rule
   * @return false if it is not looked at
   */
  public boolean judges(Rule rule) {
    return rules.gates().containsKey(requireNonNull(rule, "rule"));
  }

  /**
   * Finds the instances that are out of line. A function of its arguments: the same fleet and the
   * same draws give the same findings, and nothing is kept.
   *
   * @param fleet one sample per instance, of one interval
   * @param random draws whether a finding is enforced, where the share is neither 0 nor 100 %; else
   *     it is not asked
   * @return at most one finding per instance, in the order in which to take them out: first those
   *     that fail, by the share of their failures, then those that are slow, by their latency;
   *     among equals who has more requests, then who comes first in the list
   */
  public List<Finding> judge(List<Sample> fleet, RandomSource random) {
    requireNonNull(random, "random");
    List<OutlierRules.Suspect> suspects = rules.suspects(List.copyOf(fleet));
    List<Finding> findings = new ArrayList<>(suspects.size());
    for (OutlierRules.Suspect suspect : suspects) {
      findings.add(rules.finding(suspect, random));
    }
    return Collections.unmodifiableList(findings);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OutlierDetection that
        && interval.equals(that.interval)
        && rules.equals(that.rules);
  }

  @Override
  public int hashCode() {
    return 31 * interval.hashCode() + rules.hashCode();
  }

  /** Returns every knob of the rules that are on. */
  @Override
  public String toString() {
    return "OutlierDetection[interval=" + interval + ", " + rules + "]";
  }

  /**
   * Collects the knobs. Each is checked when it is set; {@link #build} refuses those that would
   * have no effect together. Not thread-safe.
   */
  public static final class Builder {
    private final Set<Rule> on = EnumSet.of(Rule.SUCCESS_RATE, Rule.FAILURE_PERCENTAGE);

    /** The rules that knobs were set for, with the name of one such knob. */
    private final Map<Rule, String> touched = new EnumMap<>(Rule.class);

    private final Map<Rule, Integer> minimumHosts = new EnumMap<>(Rule.class);
    private final Map<Rule, Integer> volumes = new EnumMap<>(Rule.class);
    private final Map<Rule, Integer> enforcing = new EnumMap<>(Rule.class);
    private @Nullable Integer enforcingAll;
    private Duration interval = Duration.ofSeconds(DEFAULT_INTERVAL_SECONDS);
    private double deviations = DEFAULT_DEVIATIONS;
    private double margin = DEFAULT_MARGIN;
    private double failurePercentage = DEFAULT_FAILURE_PERCENTAGE;
    private double latencyFactor;
    private long latencyFloorNanos;

    private Builder() {}

    /**
     * Sets how often the fleet is judged. Long enough that instances get the volumes in it, short
     * enough that users need not wait: until it ends nothing is found.
     *
     * @param interval 100 ms to 1 day; {@value #DEFAULT_INTERVAL_SECONDS} s by default
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder interval(Duration interval) {
      positiveNanos(interval, "interval");
      check(
          interval.compareTo(SHORTEST_INTERVAL) >= 0 && interval.compareTo(LONGEST_INTERVAL) <= 0,
          "interval",
          interval,
          SHORTEST_INTERVAL + ".." + LONGEST_INTERVAL);
      this.interval = interval;
      return this;
    }

    /**
     * Sets how many population standard deviations below the mean a success rate is an outlier. Of
     * <var>n</var> instances none can be further off than sqrt(n - 1) deviations (Samuelson's
     * inequality), so a higher value needs larger fleets: 1.9 five instances, 3 eleven.
     *
     * @param deviations 0 to 10; {@value #DEFAULT_DEVIATIONS} by default; 0 leaves the judgement to
     *     the margin
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder successRateDeviations(double deviations) {
      check(deviations >= 0 && deviations <= 10, "successRateDeviations", deviations, "0..10");
      touched.put(Rule.SUCCESS_RATE, "successRateDeviations");
      this.deviations = deviations;
      return this;
    }

    /**
     * Sets how many percentage points below the mean a success rate has to be besides. In a fleet
     * that is well the deviation is small, and somebody is always the worst.
     *
     * @param points 0 to 99; {@value #DEFAULT_MARGIN} by default; 0 is Envoy's rule
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder successRateMargin(double points) {
      check(points >= 0 && points <= 99, "successRateMargin", points, "0..99");
      touched.put(Rule.SUCCESS_RATE, "successRateMargin");
      this.margin = points;
      return this;
    }

    /**
     * Sets which share of failures is too much for whatever instance.
     *
     * @param percent above 0 and up to 100, the threshold included; {@value
     *     #DEFAULT_FAILURE_PERCENTAGE} by default
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder failurePercentage(double percent) {
      check(percent > 0 && percent <= 100, "failurePercentage", percent, "> 0 and <= 100");
      touched.put(Rule.FAILURE_PERCENTAGE, "failurePercentage");
      this.failurePercentage = percent;
      return this;
    }

    /**
     * Turns the latency rule on. It is off by default: strategies that go by load or latency send a
     * slow instance less anyway, without taking its capacity from the fleet, and where the slowness
     * is in the requests (a heavy tenant, another zone) it would move with them. It is for
     * strategies that do not look, such as turns and hashing.
     *
     * @param factor how many times the median is slow, above 1 and up to 1000
     * @param floor what is never slow, in absolute terms; above 0
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder latency(double factor, Duration floor) {
      check(factor > 1 && factor <= 1_000, "latency factor", factor, "> 1 and <= 1000");
      this.latencyFloorNanos = positiveNanos(floor, "latency floor");
      this.latencyFactor = factor;
      touched.put(Rule.LATENCY, "latency");
      on.add(Rule.LATENCY);
      return this;
    }

    /**
     * Turns a rule off.
     *
     * @param rule the rule
     * @return this
     */
    public Builder without(Rule rule) {
      on.remove(requireNonNull(rule, "rule"));
      return this;
    }

    /**
     * Sets how many instances must have had the volume before a rule judges any.
     *
     * @param rule the rule
     * @param hosts at least 2, for the failure percentage at least 1; by default 5 for the success
     *     rate, 1 for the failure percentage, 3 for the latency
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder minimumHosts(Rule rule, int hosts) {
      check(
          hosts >= rule.fewestHosts && hosts <= 1_000_000,
          "minimumHosts of " + rule,
          hosts,
          rule.fewestHosts + "..1000000");
      touched.put(rule, "minimumHosts");
      minimumHosts.put(rule, hosts);
      return this;
    }

    /**
     * Sets how many requests an instance must have had in the interval to count in a rule.
     *
     * @param rule the rule
     * @param requests at least 1; by default 100 for the success rate, else 50
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder volume(Rule rule, int requests) {
      check(requests >= 1, "volume of " + requireNonNull(rule, "rule"), requests, ">= 1");
      touched.put(rule, "volume");
      volumes.put(rule, requests);
      return this;
    }

    /**
     * Sets which share of a rule's findings is enforced, drawn for each.
     *
     * @param rule the rule
     * @param percent 0 to 100; 0 only says what would have been done
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder enforcing(Rule rule, int percent) {
      check(
          percent >= 0 && percent <= 100,
          "enforcing of " + requireNonNull(rule, "rule"),
          percent,
          "0..100");
      touched.put(rule, "enforcing");
      enforcing.put(rule, percent);
      return this;
    }

    /**
     * Sets which share of the findings is enforced, for the rules that have no share of their own.
     *
     * @param percent 0 to 100; {@value #DEFAULT_ENFORCING} by default; 0 is the shadow mode: it
     *     only says what would have been done
     * @return this
     * @throws IllegalArgumentException if out of range
     */
    public Builder enforcing(int percent) {
      check(percent >= 0 && percent <= 100, "enforcing", percent, "0..100");
      this.enforcingAll = percent;
      return this;
    }

    /**
     * Makes the configuration.
     *
     * @return the configuration
     * @throws IllegalStateException if all rules are off, a knob is set of a rule that is off, or a
     *     combination has no effect
     */
    public OutlierDetection build() {
      refuse(on.isEmpty(), "all rules are off; leave the outlier detection away instead");
      touched.forEach(
          (rule, knob) ->
              refuse(!on.contains(rule), knob + ": is set, but the rule " + rule + " is off"));
      refuse(
          deviations == 0 && margin == 0,
          "successRateDeviations and successRateMargin: both 0 would find whoever is below the mean");
      refuse(
          enforcingAll != null && enforcing.keySet().containsAll(on),
          "enforcing: " + enforcingAll + " has no effect, every rule has a share of its own");
      Map<Rule, Gate> gates = new EnumMap<>(Rule.class);
      for (Rule rule : on) {
        gates.put(
            rule,
            new Gate(
                minimumHosts.getOrDefault(rule, rule.defaultMinimumHosts),
                volumes.getOrDefault(rule, rule.defaultVolume),
                enforcing.getOrDefault(
                    rule, enforcingAll == null ? DEFAULT_ENFORCING : enforcingAll)));
      }
      return new OutlierDetection(
          interval,
          new OutlierRules(
              Collections.unmodifiableMap(gates),
              deviations,
              margin,
              failurePercentage,
              latencyFactor,
              latencyFloorNanos));
    }

    private static void refuse(boolean condition, String why) {
      if (condition) {
        throw new IllegalStateException(why);
      }
    }
  }
}
