package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.profile.PolicyConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Reads policies from files of properties in UTF-8; without a name they get that of the file. */
final class PolicyFiles {
  private PolicyFiles() {}

  static ScalingPolicy load(Path file) throws IOException {
    return policy(file, properties(file));
  }

  /** The policy with other values for some keys. */
  static ScalingPolicy load(Path file, Properties properties, Map<String, String> others) {
    Properties changed = new Properties();
    changed.putAll(properties);
    changed.putAll(others);
    return policy(file, changed);
  }

  static Properties properties(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(in);
    }
    return properties;
  }

  private static ScalingPolicy policy(Path file, Properties properties) {
    Properties named = new Properties();
    named.putAll(properties);
    if (!properties.containsKey("profile")) {
      named.putIfAbsent(
          "name", String.valueOf(file.getFileName()).replaceFirst("\\.[A-Za-z]+$", ""));
    }
    try {
      return PolicyConfig.fromProperties(named);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }
}
