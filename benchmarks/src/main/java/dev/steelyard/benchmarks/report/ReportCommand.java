package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.http.HttpOverhead;
import dev.steelyard.benchmarks.pick.Footprint;
import dev.steelyard.benchmarks.pick.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code report}. */
@Command(
    name = "report",
    description = {
      "Measures, and writes report.md with its plots, jmh.json and sittings.json.",
      "What other sections found in earlier sittings is kept."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
public final class ReportCommand implements Callable<Integer> {
  /** The number of instances whose memory is measured. */
  static final int WEIGHED = 10_000;

  private static final HttpOverhead HTTP = new HttpOverhead(60, 1000);
  private static final HttpOverhead QUICK_HTTP = new HttpOverhead(12, 200);

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to write. Default: benchmarks, or benchmarks/target/quick")
  private @Nullable Path out;

  @Option(
      names = "--quick",
      description =
          "A few minutes instead of half an hour: shows that it runs; the numbers mean little.")
  private boolean quick;

  @Option(
      names = "--forks",
      defaultValue = "1",
      description = "JVMs per row; each adds as long again. Default: ${DEFAULT-VALUE}")
  private int forks;

  @Option(
      names = "--only",
      paramLabel = "SECTION",
      split = ",",
      converter = SectionName.class,
      completionCandidates = SectionNames.class,
      description = "Measures these alone: ${COMPLETION-CANDIDATES}. Default: all")
  private @Nullable List<Section> only;

  @Option(names = "--render", description = "Measures nothing, and writes the report anew.")
  private boolean render;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ReportCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException, RunnerException {
    Path directory = out != null ? out : Path.of(quick ? "benchmarks/target/quick" : "benchmarks");
    Files.createDirectories(directory);
    Archive archive = new Archive(directory);
    if (!render) {
      Suite suite = quick ? Suite.quick() : Suite.full(forks);
      for (Section section : only != null ? only : List.of(Section.values())) {
        measure(section, suite, archive);
      }
    }
    String report = new Report(archive).render(directory);
    Files.writeString(directory.resolve("report.md"), report);
    spec.commandLine().getOut().println("Wrote " + directory.resolve("report.md"));
    spec.commandLine().getOut().flush();
    return 0;
  }

  /** Saves what it found at once: the next section may not come to its end. */
  private void measure(Section section, Suite suite, Archive archive)
      throws IOException, InterruptedException, RunnerException {
    String date = LocalDate.now(ZoneOffset.UTC).toString();
    String settings =
        switch (section) {
          case MEMORY, HTTP -> "none";
          default -> suite.describe();
        };
    Sitting sitting = new Sitting(date, command(), settings, Machine.describe());
    switch (section) {
      case HTTP -> archive.add(sitting, Http.of((quick ? QUICK_HTTP : HTTP).run()));
      case MEMORY -> archive.add(sitting, footprints());
      default -> archive.add(section, sitting, Results.of(section, suite.run(section)));
    }
  }

  private static Map<String, Double> footprints() {
    Map<String, Double> bytes = new LinkedHashMap<>();
    bytes.put("registry", Footprint.ofRegistry(WEIGHED));
    for (Strategy strategy : Strategy.values()) {
      bytes.put("balancer, " + strategy.label(), Footprint.ofBalancer(strategy, WEIGHED));
    }
    return bytes;
  }

  private String command() {
    StringBuilder command = new StringBuilder("java -jar benchmarks/target/benchmarks.jar report");
    if (quick) {
      command.append(" --quick");
    }
    if (forks != 1) {
      command.append(" --forks ").append(forks);
    }
    if (only != null) {
      command
          .append(" --only ")
          .append(String.join(",", only.stream().map(Section::label).toList()));
    }
    return command.toString();
  }

  private static final class SectionName implements ITypeConverter<Section> {
    @Override
    public Section convert(String value) {
      return Arrays.stream(Section.values())
          .filter(section -> section.label().equals(value))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("expected one of " + new SectionNames()));
    }
  }

  private static final class SectionNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Section.values()).map(Section::label).iterator();
    }

    @Override
    public String toString() {
      return String.join(", ", this);
    }
  }
}
