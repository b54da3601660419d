package dev.steelyard.benchmarks.simulate;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A value in a file, which knows where it stands.
 *
 * @param path where, such as {@code scenarios[2].servers[0].speed}
 */
record Value(String path, JsonNode node) {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  Refusal refuse(String rule) {
    return Refusal.of(path, node, rule);
  }

  /** Reads an object, in which there may be nothing that the reader does not ask for. */
  <T> T object(Function<Fields, T> reader) {
    if (!node.isObject()) {
      throw refuse("an object");
    }
    Fields fields = new Fields(path, node);
    T read = Refusal.locating(path, () -> reader.apply(fields));
    fields.noneLeft();
    return read;
  }

  /** Hands the value to something that may refuse it, and says then where it stands. */
  <T> T to(Function<Value, T> reader) {
    return Refusal.locating(path, () -> reader.apply(this));
  }

  List<Value> list() {
    if (!node.isArray()) {
      throw refuse("a list");
    }
    List<Value> values = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      values.add(new Value(path + '[' + i + ']', node.get(i)));
    }
    return values;
  }

  List<Value> nonEmptyList() {
    List<Value> values = list();
    if (values.isEmpty()) {
      throw refuse("at least one");
    }
    return values;
  }

  /** A list, or its only element. */
  List<Value> oneOrMore() {
    return node.isArray() ? nonEmptyList() : List.of(this);
  }

  String text() {
    if (!node.isTextual()) {
      throw refuse("a text");
    }
    if (node.textValue().isBlank()) {
      throw refuse("not blank");
    }
    return node.textValue();
  }

  String oneOf(List<String> choices) {
    String text = text();
    if (!choices.contains(text)) {
      throw refuse("one of " + String.join(", ", choices));
    }
    return text;
  }

  boolean flag() {
    if (!node.isBoolean()) {
      throw refuse("true or false");
    }
    return node.booleanValue();
  }

  double number() {
    double number = node.doubleValue();
    if (!node.isNumber() || Double.isInfinite(number)) {
      throw refuse("a number");
    }
    return number;
  }

  double numberWithin(double least, double most) {
    double number = number();
    if (!(number >= least && number <= most)) {
      throw refuse(plain(least) + ".." + plain(most));
    }
    return number;
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  int whole() {
    double number = number();
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw refuse("a whole number of at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  Duration seconds() {
    return duration(NANOS_PER_SECOND);
  }

  Duration millis() {
    return duration(NANOS_PER_MILLI);
  }

  private Duration duration(double unitNanos) {
    double number = number();
    long nanos = Math.round(number * unitNanos);
    if (number < 0) {
      throw refuse("not negative");
    }
    if (nanos == 0 && number > 0) {
      throw refuse("0, or at least a nanosecond");
    }
    return Duration.ofNanos(nanos);
  }
}
