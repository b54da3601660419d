package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.ScalingPolicy;
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
    String stem = String.valueOf(file.getFileName()).replaceFirst("\\.[A-Za-z]+$", "");
    try {
      return PolicySettings.read(stem, properties);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }
}
