package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          quickstart --servers=2          | '--servers': 2 (expected: 3 to 64)
          quickstart --requests=99        | '--requests': 99 (expected: 100 to 1000000000)
          quickstart --requests=many      | '--requests': 'many' is not an int
          quickstart --concurrency=0      | '--concurrency': 0 (expected: 1 to 2000)
          quickstart --patience=0         | '--patience': 0 (expected: 1 to 3600)
          quickstart --selector=peakewma  | '--selector': peakewma (expected: one of peakEwma, powerOfTwoChoices, leastRequests, leastResponseTime, roundRobin, random)
          quickstart --seed=x             | '--seed'
          quickstart --retries=3          | '--retries=3'
          chaos --faults=slow+slow        | slow+slow (expected: two different ones, none alldown)
          server --failure-rate=NaN       | '--failure-rate': NaN (expected: 0.0 to 1.0)
          server --service-micros=-1      | '--service-micros': -1 (expected: 0 to 60000000)
          server --threads=0              | '--threads': 0 (expected: 1 to 10000)
          fastquit                        | 'fastquit'
          """)
  void refusesNonsenseWithStatus2AndSaysWhy(String line, String reason) {
    assertEquals(2, run(line.split(" ")));
    assertTrue(err.toString().contains(reason), err.toString());
  }

  @Test
  void refusesAFileThatCannotBeWrittenBeforeItStarts(@TempDir Path folder) {
    Path file = folder.resolve("missing").resolve("report.json");

    assertEquals(2, run("quickstart", "--json", file.toString()));
    assertTrue(
        err.toString().contains("'--json': " + file + " (expected: a file that can be written)"),
        err.toString());
  }

  @Test
  void helpExplainsTheOptionsAndHidesTheServer() {
    assertEquals(0, run("--help"));
    assertTrue(out.toString().contains("quickstart"));
    assertFalse(out.toString().contains("server  "), out.toString());

    assertEquals(0, run("quickstart", "--help"));
    assertTrue(out.toString().contains("(default: peakEwma)"), out.toString());
  }

  @Test
  void tellsItsVersion() {
    assertEquals(0, run("--version"));
    assertTrue(out.toString().startsWith("Steelyard examples "), out.toString());
  }

  @Test
  void withoutACommandItSaysWhatThereIs() {
    assertEquals(2, run());
    assertTrue(err.toString().contains("quickstart"), err.toString());
  }

  private int run(String... args) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(args);
  }
}
