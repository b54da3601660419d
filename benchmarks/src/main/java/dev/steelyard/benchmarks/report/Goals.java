package dev.steelyard.benchmarks.report;

import static dev.steelyard.benchmarks.pick.Strategy.PEAK_EWMA;
import static dev.steelyard.benchmarks.pick.Strategy.POWER_OF_TWO_CHOICES;
import static dev.steelyard.benchmarks.pick.Strategy.RANDOM;
import static dev.steelyard.benchmarks.pick.Strategy.ROUND_ROBIN;
import static dev.steelyard.benchmarks.pick.Weights.DIFFERENT;
import static dev.steelyard.benchmarks.pick.Weights.EQUAL;
import static dev.steelyard.benchmarks.report.Comparison.PICK;
import static dev.steelyard.benchmarks.report.Comparison.REQUEST;

import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The project's goals for the hot path, with what a run measured of them. */
final class Goals {
  private static final double FLAT = 1.5;

  private final Results results;
  private final List<Integer> sizes;
  private final List<Integer> sizesOfTwo;

  Goals(Results results, List<Integer> sizes, List<Integer> sizesOfTwo) {
    this.results = results;
    this.sizes = sizes;
    this.sizesOfTwo = sizesOfTwo;
  }

  List<Goal> all(@Nullable Http http) {
    List<Goal> goals = new ArrayList<>();
    goals.add(new Goal("pick, every strategy", 0, "B", mostBytes(PICK)));
    goals.add(ratio("round robin, pick", 1.3, PICK, ROUND_ROBIN, EQUAL, 1));
    goals.add(ratio("random, pick", 1.3, PICK, RANDOM, EQUAL, 1));
    goals.add(ratio("round robin by weight, pick", 1.2, PICK, ROUND_ROBIN, DIFFERENT, 1));
    goals.add(ratio("random by weight, pick", 1.2, PICK, RANDOM, DIFFERENT, 1));
    goals.add(ratio("round robin, pick, 2 threads", 0.5, PICK, ROUND_ROBIN, EQUAL, 2));
    goals.add(
        ratio("powerOfTwoChoices, acquire + complete", 2, REQUEST, POWER_OF_TWO_CHOICES, EQUAL, 1));
    goals.add(new Goal("every strategy, acquire + complete", 32, "B", mostBytes(REQUEST)));
    goals.add(ratio("peakEwma, acquire + complete", 1.5, REQUEST, PEAK_EWMA, EQUAL, 1));
    goals.add(
        new Goal("pick, growth beside the floor's", FLAT, "x, largest to smallest", growth(PICK)));
    goals.add(
        new Goal(
            "acquire + complete, growth beside the floor's",
            FLAT,
            "x, largest to smallest",
            growth(REQUEST)));
    goals.addAll(new GuardGoals(results).all());
    if (http != null) {
      Map<String, Double> ratio = Map.of("one thread", http.ratio());
      goals.add(new Goal("BalancedHttpClient, send", 1.03, "x the bare client", ratio));
    }
    goals.removeIf(goal -> !goal.isMeasured());
    return goals;
  }

  private Goal ratio(
      String subject,
      double limit,
      String method,
      Strategy strategy,
      Weights weights,
      int threads) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int size : threads == 1 ? sizes : sizesOfTwo) {
      Comparison row = Comparison.of(results, method, strategy, weights, size, threads);
      if (row != null) {
        values.put(Integer.toString(size), row.ratio());
      }
    }
    return new Goal(subject, limit, "x its floor", values);
  }

  /** The most that any size or weights made a strategy allocate, on one thread. */
  private Map<String, Double> mostBytes(String method) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (Strategy strategy : Strategy.values()) {
      for (Weights weights : Weights.values()) {
        for (int size : sizes) {
          Comparison row = Comparison.of(results, method, strategy, weights, size, 1);
          if (row != null) {
            values.merge(strategy.label(), row.measure().bytes(), Math::max);
          }
        }
      }
    }
    return values;
  }

  /** How many times more a strategy grows from the smallest to the largest size than its floor. */
  private Map<String, Double> growth(String method) {
    Map<String, Double> values = new LinkedHashMap<>();
    if (sizes.isEmpty()) {
      return values;
    }
    int smallest = sizes.get(0);
    int largest = sizes.get(sizes.size() - 1);
    for (Strategy strategy : Strategy.values()) {
      Comparison small = Comparison.of(results, method, strategy, Weights.EQUAL, smallest, 1);
      Comparison large = Comparison.of(results, method, strategy, Weights.EQUAL, largest, 1);
      if (small != null && large != null) {
        values.put(strategy.label(), large.ratio() / small.ratio());
      }
    }
    return values;
  }
}
