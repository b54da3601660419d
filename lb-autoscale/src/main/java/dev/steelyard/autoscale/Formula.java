package dev.steelyard.autoscale;

import dev.steelyard.autoscale.limits.DownstreamBudget;
import java.util.List;
import java.util.Locale;

/**
 * The formulas of a {@link Proof}: each is a function of what comes in and of named operands, and
 * of nothing else. The decision itself computes with them, so that a proof cannot say something
 * else than what was done.
 */
public enum Formula {
  // What any rule may use.

  /** The operand, whatever came in. */
  GIVEN("value") {
    @Override
    double compute(double in, double[] p) {
      return p[0];
    }
  },
  /** Not below the operand. */
  AT_LEAST("least") {
    @Override
    double compute(double in, double[] p) {
      return Math.max(in, p[0]);
    }
  },
  /** Not above the operand. */
  AT_MOST("most") {
    @Override
    double compute(double in, double[] p) {
      return Math.min(in, p[0]);
    }
  },
  /** Between the operands; the upper one wins where they cross. */
  BETWEEN("least", "most") {
    @Override
    double compute(double in, double[] p) {
      return Math.min(Math.max(in, p[0]), p[1]);
    }
  },
  /** Up to the next whole number. */
  ROUND_UP() {
    @Override
    double compute(double in, double[] p) {
      return ceil(in);
    }
  },

  /** So many times what came in. */
  TIMES("factor") {
    @Override
    double compute(double in, double[] p) {
      return in * p[0];
    }
  },

  // Proportional rules.

  /**
   * As many instances as bring an average to its target: count x average / target, rounded up;
   * {@code current} within the tolerance around 1. What comes in is the average.
   */
  PROPORTIONAL("target", "count", "current", "toleranceDown", "toleranceUp") {
    @Override
    double compute(double in, double[] p) {
      double ratio = in / p[0];
      return within(ratio, p[3], p[4]) ? p[2] : ceil(ratio * p[1]);
    }
  },
  /**
   * As many instances as bring a total to its target per instance: total / target, rounded up;
   * {@code current} where the total per existing instance is within the tolerance. What comes in is
   * the total.
   */
  TOTAL("target", "existing", "current", "toleranceDown", "toleranceUp") {
    @Override
    double compute(double in, double[] p) {
      boolean silent = p[1] > 0 && within(in / (p[0] * p[1]), p[3], p[4]);
      return silent ? p[2] : ceil(in / p[0]);
    }
  },

  // Steps, thresholds and scores. A verdict is 1 for yes, 0 for no.

  /** Whether what comes in is above the threshold. */
  IS_ABOVE("threshold") {
    @Override
    double compute(double in, double[] p) {
      return in > p[0] ? 1 : 0;
    }
  },
  /** Whether what comes in is the threshold or above it. */
  IS_AT_LEAST("threshold") {
    @Override
    double compute(double in, double[] p) {
      return in >= p[0] ? 1 : 0;
    }
  },
  /** Whether what comes in is below the threshold. */
  IS_BELOW("threshold") {
    @Override
    double compute(double in, double[] p) {
      return in < p[0] ? 1 : 0;
    }
  },
  /** Whether what comes in is the threshold or below it. */
  IS_AT_MOST("threshold") {
    @Override
    double compute(double in, double[] p) {
      return in <= p[0] ? 1 : 0;
    }
  },
  /** Whether what comes in is in a range, whose end is outside. */
  IS_WITHIN("least", "below") {
    @Override
    double compute(double in, double[] p) {
      return in >= p[0] && in < p[1] ? 1 : 0;
    }
  },
  /** Whether a verdict and the yeses before it are as many as needed. */
  HELD_TIMES("before", "needed") {
    @Override
    double compute(double in, double[] p) {
      return in + p[0] >= p[1] ? 1 : 0;
    }
  },
  /** Whether a verdict is yes, and has been so for as many seconds as needed. */
  HELD_FOR("seconds", "needed") {
    @Override
    double compute(double in, double[] p) {
      return in > 0 && p[0] >= p[1] ? 1 : 0;
    }
  },
  /** A total divided by the number of instances. */
  PER_INSTANCE("instances") {
    @Override
    double compute(double in, double[] p) {
      return in / p[0];
    }
  },
  /** How far above what is taken away what comes in is. */
  MINUS("amount") {
    @Override
    double compute(double in, double[] p) {
      return in - p[0];
    }
  },
  /** So many more, or fewer; not below 0. */
  CHANGE("change") {
    @Override
    double compute(double in, double[] p) {
      return Adjusting.change(in, p[0]);
    }
  },
  /**
   * So many percent more, or fewer. The change is rounded toward zero, but is at least 1, and at
   * least {@code least}. AWS.
   */
  PERCENT_TOWARD_ZERO("percent", "least") {
    @Override
    double compute(double in, double[] p) {
      return Adjusting.towardZero(in, p[0], p[1]);
    }
  },
  /**
   * So many percent more, or fewer. The number is rounded to the nearest, but the change is at
   * least 1, and at least {@code least}. Cloud Foundry.
   */
  PERCENT_NEAREST("percent", "least") {
    @Override
    double compute(double in, double[] p) {
      return Adjusting.nearest(in, p[0], p[1]);
    }
  },
  /**
   * So many percent more, or fewer. The number is rounded up, so that a small decrease may come to
   * nothing; the change is at least {@code least}. Nomad.
   */
  PERCENT_UP("percent", "least") {
    @Override
    double compute(double in, double[] p) {
      return Adjusting.up(in, p[0], p[1]);
    }
  },
  /**
   * A number above {@code above} becomes a multiple of {@code of}, on the far side from {@code
   * current}.
   */
  OUTWARD_MULTIPLE("current", "of", "above") {
    @Override
    double compute(double in, double[] p) {
      if (in <= p[2]) {
        return in;
      }
      return in > p[0]
          ? Math.min(Math.ceil(in / p[1]) * p[1], Integer.MAX_VALUE)
          : in < p[0] ? Math.floor(in / p[1]) * p[1] : in;
    }
  },
  /** How far off its target a value is, as a share of the target, between -1 and 1. */
  DEVIATION("target") {
    @Override
    double compute(double in, double[] p) {
      return Math.max(-1, Math.min(1, (in - p[0]) / p[0]));
    }
  },
  /**
   * The mean of deviations: the operands are weight, confidence and deviation of one metric, of the
   * next, and so on. What comes in does not count. 0 where no weight is left.
   */
  WEIGHTED_MEAN("weightConfidenceDeviation...") {
    @Override
    double compute(double in, double[] p) {
      double sum = 0;
      double weights = 0;
      for (int i = 0; i + 2 < p.length; i += 3) {
        sum += p[i] * p[i + 1] * p[i + 2];
        weights += p[i] * p[i + 1];
      }
      return weights > 0 ? Math.max(-1, Math.min(1, sum / weights)) : 0;
    }
  },

  // Forecasts and rates.

  /**
   * A forecast as far as it is trusted, from the present value towards it, with a margin: present +
   * trust x (forecast x (1 + margin) - present). What comes in is the forecast.
   */
  TRUSTED("present", "trust", "margin") {
    @Override
    double compute(double in, double[] p) {
      return p[0] + p[1] * (in * (1 + p[2]) - p[0]);
    }
  },
  /**
   * The rate that a pool must be able to work at: arrivals / utilization, and what it takes to
   * catch up with {@code lag} and with the arrivals of {@code restart} seconds within {@code
   * catchUp} seconds (0: not at all), to the nearest whole number. What comes in is the rate of
   * arrivals.
   */
  REQUIRED_RATE("utilization", "lag", "restart", "catchUp") {
    @Override
    double compute(double in, double[] p) {
      double late = p[3] == 0 ? 0 : p[1] / p[3] + in * p[2] / p[3];
      return Math.floor(late + in / p[0] + 0.5);
    }
  },
  /**
   * As many instances as bring a rate to what is required: count x required / rate / coefficient,
   * the factor between {@code least} and {@code most}, rounded up. What comes in is the required
   * rate.
   */
  BY_RATE("rate", "coefficient", "least", "most", "count") {
    @Override
    double compute(double in, double[] p) {
      return ceil(Math.min(Math.max(in / p[0] / p[1], p[2]), p[3]) * p[4]);
    }
  },
  /**
   * Up to the next number that divides {@code of}, if there is one of at most half of it; otherwise
   * what came in. Shards of work are then spread evenly.
   */
  UP_TO_DIVISOR("of") {
    @Override
    double compute(double in, double[] p) {
      for (double n = Math.max(1, in); n <= p[0] / 2; n++) {
        if (p[0] % n == 0) {
          return n;
        }
      }
      return in;
    }
  },

  // Target tracking.

  /** What is used per instance or of what may be used: per x what came in / capacity. */
  AVERAGE("per", "capacity") {
    @Override
    double compute(double in, double[] p) {
      return p[0] * in / p[1];
    }
  },
  /** Down to a multiple of the unit. */
  TRUNCATED("unit") {
    @Override
    double compute(double in, double[] p) {
      return floor(in, p[0]);
    }
  },
  /**
   * A moving average of the load, which is what came in x count, divided by count: the younger the
   * earlier load is, measured by the time constant, the more it weighs (exponentially). Of the
   * load, because an average per instance changes with every change of the number of instances.
   */
  SMOOTHED("earlier", "seconds", "constant", "count") {
    @Override
    double compute(double in, double[] p) {
      double weight = StrictMath.exp(-p[1] / p[2]);
      return in + weight * (p[0] / p[3] - in);
    }
  },
  /**
   * The average with instances that have no sample or are not ready: below the target those without
   * a sample count as full, those not ready not at all; above it both count as idle; at it they
   * change nothing.
   */
  REBALANCED("target", "unit", "counted", "missing", "unready", "full") {
    @Override
    double compute(double in, double[] p) {
      double first = floor(in, p[1]);
      if (first == p[0]) {
        return first;
      }
      boolean below = first < p[0];
      double used = in * p[2] + (below ? p[3] * p[5] : 0);
      return floor(used / (p[2] + p[3] + (below ? 0 : p[4])), p[1]);
    }
  },
  /**
   * As {@link #PROPORTIONAL}, where what comes in was rebalanced: {@code current} if {@code before}
   * was on the other side of the target, or if what comes out goes against what came in.
   */
  REBALANCED_PROPORTIONAL(
      "target", "count", "current", "toleranceDown", "toleranceUp", "before", "unit") {
    @Override
    double compute(double in, double[] p) {
      double first = floor(p[5], p[6]);
      double ratio = in / p[0];
      if (within(ratio, p[3], p[4]) || (first < p[0] && ratio > 1) || (first > p[0] && ratio < 1)) {
        return p[2];
      }
      double size = ceil(ratio * p[1]);
      return (ratio < 1 && size > p[2]) || (ratio > 1 && size < p[2]) ? p[2] : size;
    }
  },
  /**
   * As {@link #PROPORTIONAL}, where fewer instances count than are asked for: above the target not
   * below {@code current}, for those that are busy say nothing of the others.
   */
  PARTIAL_PROPORTIONAL("target", "count", "current", "toleranceDown", "toleranceUp") {
    @Override
    double compute(double in, double[] p) {
      double size = PROPORTIONAL.compute(in, p);
      return in > p[0] ? Math.max(p[2], size) : size;
    }
  },
  /** From no instances: what came in / target, rounded up, whatever the tolerance. */
  FROM_ZERO("target") {
    @Override
    double compute(double in, double[] p) {
      return ceil(in / p[0]);
    }
  },
  /** At most so far from the present number, in instances or in percent of it. */
  STEP_AT_MOST("current", "up", "down", "downPercent") {
    @Override
    double compute(double in, double[] p) {
      double least = Math.max(p[0] - p[2], ceil(p[0] - p[0] * p[3] / 100));
      return Math.min(Math.max(in, least), p[0] + p[1]);
    }
  },
  /** Up to a multiple, above a number; the present number stays as it is. */
  UP_TO_MULTIPLE("current", "multiple", "above") {
    @Override
    double compute(double in, double[] p) {
      return in == p[0] || in <= p[2] ? in : Math.min(ceil(in / p[1]) * p[1], Integer.MAX_VALUE);
    }
  },

  // What holds changes back; what comes in is the number so far.

  /**
   * From the present number just as far as to {@code least} of the up-window or {@code most} of the
   * down-window, in whichever direction it is outside of them. Kubernetes' stabilization.
   */
  STABILIZED("current", "least", "most") {
    @Override
    double compute(double in, double[] p) {
      return p[0] < p[1] ? p[1] : p[0] > p[2] ? p[2] : p[0];
    }
  },

  /**
   * What a rate of so many instances allows: the number there was when its period began, and {@code
   * change} more (or fewer). What comes in is the present number. Kubernetes' scaling policy.
   */
  RATE_INSTANCES("added", "removed", "change") {
    @Override
    double compute(double in, double[] p) {
      return in - p[0] + p[1] + p[2];
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /**
   * What a rate of so many percent up allows, rounded up, from the number there was when its period
   * began. What comes in is the present number.
   */
  RATE_PERCENT_UP("added", "removed", "percent") {
    @Override
    double compute(double in, double[] p) {
      return Math.ceil((in - p[0] + p[1]) * (100 + p[2]) / 100);
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /**
   * What a rate of so many percent down allows, rounded down, from the number there was when its
   * period began. What comes in is the present number.
   */
  RATE_PERCENT_DOWN("added", "removed", "percent") {
    @Override
    double compute(double in, double[] p) {
      return Math.floor((in - p[0] + p[1]) * (100 - p[2]) / 100);
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /** What a rate allows that goes to a size, from wherever. What comes in is the present number. */
  RATE_SIZE("size") {
    @Override
    double compute(double in, double[] p) {
      return p[0];
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /**
   * Not further from the present number than the limits allow: than the farthest of them where
   * {@code farthest} is 1, than the nearest where it is 0. A limit on the other side of the present
   * number, and no limit at all, allow no change.
   */
  RATE_LIMITED("current", "farthest", "limits...") {
    @Override
    double compute(double in, double[] p) {
      boolean up = in > p[0];
      if (p.length == 2) {
        return p[0];
      }
      double limit = p[2];
      for (int i = 3; i < p.length; i++) {
        limit = up == (p[1] == 1) ? Math.max(limit, p[i]) : Math.min(limit, p[i]);
      }
      return up
          ? Math.min(in, Math.max(limit, p[0]))
          : Math.max(in, Math.min(Math.max(limit, 0), p[0]));
    }
  },
  /** The present number while the direction has milliseconds of its cooldown left. */
  COOLED("current", "upLeft", "downLeft") {
    @Override
    double compute(double in, double[] p) {
      return (in > p[0] && p[1] > 0) || (in < p[0] && p[2] > 0) ? p[0] : in;
    }
  },
  /**
   * As {@link #COOLED}, but what is asked for beyond what the cooldown's changes have {@code added}
   * is added during it: AWS' rule.
   */
  COOLED_DIFFERENCE("current", "upLeft", "downLeft", "added") {
    @Override
    double compute(double in, double[] p) {
      if (in > p[0] && p[1] > 0) {
        return Math.max(p[0], in - p[3]);
      }
      return in < p[0] && p[2] > 0 ? p[0] : in;
    }
  },

  /**
   * The present number where what comes in would be one more change of direction than the budget
   * allows; down only, unless {@code blocksUp} is 1. {@code last} is the last change in the window,
   * 0 if there is none.
   */
  FLAP_BUDGET("current", "last", "spent", "budget", "blocksUp") {
    @Override
    double compute(double in, double[] p) {
      boolean reversal = (in - p[0]) * p[1] < 0;
      return reversal && p[2] + 1 > p[3] && (in < p[0] || p[4] == 1) ? p[0] : in;
    }
  },
  /** Not more instances than (instances + surge) x perInstance &lt;= available. */
  DOWNSTREAM("available", "perInstance", "surge", "surgePercent") {
    @Override
    double compute(double in, double[] p) {
      return Math.min(in, DownstreamBudget.ceiling((int) p[0], (int) p[1], (int) p[2], (int) p[3]));
    }
  },
  /** The sum of counts times prices. What comes in is how many units they are. */
  PRICE_PER_HOUR("count and price...") {
    @Override
    double compute(double in, double[] p) {
      double price = 0;
      for (int i = 0; i + 1 < p.length; i += 2) {
        price += p[i] * p[i + 1];
      }
      return price;
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /**
   * The present number where taking instances away saves less in {@code hours} than a change costs;
   * not where more are present than are {@code allowed}.
   */
  WORTH("current", "allowed", "hours", "penalty", "now", "then") {
    @Override
    double compute(double in, double[] p) {
      boolean pays = (p[4] - p[5]) * p[2] >= p[3];
      return in < p[0] && p[0] <= p[1] && !pays ? p[0] : in;
    }
  },
  /**
   * As many of the unhealthy as the budget, in instances or in percent of {@code count} rounded up,
   * allows beside those that are unavailable anyway.
   */
  REPLACEABLE("instances", "percent", "count", "unavailable") {
    @Override
    double compute(double in, double[] p) {
      double budget = p[0] + Math.ceil(p[1] * p[2] / 100);
      return Math.max(0, Math.min(in, budget - p[3]));
    }

    @Override
    boolean aside() {
      return true;
    }
  },

  // Confidence.

  /** Full up to half of the limit, from there falling to 0 at it. What comes in is an age in ms. */
  FRESHNESS("limit") {
    @Override
    double compute(double in, double[] p) {
      return Math.max(0, Math.min(1, 2 * (1 - in / p[0])));
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /** What comes in, of itself and the others. */
  SHARE("others") {
    @Override
    double compute(double in, double[] p) {
      return in / (in + p[0]);
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /**
   * How far the proposal is from the present number, in standard errors; two are 1. What comes in
   * is the difference in instances.
   */
  DISTANCE("current", "target", "spread", "counted") {
    @Override
    double compute(double in, double[] p) {
      return Math.min(1, in / p[0] / (p[2] / (p[1] * Math.sqrt(p[3]))) / 2);
    }

    @Override
    boolean aside() {
      return true;
    }
  },
  /** The present number where fewer come in and the product of the factors is below the least. */
  CONFIDENT("current", "least", "freshness", "coverage", "agreement", "distance", "own") {
    @Override
    double compute(double in, double[] p) {
      return in < p[0] && p[2] * p[3] * p[4] * p[5] * p[6] < p[1] ? p[0] : in;
    }
  },

  // Zero, panic windows, jobs.

  /**
   * {@code zero} once there has been no work for {@code needed} seconds, until then at least {@code
   * awake}.
   */
  ZERO_AFTER("idle", "needed", "awake", "zero") {
    @Override
    double compute(double in, double[] p) {
      return p[0] >= p[1] ? p[3] : Math.max(in, p[2]);
    }
  },
  /** A sum over so many. */
  MEAN("count") {
    @Override
    double compute(double in, double[] p) {
      return in / p[0];
    }
  },
  /**
   * As many instances as a total needs, rounded up, but no more and no fewer than so many times the
   * ready ones, and if any at least {@code activation}. Knative's desired pod count; what comes in
   * is the total.
   */
  BOUNDED_NEED("target", "ready", "rateUp", "rateDown", "activation") {
    @Override
    double compute(double in, double[] p) {
      double ready = Math.max(1, p[1]);
      double least = Math.floor(ready / p[3] + ROUNDING_ERROR);
      double bounded = Math.min(Math.max(ceil(in / p[0]), least), ceil(p[2] * ready));
      return bounded > 0 ? Math.max(bounded, p[4]) : bounded;
    }
  },
  /** How many times the ready instances a total needs. What comes in is the total. */
  PRESSURE("target", "ready") {
    @Override
    double compute(double in, double[] p) {
      return ceil(in / p[0]) / Math.max(1, p[1]);
    }
  },
  /**
   * What the ready instances could take beyond the total and {@code burst}, rounded down; 0 where
   * no burst is to be kept free, -1 where any is too much. What comes in is the total.
   */
  EXCESS_BURST("ready", "capacity", "burst") {
    @Override
    double compute(double in, double[] p) {
      if (p[2] <= 0) {
        return p[2] < 0 ? -1 : 0;
      }
      return Math.floor(p[0] * p[1] - p[2] - in + ROUNDING_ERROR);
    }
  },
  /**
   * How many jobs to start where those that have not begun yet are still in the queue: those beyond
   * the pending ones, or what is free where there is no room for them all. What comes in is how
   * many the queue needs.
   */
  ACCURATE_JOBS("running", "pending", "most") {
    @Override
    double compute(double in, double[] p) {
      return in + p[0] - p[1] > p[2] ? p[2] - p[0] : in - p[1];
    }
  },

  // Combining proposals; what comes in is the present number.

  /** The largest of the proposals, or what came in where there is none. */
  LARGEST("proposals...") {
    @Override
    double compute(double in, double[] p) {
      double largest = p.length == 0 ? in : p[0];
      for (int i = 1; i < p.length; i++) {
        largest = Math.max(largest, p[i]);
      }
      return largest;
    }
  },
  /** The smallest of the proposals, or what came in where there is none. */
  SMALLEST("proposals...") {
    @Override
    double compute(double in, double[] p) {
      double smallest = p.length == 0 ? in : p[0];
      for (int i = 1; i < p.length; i++) {
        smallest = Math.min(smallest, p[i]);
      }
      return smallest;
    }
  },
  /** The first of the proposals, or what came in where there is none. */
  FIRST("proposals...") {
    @Override
    double compute(double in, double[] p) {
      return p.length == 0 ? in : p[0];
    }
  },
  /**
   * The largest of the proposals that differ from what came in: who wants no change has no say.
   * What came in where all want none, or there are none. Nomad's groups.
   */
  PRECEDENCE("proposals...") {
    @Override
    double compute(double in, double[] p) {
      double largest = Double.NEGATIVE_INFINITY;
      for (double proposal : p) {
        if (Double.compare(proposal, in) != 0) {
          largest = Math.max(largest, proposal);
        }
      }
      return largest >= 0 ? largest : in;
    }
  },
  /**
   * The direction that most of the proposals want, up where as many want up as down; of those, the
   * one nearest to what came in. What came in where most want no change, or there are none.
   */
  MAJORITY("proposals...") {
    @Override
    double compute(double in, double[] p) {
      int up = 0;
      int down = 0;
      double lowestUp = Double.POSITIVE_INFINITY;
      double highestDown = Double.NEGATIVE_INFINITY;
      for (double proposal : p) {
        if (proposal > in) {
          up++;
          lowestUp = Math.min(lowestUp, proposal);
        } else if (proposal < in) {
          down++;
          highestDown = Math.max(highestDown, proposal);
        }
      }
      int none = p.length - up - down;
      if (up > none && up >= down) {
        return lowestUp;
      }
      return down > none && down > up ? highestDown : in;
    }
  };

  /** What is below this above a whole number is an error of rounding, not a need. */
  private static final double ROUNDING_ERROR = 1e-9;

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> operands;

  Formula(String... operands) {
    this.operands = List.of(operands);
  }

  abstract double compute(double in, double[] operands);

  final double apply(double in, double[] values) {
    boolean fits =
        variadic() ? values.length >= operands.size() - 1 : values.length == operands.size();
    if (!fits) {
      throw new IllegalArgumentException(
          name() + " has the operands " + operands + ", was given " + values.length);
    }
    return compute(in, values);
  }

  private boolean variadic() {
    return !operands.isEmpty() && operands.get(operands.size() - 1).endsWith("...");
  }

  /**
   * Whether what comes out is not a number of instances that the next step begins with, but one
   * that the next step of the chain has among its operands.
   */
  boolean aside() {
    return false;
  }

  /**
   * The names of its operands.
   *
   * @return the names, in order; a last one that ends with {@code ...} stands for any number
   */
  public List<String> operands() {
    return operands;
  }

  final String describe(double in, double[] values) {
    StringBuilder text = new StringBuilder(60);
    text.append(name().toLowerCase(Locale.ROOT)).append('(').append(Format.number(in));
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "; " : ", ");
      if (!variadic() || i < operands.size() - 1) {
        text.append(operands.get(i)).append('=');
      }
      text.append(Format.number(values[i]));
    }
    return text.append(')').toString();
  }

  /** Rounds up, but not for an error of rounding; saturates at the largest int; never -0. */
  static double ceil(double value) {
    return Math.min(Math.ceil(value - ROUNDING_ERROR), Integer.MAX_VALUE) + 0.0;
  }

  /** Rounds down to a multiple of the unit, but not for an error of rounding; 0 is no unit. */
  static double floor(double value, double unit) {
    if (unit == 0) {
      return value;
    }
    double units = value / unit;
    return Math.floor(units + ROUNDING_ERROR + 2 * Math.ulp(units)) * unit;
  }

  /** The band is inclusive, also where its end is not exact. */
  private static boolean within(double ratio, double toleranceDown, double toleranceUp) {
    return 1 - toleranceDown <= ratio + ROUNDING_ERROR && ratio <= 1 + toleranceUp + ROUNDING_ERROR;
  }
}
