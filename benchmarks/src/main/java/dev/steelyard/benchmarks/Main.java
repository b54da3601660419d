package dev.steelyard.benchmarks;

import dev.steelyard.benchmarks.http.HttpOverheadCommand;
import dev.steelyard.benchmarks.http.HttpServerCommand;
import dev.steelyard.benchmarks.report.ReportCommand;
import dev.steelyard.benchmarks.simulate.SimulateCommand;
import dev.steelyard.benchmarks.simulate.study.StudyCommand;
import dev.steelyard.benchmarks.sticky.StickyMemoryCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of benchmarks.jar. */
@Command(
    name = "benchmarks",
    description = "Measures Steelyard beside the least that the machine needs for the same work.",
    mixinStandardHelpOptions = true,
    subcommands = {
      ReportCommand.class,
      SimulateCommand.class,
      StudyCommand.class,
      HttpOverheadCommand.class,
      HttpServerCommand.class,
      StickyMemoryCommand.class
    })
public final class Main implements Runnable {
  @Spec
  private @SuppressWarnings("NullAway.Init") CommandSpec spec; // picocli sets it

  private Main() {}

  /**
   * Runs a subcommand.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new Main());
    // JMH reads its own command line: whatever follows "jmh" is handed on as it stands.
    commandLine.addSubcommand(
        new CommandLine(new JmhCommand()).setStopAtUnmatched(true).setExpandAtFiles(false));
    int status = commandLine.execute(args);
    if (status != 0) {
      System.exit(status);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing subcommand");
  }
}
