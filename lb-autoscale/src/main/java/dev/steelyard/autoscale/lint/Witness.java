package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics that demonstrate a finding: given to the policy one after the other, from the initial
 * state, each decision being carried out, they lead to the numbers that are written beside them.
 * Immutable.
 *
 * @param ticks the metrics and what the policy makes of them
 */
public record Witness(List<Tick> ticks) {
  /**
   * One decision.
   *
   * @param metrics what is known, the present number of instances among it
   * @param metric the metric that matters
   * @param value its value; NaN where it is missing
   * @param recommended what the rules ask for
   * @param desired what is decided
   */
  public record Tick(
      ScalingMetrics metrics, Metric metric, double value, int recommended, int desired) {}

  /**
   * Copies the list.
   *
   * @param ticks the metrics and what the policy makes of them
   */
  public Witness {
    ticks = List.copyOf(ticks);
    if (ticks.isEmpty()) {
      throw new IllegalArgumentException("a witness has at least one tick");
    }
  }

  /**
   * The number of instances at which it begins.
   *
   * @return the number
   */
  public int instances() {
    return ticks.get(0).metrics().instances();
  }

  /**
   * The value with which it begins.
   *
   * @return the value of the metric that matters
   */
  public double value() {
    return ticks.get(0).value();
  }

  /**
   * Feeds it to a policy.
   *
   * @param policy the policy
   * @return whether the policy decides as is written here
   */
  public boolean demonstrates(ScalingPolicy policy) {
    ScalingState state = ScalingState.initial();
    for (Tick tick : ticks) {
      ScalingDecision decision = policy.decide(state, tick.metrics());
      if (decision.desired() != tick.desired() || decision.recommended() != tick.recommended()) {
        return false;
      }
      state = decision.next();
    }
    return true;
  }

  /** One line per change; what repeats is left out. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    @Nullable Tick last = null;
    for (int i = 0; i < ticks.size(); i++) {
      Tick tick = ticks.get(i);
      boolean same =
          last != null
              && last.desired() == tick.desired()
              && last.metrics().instances() == tick.metrics().instances();
      if (!same || i == ticks.size() - 1) {
        text.append("    ")
            .append(tick.metrics().time())
            .append("  ")
            .append(tick.metrics().instances())
            .append(" instances, ")
            .append(tick.metric().name())
            .append(' ')
            .append(Double.isNaN(tick.value()) ? "missing" : round(tick.value()))
            .append(" -> ")
            .append(tick.desired())
            .append('\n');
      }
      last = tick;
    }
    return text.toString();
  }

  static String round(double value) {
    double rounded = Math.round(value * 100) / 100.0;
    return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
  }
}
