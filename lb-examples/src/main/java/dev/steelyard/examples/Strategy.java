package dev.steelyard.examples;

import static java.util.stream.Collectors.joining;

import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The strategies by the names that they have on the command line and in the API. */
enum Strategy {
  PEAK_EWMA("peakEwma"),
  POWER_OF_TWO_CHOICES("powerOfTwoChoices"),
  LEAST_REQUESTS("leastRequests"),
  LEAST_RESPONSE_TIME("leastResponseTime"),
  ROUND_ROBIN("roundRobin"),
  RANDOM("random");

  private final String label;

  Strategy(String label) {
    this.label = label;
  }

  Selector selector() {
    return switch (this) {
      case PEAK_EWMA -> Selectors.peakEwma();
      case POWER_OF_TWO_CHOICES -> Selectors.powerOfTwoChoices();
      case LEAST_REQUESTS -> Selectors.leastRequests();
      case LEAST_RESPONSE_TIME -> Selectors.leastResponseTime();
      case ROUND_ROBIN -> Selectors.roundRobin();
      case RANDOM -> Selectors.random();
    };
  }

  @Override
  public String toString() {
    return label;
  }

  /** Accepts the labels alone: picocli's own conversion would take both names of a constant. */
  static final class Converter implements ITypeConverter<Strategy> {
    @Override
    public Strategy convert(String value) {
      for (Strategy strategy : values()) {
        if (strategy.label.equals(value)) {
          return strategy;
        }
      }
      throw new TypeConversionException(
          value
              + " (expected: one of "
              + Arrays.stream(values()).map(Strategy::toString).collect(joining(", "))
              + ")");
    }
  }
}
