package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.rules.AdaptiveTracking;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Breach;
import dev.steelyard.autoscale.rules.Operator;
import dev.steelyard.autoscale.rules.Predictive;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.WeightedScore;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code target.*}, {@code adaptive.*}, {@code threshold.*}, {@code score.*}, {@code predict.*} and
 * {@code schedule.*}.
 */
final class RuleSettings {
  /** Zalando's: steps of a tenth are larger than the tolerance of target tracking. */
  private static final int RAMP_STEPS = 10;

  private RuleSettings() {}

  static void read(Settings settings, MetricNames metrics, ScalingPolicy.Builder policy) {
    for (String name : settings.names("target.")) {
      policy.rule(target(settings, metrics, name));
    }
    for (String name : settings.names("adaptive.")) {
      policy.rule(adaptive(settings, metrics, name));
    }
    for (String name : settings.names("predict.")) {
      policy.rule(predictive(settings, metrics, name));
    }
    List<Trigger> triggers = new ArrayList<>();
    for (String name : settings.names("threshold.")) {
      String key = "threshold." + name;
      Metric metric = metrics.find(key, name);
      trigger(settings, key, metric, true, triggers);
      trigger(settings, key, metric, false, triggers);
    }
    if (!triggers.isEmpty()) {
      policy.rule(Thresholds.of(triggers));
    }
    List<Term> terms = new ArrayList<>();
    for (String name : settings.names("score.")) {
      terms.add(term(settings, metrics, name));
    }
    if (!terms.isEmpty()) {
      policy.rule(WeightedScore.of(terms.toArray(new Term[0])));
    }
    List<Schedule> schedules = new ArrayList<>();
    for (String name : settings.names("schedule.")) {
      schedules.add(schedule(settings, name));
    }
    if (!schedules.isEmpty()) {
      policy.rule(Scheduled.of(schedules.toArray(new Schedule[0])));
    }
  }

  private static TargetTracking target(Settings settings, MetricNames metrics, String name) {
    String key = "target." + name;
    double target = Settings.number(key, settings.need(key, "the target itself"));
    TargetTracking rule = TargetTracking.of(metrics.find(key, name), target);
    Double both = settings.number(key + ".tolerance");
    Double down = settings.number(key + ".tolerance.down");
    Double up = settings.number(key + ".tolerance.up");
    if (both != null && (down != null || up != null)) {
      throw new IllegalArgumentException(
          key + ".tolerance is for both directions: give it, or .down and .up, not both");
    }
    if (both != null || down != null || up != null) {
      double otherwise = both != null ? both : TargetTracking.DEFAULT_TOLERANCE;
      rule = rule.tolerance(down != null ? down : otherwise, up != null ? up : otherwise);
    }
    String missing = settings.text(key + ".missing");
    if (missing != null) {
      rule = rule.missing(missing(key + ".missing", missing));
    }
    Duration smoothing = settings.span(key + ".smoothing");
    return smoothing == null ? rule : rule.smoothing(smoothing);
  }

  /** {@code adaptive.cpu = 70}: where plain tracking would keep it. */
  private static AdaptiveTracking adaptive(Settings settings, MetricNames metrics, String name) {
    String key = "adaptive." + name;
    double target = Settings.number(key, settings.need(key, "the target of plain tracking"));
    Metric metric = metrics.find(key, name);
    Double full = settings.number(key + ".full");
    if (full == null && !metric.unit().equals("%")) {
      throw new IllegalArgumentException(key + ".full is missing: what an instance can take");
    }
    AdaptiveTracking rule = AdaptiveTracking.of(metric, target, full == null ? 100 : full);
    Duration startup = settings.span(key + ".startup");
    if (startup != null) {
      rule = rule.startup(startup);
    }
    Duration window = settings.span(key + ".window");
    if (window != null) {
      rule = rule.window(window);
    }
    Duration halfLife = settings.span(key + ".half-life");
    if (halfLife != null) {
      rule = rule.halfLife(halfLife);
    }
    Double caution = settings.number(key + ".caution");
    if (caution != null) {
      rule = rule.caution(caution);
    }
    String missing = settings.text(key + ".missing");
    return missing == null ? rule : rule.missing(missing(key + ".missing", missing));
  }

  /** {@code predict.request_rate = 100}: the load that an instance takes, foreseen. */
  private static Predictive predictive(Settings settings, MetricNames metrics, String name) {
    String key = "predict." + name;
    double target = Settings.number(key, settings.need(key, "the target per instance"));
    Predictive rule = Predictive.of(metrics.find(key, name), target);
    Duration lead = settings.span(key + ".lead");
    if (lead != null) {
      rule = rule.lead(lead);
    }
    Double maxError = settings.number(key + ".max-error");
    return maxError == null ? rule : rule.maxError(maxError);
  }

  /** {@code score.cpu = 60}: where the metric should be, beside others. */
  private static Term term(Settings settings, MetricNames metrics, String name) {
    String key = "score." + name;
    double target = Settings.number(key, settings.need(key, "where the metric should be"));
    Double weight = settings.number(key + ".weight");
    Term term = Term.of(metrics.find(key, name), target, weight == null ? 1 : weight);
    Double critical = settings.number(key + ".critical");
    if (critical != null) {
      term = term.critical(critical);
    }
    String missing = settings.text(key + ".missing");
    return missing == null ? term : term.missing(missing(key + ".missing", missing));
  }

  private static void trigger(
      Settings settings, String prefix, Metric metric, boolean out, List<Trigger> triggers) {
    String key = prefix + (out ? ".up" : ".down");
    String threshold = settings.text(key);
    if (threshold == null) {
      return;
    }
    double value = Settings.number(key, threshold);
    String change = settings.text(key + ".change");
    Adjustment adjustment =
        change == null ? Adjustment.change(out ? 1 : -1) : adjustment(key + ".change", change);
    Trigger trigger;
    try {
      trigger =
          out
              ? Trigger.out(metric, Operator.GREATER, value, adjustment)
              : Trigger.in(metric, Operator.LESS, value, adjustment);
    } catch (IllegalArgumentException e) {
      throw Settings.bad(key, threshold, "with that change is refused: " + e.getMessage());
    }
    Duration breach = settings.span(key + ".for");
    if (breach != null) {
      trigger = trigger.breach(Breach.during(breach));
    }
    String missing = settings.text(key + ".missing");
    if (missing != null) {
      trigger = trigger.missing(missing(key + ".missing", missing));
    }
    boolean each = Boolean.TRUE.equals(settings.bool(key + ".per-instance"));
    triggers.add(each ? trigger.perInstance() : trigger);
  }

  /** {@code +2}, {@code -25%}, {@code =10}, {@code +100% at least 4}. */
  private static Adjustment adjustment(String key, String value) {
    int least = value.indexOf("at least");
    String amount = least < 0 ? value : value.substring(0, least).strip();
    boolean percent = amount.endsWith("%");
    String number = percent ? Settings.cut(amount, 1) : amount;
    Adjustment adjustment;
    try {
      if (amount.startsWith("=")) {
        adjustment = Adjustment.exact(Integer.parseInt(amount.substring(1).strip()));
      } else if (!amount.startsWith("+") && !amount.startsWith("-")) {
        throw Settings.bad(key, value, "must begin with +, - or =");
      } else if (percent) {
        adjustment = Adjustment.percent(Double.parseDouble(number));
      } else {
        adjustment = Adjustment.change(Integer.parseInt(number));
      }
      return least < 0
          ? adjustment
          : adjustment.byAtLeast(
              Integer.parseInt(value.substring(least + "at least".length()).strip()));
    } catch (NumberFormatException e) {
      throw Settings.bad(key, value, "must be such as +2, -1, +25%, =10 or +100% at least 4");
    }
  }

  /** {@code hold}, {@code block}, {@code ignore}, {@code assume 70}, {@code at-least 4}. */
  static MissingData missing(String key, String value) {
    int space = value.indexOf(' ');
    String word = space < 0 ? value : value.substring(0, space);
    String rest = space < 0 ? "" : value.substring(space + 1).strip();
    if (rest.isEmpty() && word.equals("hold")) {
      return MissingData.hold();
    }
    if (rest.isEmpty() && word.equals("block")) {
      return MissingData.blockScaleIn();
    }
    if (rest.isEmpty() && word.equals("ignore")) {
      return MissingData.ignore();
    }
    if (!rest.isEmpty() && word.equals("assume")) {
      return MissingData.assume(Settings.number(key, rest));
    }
    if (!rest.isEmpty() && word.equals("at-least")) {
      double count = Settings.number(key, rest);
      if (count == Math.rint(count) && count >= 1 && count <= Integer.MAX_VALUE) {
        return MissingData.safeDefault((int) count);
      }
    }
    throw Settings.bad(key, value, "must be hold, block, ignore, assume NUMBER or at-least COUNT");
  }

  private static Schedule schedule(Settings settings, String name) {
    String key = "schedule." + name;
    Window window = Window.parse(settings.need(key, "when it is"));
    Integer least = settings.integer(key + ".min");
    Integer most = settings.integer(key + ".max");
    if (least == null) {
      throw new IllegalArgumentException(key + ".min is missing: the least number meanwhile");
    }
    Schedule schedule =
        most == null
            ? Schedule.floor(name, least, window)
            : Schedule.bounds(name, least, most, window);
    @Nullable Duration ramp = settings.span(key + ".ramp");
    return ramp == null ? schedule : schedule.withRamp(ramp, RAMP_STEPS);
  }
}
