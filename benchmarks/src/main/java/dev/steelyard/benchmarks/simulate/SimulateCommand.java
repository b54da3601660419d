package dev.steelyard.benchmarks.simulate;

import dev.steelyard.benchmarks.simulate.ScenarioFile.Entry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code simulate}. */
@Command(
    name = "simulate",
    description = {
      "Runs the scenarios of files with one strategy after another, in virtual time.",
      "The same files, strategies and seed give the same results, byte for byte."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:all that the files expect came true",
      "1:something did not; it is printed",
      "2:a file, a strategy or DIR cannot be used as asked",
      "3:the simulator failed"
    },
    exitCodeOnExecutionException = SimulateCommand.FAILED)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
public final class SimulateCommand implements Callable<Integer> {
  static final int VIOLATED = 1;
  static final int BAD_INPUT = 2;
  static final int FAILED = 3;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Scenario files (JSON)")
  private List<Path> files;

  @Option(
      names = "--strategies",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "default,roundRobin,random,leastRequests,powerOfTwoChoices",
      description = "What to run each scenario with. Default: ${DEFAULT-VALUE}")
  private List<String> strategies;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The seed of all chance. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where to write results.json, charts (SVG), and index.md with the charts by scenario."
              + " Default: nothing is written")
  private @Nullable Path out;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public SimulateCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter console = spec.commandLine().getOut();
    try {
      return run(console);
    } catch (InputException e) {
      console.flush();
      spec.commandLine().getErr().println(e.getMessage());
      spec.commandLine().getErr().flush();
      return BAD_INPUT;
    } finally {
      console.flush();
    }
  }

  private int run(PrintWriter console) throws InputException, InterruptedException {
    List<String> names = strategies();
    List<Entry> entries = read();
    int violated = 0;
    try {
      OutputDirectory output = out == null ? null : new OutputDirectory(out);
      try (Runner runner = new Runner(entries, names, seed)) {
        for (int i = 0; i < entries.size(); i++) {
          List<Run> runs = runner.await(i);
          violated += print(console, entries.get(i), runs);
          if (output != null) {
            output.add(runs);
          }
        }
      }
      if (output != null) {
        output.finish();
        console.print("Wrote results.json, index.md and charts to " + out + '\n');
      }
    } catch (IOException e) {
      throw new InputException(out + ": cannot be written to (" + e + ')');
    }
    if (violated > 0) {
      console.print("Expectations that did not come true: " + violated + '\n');
    }
    return violated == 0 ? 0 : VIOLATED;
  }

  private int print(PrintWriter console, Entry entry, List<Run> runs) {
    String name = entry.scenario().name();
    console.print(name + ", seed " + seed + "\n\n");
    console.print(ResultTable.of(runs, entry.published()));
    console.print('\n');
    int violated = 0;
    for (Run run : runs) {
      for (String violation : run.violations()) {
        console.print("VIOLATED: " + name + ", " + run.strategy() + ": " + violation + '\n');
        violated++;
      }
    }
    console.print(violated == 0 ? "" : "\n");
    console.flush();
    return violated;
  }

  private List<String> strategies() throws InputException {
    try {
      strategies.forEach(Strategies::checked);
      return List.copyOf(new LinkedHashSet<>(strategies));
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  private List<Entry> read() throws InputException {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      for (Entry entry : read(file)) {
        if (!names.add(entry.scenario().name())) {
          throw new InputException(
              file
                  + ": scenario \""
                  + entry.scenario().name()
                  + "\" (expected: a name that no other file has)");
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  private static List<Entry> read(Path file) throws InputException {
    try {
      return ScenarioFile.read(file).scenarios();
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }
}
