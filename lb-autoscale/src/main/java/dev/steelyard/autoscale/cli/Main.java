package dev.steelyard.autoscale.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The command. Exit codes: {@value #FINE} fine, {@value #WORSE} the second policy is worse than
 * allowed or the linter has found something, {@value #WRONG_INPUT} an option, a file or a line in
 * it is wrong, {@value #DEFECT} a defect of this program.
 */
@Command(
    name = "lb-autoscale",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Tries autoscaling policies out on loads, without a cluster.",
    subcommands = {
      ReplayCommand.class,
      CompareCommand.class,
      TuneCommand.class,
      StudyCommand.class,
      ExplainCommand.class,
      LintCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 fine; 1 compare found the second policy worse than allowed, or lint found",
      "errors or warnings;",
      "2 an option, a file or a line in it is wrong; 70 a defect of this program."
    })
public final class Main implements Runnable {
  static final int FINE = 0;
  static final int WORSE = 1;
  static final int WRONG_INPUT = 2;
  static final int DEFECT = 70;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  Main() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            arguments));
  }

  /** Runs the command. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(Duration.class, Main::duration);
    line.setParameterExceptionHandler(Main::wrongOption);
    line.setExecutionExceptionHandler(Main::failed);
    return line.execute(arguments);
  }

  private static Duration duration(String text) {
    try {
      return Spans.duration(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(e.getMessage());
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int wrongOption(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    line.getErr().println(e.getMessage());
    line.getErr().println("Try: " + line.getCommandName() + " --help");
    return WRONG_INPUT;
  }

  private static int failed(Exception e, CommandLine line, ParseResult result) {
    if (e instanceof NoSuchFileException) {
      line.getErr().println("no such file: " + e.getMessage());
      return WRONG_INPUT;
    }
    if (e instanceof IOException) {
      line.getErr().println("cannot read or write: " + e);
      return WRONG_INPUT;
    }
    if (e instanceof IllegalArgumentException) {
      line.getErr().println(e.getMessage());
      return WRONG_INPUT;
    }
    e.printStackTrace(line.getErr());
    return DEFECT;
  }

  /** The version is in the manifest; a build without one says so. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"lb-autoscale " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
