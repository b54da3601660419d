package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.profile.Compatible;
import dev.steelyard.autoscale.profile.Profile;
import dev.steelyard.autoscale.replay.Replay;
import dev.steelyard.autoscale.replay.ReplaySummary;
import dev.steelyard.autoscale.replay.ServiceModel;
import dev.steelyard.autoscale.replay.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares a policy with the HorizontalPodAutoscaler at 70 % CPU on every trace of a folder,"
          + " and prints a table as Markdown.",
      "Every trace is scaled so that its peak takes as many instances at 80 % of their capacity,"
          + " which is 100 a second."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class StudyCommand implements Callable<Integer> {
  private static final double CAPACITY = 100;

  @Parameters(paramLabel = "FOLDER", description = "is searched for .csv, folders in it too")
  private Path folder;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "properties; default: the recommended profile with 1 to 5 x peak instances")
  private @Nullable Path policy;

  @Option(
      names = "--skip",
      paramLabel = "TEXT",
      description = "leave out files whose path has this in it; may be repeated")
  private List<String> skip = List.of();

  @Option(names = "--peak", description = "instances at the peak; default 40", defaultValue = "40")
  private int peak;

  @Option(names = "--startup", description = "from order to ready; default 60s")
  private Duration startup = Duration.ofMinutes(1);

  @Option(
      names = "--noise",
      paramLabel = "SHARE",
      description = "deviation of what the policies see; default 0",
      defaultValue = "0")
  private double noise;

  @Option(names = "--resample", description = "decide so often; default: as the trace")
  private @Nullable Duration resample;

  @Option(
      names = "--half",
      paramLabel = "1|2",
      description = "only the first or the second half of every trace")
  private int half;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (peak < 1 || peak > 10_000) {
      throw new IllegalArgumentException("--peak must be 1 to 10000, was " + peak);
    }
    if (half < 0 || half > 2) {
      throw new IllegalArgumentException("--half must be 1 or 2, was " + half);
    }
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    PrintWriter out = spec.commandLine().getOut();
    StudyTable table = new StudyTable(out);
    for (Path file : files()) {
      try {
        Trace trace = trace(file);
        ServiceModel model =
            ServiceModel.capacity(CAPACITY).startup(startup).noise(noise, 1).build();
        ReplaySummary first = Replay.run(hpa(), trace, model).summary();
        ReplaySummary second = Replay.run(policy(), trace, model).summary();
        table.row(file.getFileName().toString(), trace, first, second);
      } catch (IllegalArgumentException e) {
        table.leftOut(file.getFileName().toString(), String.valueOf(e.getMessage()));
      }
    }
    table.end();
    out.flush();
    return Main.FINE;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(".csv"))
          .filter(file -> skip.stream().noneMatch(file.toString()::contains))
          .sorted()
          .toList();
    }
  }

  private Trace trace(Path file) throws IOException {
    Trace trace = Trace.read(file);
    if (resample != null) {
      trace = trace.resample(resample);
    }
    int middle = trace.size() / 2;
    if (half > 0) {
      trace = half == 1 ? trace.slice(0, middle) : trace.slice(middle, trace.size());
    }
    if (!(trace.max() > 0)) {
      throw new IllegalArgumentException("there is no load");
    }
    double most = peak * CAPACITY * ServiceModel.DEFAULT_TARGET_UTILIZATION;
    return trace.scale(most / trace.max());
  }

  private ScalingPolicy hpa() {
    return Compatible.kubernetes(1, 5 * peak)
        .name("hpa")
        .rule(Compatible.kubernetesResource(Metric.CPU, 70))
        .build();
  }

  private ScalingPolicy policy() throws IOException {
    return policy != null
        ? PolicyFiles.load(policy)
        : Profile.recommended(1, 5 * peak)
            .with("adaptive.cpu.startup", startup.toSeconds() + "s")
            .policy();
  }
}
