package dev.steelyard.autoscale.profile;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values while a policy is made of them. Every error names the key, the value and the
 * rule; what nobody has asked for at the end is an error, too, with the nearest key that exists.
 */
final class Settings {
  private static final Pattern SPAN = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");

  private final SortedMap<String, String> values = new TreeMap<>();
  private final SortedSet<String> asked = new TreeSet<>();

  Settings(Map<String, String> values) {
    values.forEach((key, value) -> this.values.put(key, value.strip()));
  }

  /** The value of a key; counts as asked for even where there is none. */
  @Nullable String text(String key) {
    asked.add(key);
    String value = values.get(key);
    if (value != null && value.isEmpty()) {
      throw bad(key, value, "must not be empty: leave the key out for its default");
    }
    return value;
  }

  String need(String key, String why) {
    String value = text(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing: " + why);
    }
    return value;
  }

  @Nullable Integer integer(String key) {
    String value = text(key);
    if (value == null) {
      return null;
    }
    try {
      return Integer.valueOf(value);
    } catch (NumberFormatException e) {
      throw bad(key, value, "must be a whole number");
    }
  }

  @Nullable Double number(String key) {
    String value = text(key);
    return value == null ? null : number(key, value);
  }

  static double number(String key, String value) {
    try {
      double number = Double.parseDouble(value.endsWith("%") ? cut(value, 1) : value);
      if (Double.isNaN(number) || Double.isInfinite(number)) {
        throw bad(key, value, "must be a finite number");
      }
      return number;
    } catch (NumberFormatException e) {
      throw bad(key, value, "must be a number");
    }
  }

  @Nullable Boolean bool(String key) {
    String value = text(key);
    if (value == null) {
      return null;
    }
    return switch (value) {
      case "true" -> Boolean.TRUE;
      case "false" -> Boolean.FALSE;
      default -> throw bad(key, value, "must be true or false");
    };
  }

  @Nullable Duration span(String key) {
    String value = text(key);
    return value == null ? null : span(key, value);
  }

  /** {@code 90s}, {@code 1h30m}, or ISO-8601; never a bare number, whose unit would be a guess. */
  static Duration span(String key, String value) {
    if (value.startsWith("P")) {
      try {
        return Duration.parse(value);
      } catch (DateTimeParseException e) {
        throw bad(key, value, "is not an ISO-8601 duration");
      }
    }
    Matcher matcher = SPAN.matcher(value);
    Duration sum = Duration.ZERO;
    int at = 0;
    while (matcher.find() && matcher.start() == at) {
      sum = sum.plus(unit(matcher.group(2)).multipliedBy(whole(key, value, matcher.group(1))));
      at = matcher.end();
    }
    if (at == 0 || at < value.length()) {
      throw bad(key, value, "must be a duration with units, such as 90s, 5m or 1h30m");
    }
    return sum;
  }

  private static long whole(String key, String value, String digits) {
    try {
      return Math.min(Long.parseLong(digits), Integer.MAX_VALUE);
    } catch (NumberFormatException e) {
      throw bad(key, value, "is too long");
    }
  }

  private static Duration unit(String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(1);
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      default -> Duration.ofDays(1);
    };
  }

  <E extends Enum<E>> @Nullable E choice(String key, Class<E> type) {
    String value = text(key);
    if (value == null) {
      return null;
    }
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals(value)) {
        return constant;
      }
      names.add(name);
    }
    throw bad(key, value, "must be one of " + String.join(", ", names));
  }

  /** The names that stand between a prefix and the end, or the next dot, in order. */
  SortedSet<String> names(String prefix) {
    SortedSet<String> names = new TreeSet<>();
    for (String key : values.tailMap(prefix).keySet()) {
      if (!key.startsWith(prefix)) {
        break;
      }
      int dot = key.indexOf('.', prefix.length());
      String name = key.substring(prefix.length(), dot < 0 ? key.length() : dot);
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  /** Refuses what nobody has asked for. */
  void noneLeft() {
    List<String> unknown = new ArrayList<>();
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        String near = nearest(key);
        unknown.add(near == null ? key : key + " (did you mean " + near + "?)");
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "no such setting, or without effect here: " + String.join(", ", unknown));
    }
  }

  private @Nullable String nearest(String key) {
    String best = null;
    int least = 4;
    for (String other : asked) {
      int distance = distance(key, other);
      if (distance < least) {
        least = distance;
        best = other;
      }
    }
    return best;
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }

  static String cut(String value, int end) {
    return value.substring(0, value.length() - end).strip();
  }

  static IllegalArgumentException bad(String key, String value, String rule) {
    return new IllegalArgumentException(key + " " + rule + ", was '" + value + "'");
  }
}
