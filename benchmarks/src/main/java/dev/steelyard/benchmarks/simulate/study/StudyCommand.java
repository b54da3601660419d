package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.benchmarks.simulate.PublishedScenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code study}. */
@Command(
    name = "study",
    description = {
      "Simulates how well the balancer balances,",
      "and writes simulation.md with its plots, and study.json."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
public final class StudyCommand implements Callable<Integer> {
  private static final int REQUESTS = 200_000;
  private static final int SEEDS = 3;
  private static final int QUICK_REQUESTS = 2_000;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "Where to write.")
  private Path out;

  @Option(
      names = "--shared",
      paramLabel = "DIR",
      description = "Where scenarios/dialogue.json is; without it there is no part a.")
  private @Nullable Path shared;

  @Option(
      names = "--part",
      paramLabel = "KEY",
      split = ",",
      description = "These parts alone. Default: all")
  private @Nullable List<String> keys;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The first of the seeds. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--quick",
      description = "Seconds in place of minutes: shows that it runs; the numbers mean little.")
  private boolean quick;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public StudyCommand() {}

  @Override
  public Integer call() throws IOException {
    List<StudyPart> parts = chosen();
    try (Runs runs = new Runs(Runtime.getRuntime().availableProcessors())) {
      StudyContext context =
          new StudyContext(
              seed,
              quick ? 1 : SEEDS,
              quick ? QUICK_REQUESTS : REQUESTS,
              quick,
              shared,
              PublishedScenario.strategies(),
              runs);
      new Study(parts, context, spec.commandLine().getOut()::println).write(out);
    }
    spec.commandLine().getOut().println("Wrote " + out.resolve("simulation.md"));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private List<StudyPart> chosen() {
    List<StudyPart> all = StudyParts.all();
    if (keys == null) {
      return all;
    }
    List<StudyPart> chosen = new ArrayList<>();
    List<String> known = all.stream().map(StudyPart::key).toList();
    for (String key : keys) {
      if (!known.contains(key)) {
        throw new ParameterException(
            spec.commandLine(), "--part: " + key + " (expected: one of " + known + ")");
      }
    }
    for (StudyPart part : all) {
      if (keys.contains(part.key())) {
        chosen.add(part);
      }
    }
    return chosen;
  }
}
