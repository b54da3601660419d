package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A policy of target tracking, as properties. Strict: a key that is not known is an error. */
final class PolicySettings {
  private static final List<Metric> METRICS =
      List.of(Metric.CPU, Metric.REQUEST_RATE, Metric.QUEUE_DEPTH, Metric.IN_FLIGHT);

  private final Properties properties;
  private final Set<String> unread;

  private PolicySettings(Properties properties) {
    this.properties = properties;
    this.unread = new TreeSet<>(properties.stringPropertyNames());
  }

  static ScalingPolicy read(String name, Properties properties) {
    return new PolicySettings(properties).policy(name);
  }

  private ScalingPolicy policy(String fileName) {
    String given = take("name");
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder()
            .name(given == null ? fileName : given)
            .bounds(count("min"), count("max"));
    Double tolerance = number("tolerance");
    for (Metric metric : METRICS) {
      Double target = number("target." + metric.name());
      if (target != null) {
        TargetTracking rule = TargetTracking.of(metric, target);
        policy.rule(tolerance == null ? rule : rule.tolerance(tolerance, tolerance));
      }
    }
    DirectionLimits up = limits("up");
    if (up != null) {
      policy.scaleUp(up);
    }
    DirectionLimits down = limits("down");
    if (down != null) {
      policy.scaleDown(down);
    }
    if (!unread.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown key "
              + String.join(", ", unread)
              + "; known are name, min, max, tolerance, target.METRIC (cpu, request_rate,"
              + " queue_depth, in_flight), up.window, up.cooldown, down.window, down.cooldown");
    }
    return policy.build();
  }

  private @Nullable DirectionLimits limits(String direction) {
    String window = take(direction + ".window");
    String cooldown = take(direction + ".cooldown");
    if (window == null && cooldown == null) {
      return null;
    }
    DirectionLimits limits = DirectionLimits.none();
    if (window != null) {
      limits = limits.window(Spans.duration(window));
    }
    return cooldown == null ? limits : limits.cooldown(Spans.duration(cooldown));
  }

  private int count(String key) {
    Double number = number(key);
    if (number == null) {
      throw new IllegalArgumentException("the key '" + key + "' is missing");
    }
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(key + " must be a whole number, was " + number);
    }
    return (int) (double) number;
  }

  private @Nullable Double number(String key) {
    String text = take(key);
    try {
      return text == null ? null : Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " must be a number, was '" + text + "'", e);
    }
  }

  private @Nullable String take(String key) {
    unread.remove(key);
    String value = properties.getProperty(key);
    return value == null ? null : value.trim();
  }
}
