package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.replay.ServiceModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the instances do with the load. */
final class ModelOptions {
  @Option(
      names = "--capacity",
      required = true,
      paramLabel = "LOAD[/TIME]",
      description = "what one instance takes of the trace's values: 50, 50/s, 3000/m, 900/5m")
  @SuppressWarnings("NullAway.Init")
  private String capacity;

  @Option(names = "--startup", description = "from order to ready; default 60s")
  private @Nullable Duration startup;

  @Option(names = "--metric-delay", description = "age of what the policy sees; default 0s")
  private @Nullable Duration metricDelay;

  @Option(
      names = "--target-utilization",
      paramLabel = "SHARE",
      description = "up to which the objective is met; default 0.8")
  private @Nullable Double targetUtilization;

  @Option(names = "--queue", paramLabel = "LOAD", description = "how much may wait; default 0")
  private @Nullable Double queue;

  @Option(names = "--service-time", description = "of a request; default 100ms")
  private @Nullable Duration serviceTime;

  @Option(names = "--response-limit", description = "slower is a violation; default 1s")
  private @Nullable Duration responseLimit;

  @Option(names = "--price", description = "of an instance-hour; default 1")
  private @Nullable Double price;

  @Option(names = "--initial", paramLabel = "N", description = "instances at the beginning")
  private @Nullable Integer initial;

  @Option(
      names = "--noise",
      paramLabel = "SHARE",
      description = "deviation of what the policy sees; default 0")
  private @Nullable Double noise;

  @Option(names = "--seed", description = "of the noise; default 1", defaultValue = "1")
  private long seed;

  double capacity() {
    return number(slash() < 0 ? capacity : capacity.substring(0, slash()));
  }

  private int slash() {
    return capacity.indexOf('/');
  }

  private Duration per() {
    if (slash() < 0) {
      return Duration.ofSeconds(1);
    }
    String unit = capacity.substring(slash() + 1);
    try {
      return Spans.duration(unit.matches("[a-z]+") ? "1" + unit : unit);
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
  }

  private double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong(e);
    }
  }

  private IllegalArgumentException wrong(IllegalArgumentException cause) {
    return new IllegalArgumentException(
        "--capacity must be a number, possibly per time (50, 3000/m, 900/5m), was " + capacity,
        cause);
  }

  ServiceModel model() {
    ServiceModel.Builder model = ServiceModel.capacity(capacity(), per());
    if (startup != null) {
      model.startup(startup);
    }
    if (metricDelay != null) {
      model.metricDelay(metricDelay);
    }
    if (targetUtilization != null) {
      model.targetUtilization(targetUtilization);
    }
    if (queue != null) {
      model.queueLimit(queue);
    }
    if (serviceTime != null) {
      model.serviceTime(serviceTime);
    }
    if (responseLimit != null) {
      model.responseLimit(responseLimit);
    }
    if (price != null) {
      model.price(price);
    }
    if (initial != null) {
      model.initialInstances(initial);
    }
    if (noise != null) {
      model.noise(noise, seed);
    }
    return model.build();
  }
}
