package dev.steelyard.autoscale;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a {@link ScalingRule} may look at; for one thread. */
public final class Evaluation {
  private final ScalingPolicy policy;
  private final ScalingState state;
  private final ScalingMetrics metrics;
  private final Memory memory;

  /**
   * What was read already, by column, shared by the rules of one decision. Whoever races reads the
   * same again: a reading is immutable and a function of the rest.
   */
  private final @Nullable Reading[] readings;

  /** What this rule, or one that it is made of, has read; by column. For the confidence. */
  private final boolean[] read;

  private Evaluation(
      ScalingPolicy policy,
      ScalingState state,
      ScalingMetrics metrics,
      Memory memory,
      @Nullable Reading[] readings,
      boolean[] read) {
    this.policy = policy;
    this.state = state;
    this.metrics = metrics;
    this.memory = memory;
    this.readings = readings;
    this.read = read;
  }

  Evaluation(ScalingPolicy policy, ScalingState state, ScalingMetrics metrics, Memory memory) {
    this(
        policy,
        state,
        metrics,
        memory,
        new Reading[metrics.columns.length],
        new boolean[metrics.columns.length]);
  }

  /** The same for another rule of the decision, which has read nothing yet. */
  Evaluation forRule(Memory memory) {
    return new Evaluation(policy, state, metrics, memory, readings, new boolean[read.length]);
  }

  /** What the rule has read of a column; null if nothing. */
  @Nullable Reading readOf(int column) {
    return read[column] ? readings[column] : null;
  }

  /** How many columns there are. */
  int columns() {
    return read.length;
  }

  /**
   * The same for a rule that remembers something else: for a rule that is made of rules.
   *
   * @param memory the memory that the inner rule sees
   * @return the evaluation
   */
  public Evaluation remembering(Memory memory) {
    return new Evaluation(policy, state, metrics, Objects.requireNonNull(memory), readings, read);
  }

  /**
   * An evaluation for the test of a rule of one's own.
   *
   * @param policy the policy
   * @param state the state
   * @param metrics the metrics
   * @param rule the name of the rule, whose memory it sees
   * @return the evaluation
   */
  public static Evaluation of(
      ScalingPolicy policy, ScalingState state, ScalingMetrics metrics, String rule) {
    return new Evaluation(policy, state, metrics, state.memory(Objects.requireNonNull(rule)));
  }

  /**
   * When the metrics were taken.
   *
   * @return milliseconds since the epoch
   */
  public long now() {
    return metrics.time;
  }

  /**
   * How many instances are asked for at present.
   *
   * @return the number
   */
  public int current() {
    return metrics.instances;
  }

  /**
   * How many instances are running and ready.
   *
   * @return the number
   */
  public int ready() {
    return metrics.ready;
  }

  /**
   * Reads a metric: one pass over the instances, by the first of the rules that reads it.
   *
   * @param metric the metric
   * @return its reading
   */
  public Reading reading(Metric metric) {
    int at = metrics.position(metric);
    if (at < 0) {
      return read(metric);
    }
    read[at] = true;
    Reading known = readings[at];
    if (known == null
        || known.metric.kind() != metric.kind()
        || known.metric.isRaisedByStartup() != metric.isRaisedByStartup()) {
      known = read(metric);
      readings[at] = known;
    }
    return known;
  }

  private Reading read(Metric metric) {
    return Readings.read(
        metrics, metric, policy.startupGrace, policy.readinessDelay, policy.staleAfter);
  }

  /**
   * What the rule remembers.
   *
   * @return the memory
   */
  public Memory memory() {
    return memory;
  }

  /**
   * The policy that the rule is part of.
   *
   * @return the policy
   */
  public ScalingPolicy policy() {
    return policy;
  }

  /**
   * What happened before.
   *
   * @return the state
   */
  public ScalingState state() {
    return state;
  }

  /**
   * All that is known of the present.
   *
   * @return the metrics
   */
  public ScalingMetrics metrics() {
    return metrics;
  }
}
