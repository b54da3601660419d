package dev.steelyard.benchmarks.simulate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an object in a file. A key whose value is null is as good as not there; what nobody
 * has asked for is refused at the end, so that a key has an effect or is an error.
 */
final class Fields {
  private final String path;
  private final JsonNode object;
  private final Set<String> asked = new TreeSet<>();

  Fields(String path, JsonNode object) {
    this.path = path;
    this.object = object;
  }

  String path() {
    return path;
  }

  String path(String key) {
    return path.isEmpty() ? key : path + '.' + key;
  }

  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** For objects whose keys are names that the writer of the file has chosen. */
  List<String> names() {
    List<String> names = new ArrayList<>(keys());
    asked.addAll(names);
    return names;
  }

  boolean has(String key) {
    return find(key) != null;
  }

  @Nullable Value find(String key) {
    asked.add(key);
    JsonNode node = object.get(key);
    return node == null || node.isNull() ? null : new Value(path(key), node);
  }

  Value need(String key, String what) {
    Value value = find(key);
    if (value == null) {
      String typed = Nearest.of(key, notAsked());
      throw typed == null
          ? Refusal.of(path(key), "missing (expected: " + what + ")")
          : unknown(typed, key);
    }
    return value;
  }

  /** Needed, and may be refused by who gets it. */
  <T> T need(String key, String what, Function<Value, T> reader) {
    return need(key, what).to(reader);
  }

  /** What is done if the key is there. */
  void ifThere(String key, Consumer<Value> reader) {
    Value value = find(key);
    if (value != null) {
      var unused =
          value.to(
              present -> {
                reader.accept(present);
                return present;
              });
    }
  }

  <T> T orElse(String key, T otherwise, Function<Value, T> reader) {
    Value value = find(key);
    return value == null ? otherwise : value.to(reader);
  }

  /** Changes something if the key is there. */
  <T> T change(String key, T what, Changer<T> changer) {
    Value value = find(key);
    return value == null ? what : value.to(present -> changer.change(what, present));
  }

  /** How a value changes something. */
  @FunctionalInterface
  interface Changer<T> {
    T change(T what, Value value);
  }

  /** Refuses what nobody has asked for. */
  void noneLeft() {
    for (String key : notAsked()) {
      throw unknown(key, Nearest.of(key, asked));
    }
  }

  private Set<String> notAsked() {
    Set<String> left = keys();
    left.removeAll(asked);
    return left;
  }

  private Refusal unknown(String key, @Nullable String near) {
    return Refusal.of(
        path(key),
        "no such key, or without effect here ("
            + (near == null
                ? "expected: one of " + String.join(", ", asked)
                : "did you mean " + near + "?")
            + ')');
  }
}
