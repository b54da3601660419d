package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.SimulationResult;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a scenario file says that the result of a run has to be. */
final class Expectation {
  private static final double TOLERANCE = 1e-9;

  /** The figure of another strategy on the same scenario, with the same seed, times a factor. */
  record Relative(String strategy, double factor) {}

  private final Scenario scenario;
  private final Metric metric;
  private final double atLeast;
  private final double atMost;
  private final @Nullable Relative atMostTimes;
  private final List<String> strategies;

  /**
   * Makes an expectation.
   *
   * @param atLeast minus infinity if there is no such bound
   * @param atMost infinity if there is no such bound
   * @param strategies the ones that it is about; empty for all
   */
  Expectation(
      Scenario scenario,
      Metric metric,
      double atLeast,
      double atMost,
      @Nullable Relative atMostTimes,
      List<String> strategies) {
    this.scenario = scenario;
    this.metric = metric;
    this.atLeast = atLeast;
    this.atMost = atMost;
    this.atMostTimes = atMostTimes;
    this.strategies = List.copyOf(strategies);
  }

  /**
   * Says what is wrong with a result.
   *
   * @param strategy under which it came about
   * @return null if nothing is, or the expectation is not about this strategy
   */
  @Nullable String violatedBy(String strategy, SimulationResult result) {
    if (!strategies.isEmpty() && !strategies.contains(strategy)) {
      return null;
    }
    double value = metric.of(result);
    if (!(value >= atLeast - TOLERANCE)) {
      return violation(value, "at least " + text(atLeast));
    }
    if (!(value <= atMost + TOLERANCE)) {
      return violation(value, "at most " + text(atMost));
    }
    Relative other = atMostTimes;
    if (other == null || other.strategy().equals(strategy)) {
      return null;
    }
    double theirs = metric.of(Strategies.run(scenario, other.strategy(), result.seed()));
    return value <= theirs * other.factor() + TOLERANCE
        ? null
        : violation(
            value,
            String.format(
                Locale.ROOT,
                "at most %s times the %s of %s",
                text(other.factor()),
                text(theirs),
                other.strategy()));
  }

  private String violation(double value, String rule) {
    return metric.name() + ": " + text(value) + " (expected: " + rule + ")";
  }

  private static String text(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : String.format(Locale.ROOT, "%.6g", number);
  }
}
