package dev.steelyard.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code jmh ...}: JMH's own command line. */
@Command(name = "jmh", description = "Passes all arguments to JMH ('jmh -h' lists its options).")
final class JmhCommand implements Callable<Integer> {
  @Unmatched private final List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    org.openjdk.jmh.Main.main(arguments.toArray(new String[0]));
    return 0;
  }
}
