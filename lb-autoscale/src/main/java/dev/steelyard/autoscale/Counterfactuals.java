package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Counterfactual.Kind;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what would have changed a decision, by bisection over the decision function down to
 * neighbouring numbers: exact wherever the answer changes once between here and there, for any
 * rule. A rule whose answer goes back and forth may change nearer than what is found.
 */
final class Counterfactuals {
  private static final double GREATEST = 1e12;

  /** Digits that a boundary is told with: finer than that is the rounding of the arithmetic. */
  private static final int DIGITS = 8;

  private static final int MOST_STEPS_IN_TIME = 64;

  private final ScalingDecision decision;
  private final ScalingPolicy policy;
  private final ScalingMetrics metrics;
  private final int desired;
  private final List<Counterfactual> found = new ArrayList<>();

  private Counterfactuals(ScalingDecision decision) {
    this.decision = decision;
    this.policy = decision.policy();
    this.metrics = decision.metrics();
    this.desired = decision.desired();
  }

  static List<Counterfactual> of(ScalingDecision decision) {
    Counterfactuals search = new Counterfactuals(decision);
    for (Metric metric : search.metrics.metrics()) {
      search.metric(metric);
    }
    search.time();
    search.bounds();
    search.ceilings();
    return List.copyOf(search.found);
  }

  private int at(ScalingPolicy other) {
    return other.decide(decision.state(), metrics).desired();
  }

  private void metric(Metric metric) {
    Reading reading =
        Readings.read(
            metrics, metric, policy.startupGrace, policy.readinessDelay, policy.staleAfter);
    if (!reading.isKnown()) {
      return;
    }
    double value = reading.value();
    double above = value;
    double step = Math.max(value / 128, 1e-6);
    while (above < GREATEST && at(reading, above) <= desired) {
      above = above + step;
      step *= 1.5;
    }
    if (above < GREATEST) {
      boundary(reading, value, above, true);
    }
    if (value > 0 && at(reading, 0) < desired) {
      boundary(reading, value, 0, false);
    }
  }

  private int at(Reading reading, double value) {
    return policy.decide(decision.state(), metrics.with(reading, value)).desired();
  }

  private boolean changes(Reading reading, double value, boolean up) {
    int then = at(reading, value);
    return up ? then > desired : then < desired;
  }

  private void boundary(Reading reading, double same, double other, boolean up) {
    double inside = same;
    double outside = other;
    while (true) {
      double middle = inside + (outside - inside) / 2;
      if (middle == inside || middle == outside) {
        break;
      }
      if (changes(reading, middle, up)) {
        outside = middle;
      } else {
        inside = middle;
      }
    }
    double round = Format.rounded(outside, DIGITS);
    boolean reached = changes(reading, round, up);
    double value = reached ? round : outside;
    int then = at(reading, value);
    String relation = (up ? ">" : "<") + (reached ? "= " : " ");
    String unit = reading.metric.unit().isEmpty() ? "" : " " + reading.metric.unit();
    String name = reading.metric.name();
    found.add(
        new Counterfactual(
            Kind.METRIC,
            name,
            value,
            then,
            "scales to " + then + " at " + name + " " + relation + Format.shortest(round) + unit));
  }

  private void time() {
    long time = decision.lookAgainMillis();
    for (int i = 0; i < MOST_STEPS_IN_TIME && time != Long.MAX_VALUE; i++) {
      ScalingDecision later = at(time);
      if (later.desired() != desired) {
        first(time);
        return;
      }
      time = later.lookAgainMillis();
    }
  }

  /** The same load at a later time, after this decision. */
  private ScalingDecision at(long time) {
    return policy.decide(decision.next(), metrics.later(time, desired));
  }

  private void first(long time) {
    long same = metrics.time;
    long other = time;
    while (other - same > 1) {
      long middle = same + (other - same) / 2;
      if (at(middle).desired() == desired) {
        same = middle;
      } else {
        other = middle;
      }
    }
    int then = at(other).desired();
    String when = Format.time(other);
    ScalingReason by = heldBackBy();
    String text =
        by == null
            ? "scales to " + then + " at " + when + " if nothing else changes"
            : "blocked until " + when + " by " + words(by) + ", then scales to " + then;
    found.add(new Counterfactual(Kind.TIME, by == null ? "time" : words(by), other, then, text));
  }

  private @Nullable ScalingReason heldBackBy() {
    for (int i = decision.reasons().size() - 1; i >= 0; i--) {
      switch (decision.reasons().get(i)) {
        case COOLDOWN, STABILIZATION, RATE_LIMIT, MANUAL -> {
          return decision.reasons().get(i);
        }
        default -> {}
      }
    }
    return null;
  }

  private static String words(ScalingReason reason) {
    return switch (reason) {
      case COOLDOWN -> "cooldown";
      case STABILIZATION -> "stabilization window";
      case RATE_LIMIT -> "rate limit or flap budget";
      default -> "the number set by hand";
    };
  }

  private void bounds() {
    if (desired == policy.most) {
      int most =
          at(
              policy.toBuilder()
                  .bounds(policy.least, ScalingPolicy.Builder.GREATEST_MAXIMUM)
                  .build());
      if (most > desired && at(policy.toBuilder().bounds(policy.least, most).build()) == most) {
        found.add(
            new Counterfactual(
                Kind.BOUND,
                "maximum",
                most,
                most,
                "the smallest maximum that would not bind is " + most));
      }
    }
    if (desired == policy.least && policy.least > 0) {
      int least = at(policy.toBuilder().bounds(0, policy.most).build());
      if (least < desired && at(policy.toBuilder().bounds(least, policy.most).build()) == least) {
        found.add(
            new Counterfactual(
                Kind.BOUND,
                "minimum",
                least,
                least,
                "the largest minimum that would not bind is " + least));
      }
    }
  }

  private void ceilings() {
    if (!decision.reasons().contains(ScalingReason.CEILING)) {
      return;
    }
    int free = at(policy.toBuilder().withoutDownstream().build());
    for (DownstreamBudget budget : policy.budgets) {
      long needed = budget.needed(free);
      if (budget.ceiling() >= free || needed > Integer.MAX_VALUE) {
        continue;
      }
      DownstreamBudget enough = budget.allowing((int) needed);
      if (at(policy.toBuilder().withoutDownstream().downstream(enough).build()) == free) {
        found.add(
            new Counterfactual(
                Kind.CEILING,
                budget.name(),
                needed,
                free,
                budget.name()
                    + ": "
                    + needed
                    + " "
                    + budget.unit()
                    + " would not bind at "
                    + free));
      }
    }
  }
}
