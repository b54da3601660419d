package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.replay.ServiceModel;
import dev.steelyard.autoscale.replay.Trace;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the instances do with the load. */
final class ModelOptions {
  @Option(
      names = "--capacity",
      paramLabel = "LOAD[/TIME]",
      description =
          "what one instance takes of the trace's values: 50, 50/s, 3000/m, 900/5m; default: so"
              + " that the highest load needs four fifths of the policy's maximum")
  private @Nullable String capacity;

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

  /** What an instance takes if the trace is in percent of instances; 1 if nobody has said. */
  double capacityOfPercent() {
    return capacity == null ? 1 : number(capacity);
  }

  private double number(String text) {
    int slash = text.indexOf('/');
    try {
      return Double.parseDouble(slash < 0 ? text : text.substring(0, slash));
    } catch (NumberFormatException e) {
      throw wrong(text, e);
    }
  }

  private static Duration per(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Duration.ofSeconds(1);
    }
    String unit = text.substring(slash + 1);
    try {
      return Spans.duration(unit.matches("[a-z]+") ? "1" + unit : unit);
    } catch (IllegalArgumentException e) {
      throw wrong(text, e);
    }
  }

  private static IllegalArgumentException wrong(String text, IllegalArgumentException cause) {
    return new IllegalArgumentException(
        "--capacity must be a number, possibly per time (50, 3000/m, 900/5m), was "
            + text
            + (cause instanceof NumberFormatException ? "" : ": " + cause.getMessage()),
        cause);
  }

  private ServiceModel.Builder sized(Trace trace, ScalingPolicy policy, PrintWriter notes) {
    if (capacity != null) {
      return ServiceModel.capacity(number(capacity), per(capacity));
    }
    double share =
        targetUtilization == null ? ServiceModel.DEFAULT_TARGET_UTILIZATION : targetUtilization;
    int instances = Math.max(1, policy.most() * 4 / 5);
    double each = trace.max() > 0 ? trace.max() / (instances * share) : 1;
    notes.println(
        "--capacity is not given: "
            + each
            + " per instance, so that the highest load of "
            + trace.max()
            + " needs "
            + instances
            + " of at most "
            + policy.most()
            + " instances");
    notes.flush();
    return ServiceModel.capacity(each);
  }

  /**
   * The model.
   *
   * @param notes where it is said what was assumed
   */
  ServiceModel model(Trace trace, ScalingPolicy policy, PrintWriter notes) {
    ServiceModel.Builder model = sized(trace, policy, notes);
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
