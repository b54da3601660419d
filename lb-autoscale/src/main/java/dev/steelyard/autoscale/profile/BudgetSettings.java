package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;

/** {@code flap.budget}, {@code replace.unhealthy}, {@code confidence.*} and {@code budget.*}. */
final class BudgetSettings {
  private BudgetSettings() {}

  static void read(Settings settings, ScalingPolicy.Builder policy) {
    String flaps = settings.text("flap.budget");
    if (flaps != null) {
      policy.flapBudget(flaps("flap.budget", flaps));
    }
    String disruption = settings.text("replace.unhealthy");
    if (disruption != null) {
      policy.disruption(disruption("replace.unhealthy", disruption));
    }
    Double confidence = settings.number("confidence.to-scale-in");
    if (confidence != null) {
      policy.confidenceToScaleIn(confidence);
    }
    for (String name : settings.names("budget.")) {
      policy.downstream(budget(settings, name));
    }
  }

  /** {@code 4/1h}. */
  private static FlapBudget flaps(String key, String value) {
    int slash = value.indexOf('/');
    if (slash < 1) {
      throw Settings.bad(key, value, "must be such as 4/1h");
    }
    return FlapBudget.of(
        whole(key, value, value.substring(0, slash).strip()),
        Settings.span(key, value.substring(slash + 1).strip()));
  }

  /** {@code 2} or {@code 10%}. */
  private static DisruptionBudget disruption(String key, String value) {
    return value.endsWith("%")
        ? DisruptionBudget.percent(whole(key, value, Settings.cut(value, 1)))
        : DisruptionBudget.instances(whole(key, value, value));
  }

  private static DownstreamBudget budget(Settings settings, String name) {
    String key = "budget." + name;
    String unit = settings.text(key + ".unit");
    DownstreamBudget budget =
        DownstreamBudget.of(
            name,
            unit == null ? "connections" : unit,
            whole(key, "", settings.need(key, "how many there are")));
    Integer reserve = settings.integer(key + ".reserve");
    if (reserve != null) {
      budget = budget.reserve(reserve);
    }
    String each = settings.need(key + ".per-instance", "how many an instance uses: 20, or 5-20");
    int dash = each.indexOf('-', 1);
    budget =
        dash < 0
            ? budget.perInstance(whole(key + ".per-instance", each, each))
            : budget.perInstance(
                whole(key + ".per-instance", each, each.substring(0, dash).strip()),
                whole(key + ".per-instance", each, each.substring(dash + 1).strip()));
    String surge = settings.text(key + ".surge");
    if (surge == null) {
      return budget;
    }
    return surge.endsWith("%")
        ? budget.surgePercent(whole(key + ".surge", surge, Settings.cut(surge, 1)))
        : budget.surge(whole(key + ".surge", surge, surge));
  }

  private static int whole(String key, String value, String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw Settings.bad(key, value.isEmpty() ? digits : value, "must have whole numbers");
    }
  }
}
