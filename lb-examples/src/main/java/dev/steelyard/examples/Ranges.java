package dev.steelyard.examples;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Refuses option values that are out of range, in picocli's way: message, usage, exit status 2. */
public final class Ranges {
  private final CommandLine commandLine;

  public Ranges(CommandLine commandLine) {
    this.commandLine = commandLine;
  }

  public void check(String option, long value, long min, long max) {
    require(value >= min && value <= max, option, value, min + " to " + max);
  }

  public void check(String option, double value, double min, double max) {
    // NaN is in no range.
    require(value >= min && value <= max, option, value, min + " to " + max);
  }

  public void require(boolean holds, String option, Object value, String rule) {
    if (!holds) {
      throw new ParameterException(
          commandLine,
          "Invalid value for option '" + option + "': " + value + " (expected: " + rule + ")");
    }
  }
}
