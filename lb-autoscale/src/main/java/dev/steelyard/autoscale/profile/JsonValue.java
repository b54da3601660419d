package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.profile.CloudFoundryPolicy.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value with its place in a document, which it checks as JSON Schema does: what is wrong goes to
 * a list, and the value counts as absent.
 */
final class JsonValue {
  private static final int MOST_DIGITS = 18;

  private final String path;
  private final @Nullable Object value;
  private final List<Problem> errors;

  JsonValue(String path, @Nullable Object value, List<Problem> errors) {
    this.path = path;
    this.value = value;
    this.errors = errors;
  }

  String path() {
    return path;
  }

  void wrong(String message) {
    errors.add(new Problem(path, message));
  }

  void wrongAt(String key, String message) {
    errors.add(new Problem(path + "." + key, message));
  }

  boolean isObject() {
    return is("object", value instanceof Map);
  }

  private boolean is(String type, boolean holds) {
    if (!holds) {
      wrong("must be of the type " + type + ", is " + type(value));
    }
    return holds;
  }

  private static String type(@Nullable Object value) {
    if (value instanceof BigDecimal number) {
      return isWhole(number) ? "integer" : "number";
    }
    return value == null
        ? "null"
        : value instanceof Map
            ? "object"
            : value instanceof List ? "array" : value instanceof String ? "string" : "boolean";
  }

  private static boolean isWhole(BigDecimal number) {
    return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
  }

  private Map<?, ?> map() {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  boolean has(String key) {
    return map().containsKey(key);
  }

  List<String> keys() {
    return map().keySet().stream().map(String::valueOf).toList();
  }

  /** The value of a key, or null if it is absent. */
  @Nullable JsonValue get(String key) {
    return has(key) ? new JsonValue(path + "." + key, map().get(key), errors) : null;
  }

  void require(String... keys) {
    for (String key : keys) {
      if (!has(key)) {
        wrong(key + " is required");
      }
    }
  }

  /** The elements of an array; none if the key is absent or something else. */
  List<JsonValue> elements(String key) {
    JsonValue array = get(key);
    if (array == null || !array.is("array", array.value instanceof List)) {
      return List.of();
    }
    List<JsonValue> elements = new ArrayList<>();
    for (Object element : (List<?>) Objects.requireNonNull(array.value)) {
      elements.add(new JsonValue(array.path + "." + elements.size(), element, errors));
    }
    return elements;
  }

  /** Of this type itself, not of a key. */
  @Nullable Long whole(long least, long most) {
    if (!is("integer", value instanceof BigDecimal number && isWhole(number))) {
      return null;
    }
    BigDecimal number = (BigDecimal) Objects.requireNonNull(value);
    if (number.precision() - number.scale() > MOST_DIGITS
        || number.longValue() < least
        || number.longValue() > most) {
      wrong(
          "must be "
              + (most == Long.MAX_VALUE
                  ? "at least " + least
                  : least == Long.MIN_VALUE
                      ? "at most " + most
                      : "in [" + least + ", " + most + "]")
              + ", was "
              + number.toPlainString());
      return null;
    }
    return number.longValue();
  }

  @Nullable Long whole(String key, long least, long most) {
    JsonValue node = get(key);
    return node == null ? null : node.whole(least, most);
  }

  @Nullable String text(String key) {
    JsonValue node = get(key);
    return node != null && node.is("string", node.value instanceof String)
        ? (String) node.value
        : null;
  }

  @Nullable String text(String key, Pattern pattern) {
    String text = text(key);
    if (text != null && !pattern.matcher(text).matches()) {
      wrongAt(key, "must match " + pattern + ", was '" + text + "'");
      return null;
    }
    return text;
  }

  @Nullable String oneOf(String key, List<String> allowed) {
    String text = text(key);
    if (text != null && !allowed.contains(text)) {
      wrongAt(key, "must be one of " + allowed + ", was '" + text + "'");
      return null;
    }
    return text;
  }
}
