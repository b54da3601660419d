package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.http.HttpOverhead;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code report}. */
@Command(
    name = "report",
    description = "Runs everything, and writes report.md and jmh.json.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
public final class ReportCommand implements Callable<Integer> {
  private static final HttpOverhead HTTP = new HttpOverhead(60, 1000);
  private static final HttpOverhead QUICK_HTTP = new HttpOverhead(12, 200);

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "benchmarks",
      description = "Where to write. Default: ${DEFAULT-VALUE}")
  private Path directory;

  @Option(
      names = "--quick",
      description =
          "Two minutes instead of twenty-odd: shows that it runs; the numbers mean little.")
  private boolean quick;

  @Option(
      names = "--forks",
      defaultValue = "1",
      description = "JVMs per row; each adds as long again. Default: ${DEFAULT-VALUE}")
  private int forks;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ReportCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException, RunnerException {
    Files.createDirectories(directory);
    Suite suite = quick ? Suite.quick() : Suite.full(forks);
    HttpOverhead.Result http = (quick ? QUICK_HTTP : HTTP).run();
    Collection<RunResult> runs = suite.run();
    try (PrintStream json =
        new PrintStream(directory.resolve("jmh.json").toFile(), StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, json).writeOut(runs);
    }
    String report =
        new Report(Results.of(runs), http, suite)
            .render(LocalDate.now(ZoneOffset.UTC).toString(), command(), Machine.describe());
    Files.writeString(directory.resolve("report.md"), report);
    spec.commandLine().getOut().println("Wrote " + directory.resolve("report.md"));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private String command() {
    return "java -jar benchmarks/target/benchmarks.jar report"
        + (quick ? " --quick" : "")
        + (forks == 1 ? "" : " --forks " + forks);
  }
}
