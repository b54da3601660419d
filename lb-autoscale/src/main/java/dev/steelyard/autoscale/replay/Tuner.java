package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.amount;
import static dev.steelyard.autoscale.replay.Checks.check;

import dev.steelyard.autoscale.ScalingPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Searches the values of a policy's knobs that do best on the first part of a trace, and reports
 * what they do on the rest, which the search has not seen, beside the policy that is in use.
 *
 * <p>Best is what costs least:
 *
 * <pre>
 * cost + under × missing instance-hours + over × surplus instance-hours + change × adaptations
 * </pre>
 *
 * (the form of Google's Autopilot, EuroSys 2020) among those that violate the objective for no
 * greater share of the load than the baseline. If none does, the one that violates it least. Ties
 * go to the candidate found first, so the search gives the same answer each time.
 *
 * <p>Not a substitute for knowing the service: a knob tuned on a quiet week is tuned for quiet
 * weeks. Compare {@link Tuning#best} with the baseline on the rest before believing it. Not
 * thread-safe.
 */
public final class Tuner {
  /** The greatest number of candidates of a search of the whole grid: {@value}. */
  public static final int MOST_CANDIDATES = 100_000;

  private static final int MOST_ROUNDS = 100;

  private final ScalingPolicy baseline;
  private final Function<Map<String, Double>, ScalingPolicy> policies;
  private final Map<String, double[]> knobs = new LinkedHashMap<>();
  private double under;
  private double over;
  private double change;
  private double share = 0.7;
  private boolean grid;

  private Tuner(ScalingPolicy baseline, Function<Map<String, Double>, ScalingPolicy> policies) {
    this.baseline = baseline;
    this.policies = policies;
  }

  /**
   * Begins a search.
   *
   * @param baseline the policy in use, which the found one must not fall behind
   * @param policies makes a policy of the values of all knobs, by their names
   * @return a tuner without knobs
   */
  public static Tuner of(
      ScalingPolicy baseline, Function<Map<String, Double>, ScalingPolicy> policies) {
    return new Tuner(baseline, policies);
  }

  /**
   * Adds a knob.
   *
   * @param name its name, not used before
   * @param values the values to try, in ascending or descending order, at least one, all finite
   * @return this
   */
  public Tuner knob(String name, double... values) {
    check(!name.isBlank(), "name", "'" + name + "'", "not blank");
    check(!knobs.containsKey(name), "name", "'" + name + "'", "not used before");
    check(values.length > 0, name, "without values", "given at least one");
    for (double value : values) {
      check(Double.isFinite(value), name, value, "finite");
    }
    knobs.put(name, values.clone());
    return this;
  }

  /**
   * Sets the penalties, in the currency of the model's price.
   *
   * @param under per instance-hour that was missing, default 0
   * @param over per instance-hour too many, on top of its cost, default 0
   * @param change per adaptation, default 0
   * @return this
   */
  public Tuner penalties(double under, double over, double change) {
    this.under = amount("under", under);
    this.over = amount("over", over);
    this.change = amount("change", change);
    return this;
  }

  /**
   * Sets how much of the trace is learned from.
   *
   * @param share above 0 and below 1, default 0.7
   * @return this
   */
  public Tuner training(double share) {
    check(share > 0 && share < 1, "share", share, "above 0 and below 1");
    this.share = share;
    return this;
  }

  /**
   * Tries all combinations instead of one knob after the other until none gets better. Finds the
   * best of the grid, but takes the product of the numbers of values instead of a few times their
   * sum.
   *
   * @return this
   */
  public Tuner wholeGrid() {
    this.grid = true;
    return this;
  }

  /**
   * Searches.
   *
   * @param trace the load; its first part is learned from
   * @param model what the instances do with it
   * @return the best values found, and what they do on the rest
   * @throws IllegalArgumentException if there is no knob, or the grid is too large
   */
  public Tuning tune(Trace trace, ServiceModel model) {
    check(!knobs.isEmpty(), "knobs", "none", "at least one");
    Trace.Split split = trace.split(share);
    ReplaySummary limit = Replay.run(baseline, split.training(), model).summary();
    Search search = new Search(split.training(), model, limit);
    Candidate best = grid ? search.all() : search.oneByOne();
    int cut = split.training().size();
    // Over the whole trace, so that the judged part begins with instances and history as in life.
    ReplayResult tuned = Replay.run(best.policy(), trace, model);
    ReplayResult used = Replay.run(baseline, trace, model);
    return new Tuning(
        best.values(),
        best.policy(),
        search.seen.size(),
        best.objective(),
        objective(limit),
        best.violations() <= limit.violationShare(),
        best.summary(),
        limit,
        tuned.summary(cut, trace.size()),
        used.summary(cut, trace.size()));
  }

  private double objective(ReplaySummary summary) {
    double hours = summary.elasticity().span().toMillis() / 3_600_000.0;
    return summary.cost()
        + under * hours * summary.elasticity().accuracyUnder()
        + over * hours * summary.elasticity().accuracyOver()
        + change * summary.adaptations();
  }

  private record Candidate(
      Map<String, Double> values, ScalingPolicy policy, ReplaySummary summary, double objective) {
    double violations() {
      return summary.violationShare();
    }

    boolean isBetterThan(Candidate other, double limit) {
      boolean allowed = violations() <= limit;
      if (allowed != other.violations() <= limit) {
        return allowed;
      }
      return allowed ? objective < other.objective : violations() < other.violations();
    }
  }

  private final class Search {
    private final Trace training;
    private final ServiceModel model;
    private final double limit;
    private final List<String> names = new ArrayList<>(knobs.keySet());
    private final Set<List<Integer>> seen = new HashSet<>();

    Search(Trace training, ServiceModel model, ReplaySummary limit) {
      this.training = training;
      this.model = model;
      this.limit = limit.violationShare();
    }

    private Candidate candidate(int[] at) {
      seen.add(Arrays.stream(at).boxed().toList());
      Map<String, Double> values = new LinkedHashMap<>();
      for (int i = 0; i < at.length; i++) {
        values.put(names.get(i), values(i)[at[i]]);
      }
      ScalingPolicy policy = policies.apply(values);
      ReplaySummary summary = Replay.run(policy, training, model).summary();
      return new Candidate(values, policy, summary, objective(summary));
    }

    private double[] values(int knob) {
      return knobs.getOrDefault(names.get(knob), new double[0]);
    }

    Candidate all() {
      double product = 1;
      for (double[] values : knobs.values()) {
        product *= values.length;
      }
      check(product <= MOST_CANDIDATES, "the grid", product, "at most " + MOST_CANDIDATES);
      int[] at = new int[names.size()];
      Candidate best = candidate(at);
      while (next(at)) {
        best = better(best, candidate(at));
      }
      return best;
    }

    private boolean next(int[] at) {
      for (int i = at.length - 1; i >= 0; i--) {
        if (++at[i] < values(i).length) {
          return true;
        }
        at[i] = 0;
      }
      return false;
    }

    /** Coordinate descent, from the middle of every knob. */
    Candidate oneByOne() {
      int[] at = new int[names.size()];
      Arrays.setAll(at, i -> values(i).length / 2);
      Candidate best = candidate(at);
      boolean moved = true;
      for (int round = 0; moved && round < MOST_ROUNDS; round++) {
        moved = false;
        for (int knob = 0; knob < at.length; knob++) {
          int kept = at[knob];
          for (int value = 0; value < values(knob).length; value++) {
            at[knob] = value;
            if (seen.contains(Arrays.stream(at).boxed().toList())) {
              continue;
            }
            Candidate other = candidate(at);
            if (other.isBetterThan(best, limit)) {
              best = other;
              kept = value;
              moved = true;
            }
          }
          at[knob] = kept;
        }
      }
      return best;
    }

    private Candidate better(Candidate best, Candidate other) {
      return other.isBetterThan(best, limit) ? other : best;
    }
  }
}
