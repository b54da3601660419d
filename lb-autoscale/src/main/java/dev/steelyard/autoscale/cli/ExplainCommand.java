package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Makes one decision and says how it comes about.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExplainCommand implements Callable<Integer> {
  private static final List<Metric> KNOWN =
      List.of(
          Metric.CPU,
          Metric.MEMORY,
          Metric.REQUEST_RATE,
          Metric.QUEUE_DEPTH,
          Metric.IN_FLIGHT,
          Metric.ERROR_RATE);

  @Option(
      names = "--policy",
      required = true,
      paramLabel = "FILE",
      description = "the policy: properties")
  private Path policy;

  @Option(
      names = "--instances",
      required = true,
      paramLabel = "N",
      description = "how many are asked for at present")
  private int instances;

  @Option(names = "--ready", paramLabel = "N", description = "how many are ready; default: all")
  private @Nullable Integer ready;

  @Option(
      names = "--metric",
      paramLabel = "NAME=VALUE",
      description =
          "cpu, memory, request_rate, queue_depth, in_flight, error_rate, response_time_p95, ...;"
              + " several times; one that is not given is missing")
  private Map<String, Double> metrics = new LinkedHashMap<>();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      defaultValue = "1970-01-01T12:00:00Z",
      description = "when, ISO-8601; default ${DEFAULT-VALUE}")
  private Instant at;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = "what happened before, as ScalingState.toText wrote it; default: nothing")
  private @Nullable Path state;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ScalingMetrics.Builder known = ScalingMetrics.at(at).instances(instances);
    if (ready != null) {
      known.ready(ready);
    }
    metrics.forEach((name, value) -> known.metric(metric(name), value));
    ScalingState before =
        state == null ? ScalingState.initial() : ScalingState.parse(Files.readString(state));
    ScalingDecision decision = PolicyFiles.load(policy).decide(before, known.build());
    spec.commandLine().getOut().print(decision.explain());
    spec.commandLine().getOut().flush();
    return Main.FINE;
  }

  private static Metric metric(String name) {
    for (Metric metric : KNOWN) {
      if (metric.name().equals(name)) {
        return metric;
      }
    }
    String response = "response_time_";
    if (name.startsWith(response) && name.length() > response.length()) {
      return Metric.responseTime(name.substring(response.length()));
    }
    throw new IllegalArgumentException(
        "--metric: '" + name + "' is not known; known are " + KNOWN + ", response_time_pNN");
  }
}
