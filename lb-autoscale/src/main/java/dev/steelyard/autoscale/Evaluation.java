package dev.steelyard.autoscale;

import java.util.Objects;

/** What a {@link ScalingRule} may look at. Immutable. */
public final class Evaluation {
  private final ScalingPolicy policy;
  private final ScalingState state;
  private final ScalingMetrics metrics;
  private final Memory memory;

  Evaluation(ScalingPolicy policy, ScalingState state, ScalingMetrics metrics, Memory memory) {
    this.policy = policy;
    this.state = state;
    this.metrics = metrics;
    this.memory = memory;
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
   * Reads a metric: one pass over the instances.
   *
   * @param metric the metric
   * @return its reading
   */
  public Reading reading(Metric metric) {
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
