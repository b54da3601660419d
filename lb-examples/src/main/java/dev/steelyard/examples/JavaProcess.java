package dev.steelyard.examples;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a subcommand of this program in a JVM of its own, from the class path of this one:
 * whatever started the program (the jar, a test, an IDE) starts its servers as well.
 */
public final class JavaProcess {
  private JavaProcess() {}

  /** Starts it and does not wait; its error output is ours. */
  public static Process start(List<String> arguments) throws IOException {
    return new ProcessBuilder(command(arguments))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What to run. */
  public static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    // Several JVMs on one machine: spares the client's cores the compiler and collector threads of
    // the others.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    return command;
  }
}
