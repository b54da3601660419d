package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.profile.CloudFoundryDocument.Rule;
import dev.steelyard.autoscale.profile.CloudFoundryPolicy.Problem;
import dev.steelyard.autoscale.rules.Trigger;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of a policy of Cloud Foundry. */
final class CloudFoundryRules {
  private static final int LARGEST_DISK = 2048;
  private static final int LONGEST_CHANGE = 7; // digits: a million instances

  private CloudFoundryRules() {}

  static @Nullable Trigger trigger(Rule rule, List<Problem> errors, List<Problem> notes) {
    if (!inRange(rule, errors)) {
      return null;
    }
    String adjustment = adjustment(rule, errors, notes);
    return adjustment == null
        ? null
        : CompatibleCloudFoundry.rule(
            metric(rule.metric()),
            rule.operator(),
            (double) rule.threshold(),
            Duration.ofSeconds(rule.breach()),
            adjustment);
  }

  /** The paths are Cloud Foundry's: the rule, where a metric has limits of its own. */
  private static boolean inRange(Rule rule, List<Problem> errors) {
    long most =
        switch (rule.metric()) {
          case "cpu", "cpuutil", "diskutil", "memoryutil" -> 100;
          case "disk" -> LARGEST_DISK;
          default -> Long.MAX_VALUE;
        };
    if (most < Long.MAX_VALUE && (rule.threshold() < 1 || rule.threshold() > most)) {
      errors.add(
          new Problem(
              rule.path(),
              "the threshold for "
                  + rule.metric()
                  + " must be in [1, "
                  + most
                  + "], was "
                  + rule.threshold()));
      return false;
    }
    if (rule.threshold() < 0) {
      boolean known = List.of("memoryused", "responsetime", "throughput").contains(rule.metric());
      errors.add(
          new Problem(
              known ? rule.path() : rule.path() + ".threshold",
              "the threshold for "
                  + rule.metric()
                  + " must not be negative, was "
                  + rule.threshold()));
      return false;
    }
    return true;
  }

  private static Metric metric(String name) {
    return switch (name) {
      case "cpu" -> Metric.CPU;
      case "cpuutil", "throughput" -> Metric.custom(name, Metric.Kind.PER_INSTANCE_AVERAGE);
      default -> Metric.custom(name, Metric.Kind.NON_PROPORTIONAL);
    };
  }

  private static @Nullable String adjustment(Rule rule, List<Problem> errors, List<Problem> notes) {
    String text = rule.adjustment();
    boolean percent = text.endsWith("%");
    String digits = text.substring(1, text.length() - (percent ? 1 : 0));
    String path = rule.path() + ".adjustment";
    long amount = digits.length() > LONGEST_CHANGE ? Long.MAX_VALUE : Long.parseLong(digits);
    if (percent && !rule.isOut() && amount > 100) {
      notes.add(
          new Problem(
              path, "takes more than there is, which always ends at the minimum: -100% here"));
      return "-100%";
    }
    long most = percent ? 10_000 : ScalingPolicy.Builder.GREATEST_MAXIMUM;
    if (amount > most) {
      errors.add(
          new Problem(path, "must be at most " + most + (percent ? " %" : "") + ", was " + text));
      return null;
    }
    return text;
  }
}
