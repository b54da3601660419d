package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingRule;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A rule that also says whether there is work, for a policy that scales to zero; the number that it
 * asks for stays the other rule's. Immutable.
 *
 * <p>Whether there is work and how much it needs are two questions: with an activation threshold of
 * 50 messages and a target of 10 per instance, 40 messages need 4 instances where instances are
 * running, but do not wake a service from zero nor keep it from there.
 */
public final class Activation implements ScalingRule {
  private final ScalingRule rule;
  private final @Nullable Metric metric;
  private final double threshold;

  private Activation(ScalingRule rule, @Nullable Metric metric, double threshold) {
    this.rule = rule;
    this.metric = metric;
    this.threshold = threshold;
  }

  /**
   * There is work where a metric is above a threshold, strictly, as in KEDA. Where the metric is
   * missing, nobody can say.
   *
   * @param rule the rule that says how many instances
   * @param metric the metric that says whether there is work
   * @param threshold the threshold, in its unit, finite and not negative
   * @return the rule, under the name of {@code rule}
   */
  public static Activation above(ScalingRule rule, Metric metric, double threshold) {
    if (!(threshold >= 0) || threshold == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the activation threshold of "
              + metric.name()
              + " must be finite and not negative, was "
              + threshold);
    }
    return new Activation(Objects.requireNonNull(rule), metric, threshold);
  }

  /**
   * That the rule asks for instances is no sign of work: the CPU of an idle service is never quite
   * 0. Others have to say that there is work, or the service sleeps for ever.
   *
   * @param rule the rule that says how many instances
   * @return the rule, under the name of {@code rule}
   */
  public static Activation never(ScalingRule rule) {
    return new Activation(Objects.requireNonNull(rule), null, 0);
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public List<Metric> metrics() {
    return Stream.concat(rule.metrics().stream(), Stream.ofNullable(metric)).distinct().toList();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Proposal proposal = rule.propose(evaluation);
    if (metric == null) {
      return proposal.active(false);
    }
    Reading reading = evaluation.reading(metric);
    return reading.isKnown() ? proposal.active(reading.value() > threshold) : proposal;
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return rule.wouldScaleOutAt(evaluation, count);
  }

  /**
   * The rule that says how many instances.
   *
   * @return the rule
   */
  public ScalingRule rule() {
    return rule;
  }

  /**
   * The metric that says whether there is work.
   *
   * @return the metric, or null if the rule never says that there is
   */
  public @Nullable Metric metric() {
    return metric;
  }

  /**
   * Above what there is work.
   *
   * @return the threshold
   */
  public double threshold() {
    return threshold;
  }

  @Override
  public String describe() {
    return rule.describe()
        + (metric == null
            ? "; is no sign of work"
            : "; there is work where " + metric.name() + " is above " + threshold);
  }
}
