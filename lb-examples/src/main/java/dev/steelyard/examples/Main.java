package dev.steelyard.examples;

import dev.steelyard.examples.autoscale.AutoscaleCommand;
import dev.steelyard.examples.chaos.ChaosCommand;
import dev.steelyard.examples.chaos.FaultServerCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The runnable jar: one program, of which the servers that it starts are subcommands. */
@Command(
    name = "lb-examples",
    description = "Programs that use the Steelyard load balancer against real servers.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    scope = CommandLine.ScopeType.INHERIT,
    subcommands = {
      QuickstartCommand.class,
      AutoscaleCommand.class,
      ChaosCommand.class,
      ServerCommand.class,
      FaultServerCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
final class Main {
  private Main() {}

  /** Also what tests run: everything but the exit of the JVM. */
  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  public static void main(String... args) {
    System.exit(commandLine().execute(args));
  }

  /** The jar's manifest knows the version; class files in a folder have none. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      @Nullable String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"Steelyard examples " + (version == null ? "(unpacked)" : version)};
    }
  }
}
