package dev.steelyard.benchmarks.simulate;

import java.util.function.Supplier;

/** What is wrong with a file, and where in it. */
final class Refusal extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private Refusal(String message) {
    super(message);
  }

  static Refusal of(String path, String message) {
    return new Refusal(path.isEmpty() ? message : path + ": " + message);
  }

  static Refusal of(String path, Object value, String rule) {
    return of(path, value + " (expected: " + rule + ")");
  }

  /** Adds the place to what somebody else refuses, who does not know of files. */
  static <T> T locating(String path, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (Refusal located) {
      throw located;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw of(path, withoutSame(path, String.valueOf(e.getMessage())));
    }
  }

  /** Does not say twice what it is about: the key in the file is often named as the knob is. */
  private static String withoutSame(String path, String message) {
    String key = path.substring(path.lastIndexOf('.') + 1);
    int end = message.indexOf(": ");
    return end > 0 && key.replace("_", "").equalsIgnoreCase(message.substring(0, end))
        ? message.substring(end + 2)
        : message;
  }
}
