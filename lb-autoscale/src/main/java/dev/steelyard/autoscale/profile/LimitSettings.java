package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import java.time.Duration;

/** {@code scale.up.*} and {@code scale.down.*}. */
final class LimitSettings {
  private LimitSettings() {}

  static DirectionLimits read(Settings settings, String prefix, DirectionLimits otherwise) {
    DirectionLimits limits = otherwise;
    Duration window = settings.span(prefix + "window");
    if (window != null) {
      limits = limits.window(window);
    }
    Duration cooldown = settings.span(prefix + "cooldown");
    if (cooldown != null) {
      limits = limits.cooldown(cooldown);
    }
    String rates = settings.text(prefix + "rate");
    if (rates != null) {
      for (String rate : rates.split(",", -1)) {
        limits = limits.rate(rate(prefix + "rate", rate.strip()));
      }
    }
    DirectionLimits.Select select =
        settings.choice(prefix + "select", DirectionLimits.Select.class);
    return select == null ? limits : limits.select(select);
  }

  private static RatePolicy rate(String key, String value) {
    int slash = value.indexOf('/');
    if (slash < 1) {
      throw Settings.bad(key, value, "must be such as 4/15s or 100%/1m, several with commas");
    }
    String amount = value.substring(0, slash).strip();
    boolean percent = amount.endsWith("%");
    Duration period = Settings.span(key, value.substring(slash + 1).strip());
    int count;
    try {
      count = Integer.parseInt(percent ? Settings.cut(amount, 1) : amount);
    } catch (NumberFormatException e) {
      throw Settings.bad(key, value, "must begin with a whole number");
    }
    try {
      return percent ? RatePolicy.percent(count, period) : RatePolicy.instances(count, period);
    } catch (IllegalArgumentException e) {
      throw Settings.bad(key, value, "is refused: " + e.getMessage());
    }
  }
}
