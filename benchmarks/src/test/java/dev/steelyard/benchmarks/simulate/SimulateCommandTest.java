package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.benchmarks.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SimulateCommandTest {
  /** One server, which has one answer at a time, leaves balancers no choice. */
  private static final String PLAIN =
      """
      {
        "name": "half are not found",
        "requests_per_second": 10,
        "send_for_s": 2,
        "servers": [
          {
            "name": "a",
            "phases": [
              {"until_s": 1, "endpoints": {"*": {"latency": {"kind": "fixed", "base_ms": 10}}}},
              {
                "until_s": null,
                "endpoints": {"*": {"status": 404, "latency": {"kind": "fixed", "base_ms": 10}}}
              }
            ]
          }
        ],
        "published": {
          "theirs": {"success_percent": 50, "client_mean_s": 0.012, "server_busy_s": 3}
        },
        "expect": [{"metric": "success_percent", "at_least": %d, "strategies": ["default"]}]
      }
      """;

  private static final String UNEVEN =
      """
      {
        "name": "One is slow, one joins",
        "requests_per_second": 100,
        "send_for_s": 5,
        "clients": 3,
        "servers": [
          {
            "name": "fast",
            "phases": [
              {"until_s": null, "endpoints": {"*": {"latency": {"kind": "fixed", "base_ms": 10}}}}
            ]
          },
          {
            "name": "slow",
            "phases": [
              {"until_s": null, "endpoints": {"*": {"latency": {"kind": "fixed", "base_ms": 900}}}}
            ]
          },
          {
            "name": "late",
            "joins_at_s": 2,
            "phases": [
              {"until_s": null, "endpoints": {"*": {"latency": {"kind": "fixed", "base_ms": 10}}}}
            ]
          }
        ]
      }
      """;

  @TempDir Path directory;
  private final StringWriter printed = new StringWriter();
  private final StringWriter errors = new StringWriter();
  private Path plain;
  private Path uneven;

  @BeforeEach
  void writeFiles() throws IOException {
    plain = Files.writeString(directory.resolve("plain.json"), PLAIN.formatted(50));
    uneven = Files.writeString(directory.resolve("uneven.json"), UNEVEN);
  }

  private int run(Object... arguments) {
    CommandLine command = new CommandLine(new SimulateCommand());
    command.setOut(new PrintWriter(printed)).setErr(new PrintWriter(errors));
    return command.execute(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
  }

  @Test
  void printsARowPerStrategyAndWhatOthersHavePublished() throws IOException {
    assertEquals(0, run(plain, "--strategies", "default,roundRobin"), errors::toString);

    assertEquals(
        """
        half are not found, seed 1

        strategy            success %  mean ms  p50 ms  p99 ms  p99.9 ms  attempts  busy s  \
        highest share  lowest share
        default                50.000    10.00   10.00   10.00     10.00     1.000       0  \
           a 100.00 %    a 100.00 %
        roundRobin             50.000    10.00   10.00   10.00     10.00     1.000       0  \
           a 100.00 %    a 100.00 %
        theirs (published)     50.000    12.00       -       -         -         -       3  \
                    -             -

        """,
        printed.toString());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(2, files.count()); // those that it has read
    }
  }

  @Test
  void writesResultsForPrograms() throws IOException {
    Path out = directory.resolve("new/out");

    assertEquals(0, run(plain, "--strategies", "default", "--seed", 7, "--out", out));

    assertEquals(
        """
        [
          {
            "scenario": "half are not found",
            "name": "default",
            "seed": 7,
            "success_percent": 50.000000,
            "client_mean_s": 0.010000000,
            "p50_s": 0.010002431,
            "p99_s": 0.010002431,
            "p999_s": 0.010002431,
            "server_busy_s": 0.200000,
            "answered": 20,
            "sent": 20,
            "server_responses": 20,
            "attempts": 20,
            "shares": {
              "a": 1.000000
            },
            "failures": {
              "status 404": 10
            },
            "violations": [ ]
          }
        ]
        """,
        Files.readString(out.resolve("results.json")));
  }

  @Test
  void twoRunsWriteTheSameBytes() throws IOException {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");

    assertEquals(0, run(plain, uneven, "--out", first), errors::toString);
    assertEquals(0, run(plain, uneven, "--out", second), errors::toString);

    assertEquals(
        List.of(
            "half-are-not-found-ejections.svg",
            "half-are-not-found-in-flight.svg",
            "half-are-not-found-latency.svg",
            "half-are-not-found-shares.svg",
            "index.md",
            "one-is-slow-one-joins-ejections.svg",
            "one-is-slow-one-joins-in-flight.svg",
            "one-is-slow-one-joins-latency.svg",
            "one-is-slow-one-joins-shares.svg",
            "results.json"),
        names(first));
    for (String name : names(first)) {
      assertArrayEquals(
          Files.readAllBytes(first.resolve(name)), Files.readAllBytes(second.resolve(name)), name);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.map(file -> file.getFileName().toString()).sorted().forEach(names::add);
    }
    return names;
  }

  @Test
  void thePageShowsChartsThatAreThere() throws IOException {
    Path out = directory.resolve("out");

    assertEquals(0, run(uneven, "--out", out), errors::toString);

    List<String> shown =
        Files.readString(out.resolve("index.md"))
            .lines()
            .filter(line -> line.startsWith("!["))
            .map(line -> line.substring(line.indexOf('(') + 1, line.length() - 1))
            .toList();
    assertEquals(Charts.Kind.values().length, shown.size());
    assertTrue(shown.stream().allMatch(name -> Files.exists(out.resolve(name))), shown::toString);
  }

  @Test
  void anotherSeedDrawsOtherChances() throws IOException {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");

    assertEquals(0, run(uneven, "--strategies", "random", "--seed", 1, "--out", first));
    assertEquals(0, run(uneven, "--strategies", "random", "--seed", 2, "--out", second));

    assertTrue(
        !Files.readString(first.resolve("results.json"))
            .replace("\"seed\": 1", "\"seed\": 2")
            .equals(Files.readString(second.resolve("results.json"))));
  }

  @Test
  void whatDoesNotComeTrueIsPrintedAndIsStatus1() throws IOException {
    Files.writeString(plain, PLAIN.formatted(60));
    Path out = directory.resolve("out");

    assertEquals(1, run(plain, "--strategies", "random,default", "--out", out));

    String violation = "success_percent: 50 (expected: at least 60)";
    assertTrue(
        printed.toString().contains("\nVIOLATED: half are not found, default: " + violation + '\n'),
        printed::toString);
    assertTrue(
        printed.toString().endsWith("\nExpectations that did not come true: 1\n"),
        printed::toString);
    assertTrue(Files.readString(out.resolve("results.json")).contains(violation));
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    Path missing = directory.resolve("missing.json");

    assertRefused(missing + ": cannot be read (no such file)\n", missing);
  }

  @Test
  void aFileThatIsWrongIsRefused() throws IOException {
    Files.writeString(plain, PLAIN.formatted(50).replace("send_for_s", "sends_for_s"));

    assertEquals(2, run(plain));
    assertTrue(errors.toString().startsWith(plain + ": "), errors::toString);
    assertTrue(errors.toString().contains("send_for_s"), errors::toString);
    assertEquals(1, errors.toString().lines().count(), errors::toString);
  }

  @Test
  void aNameThatAnotherFileHasIsRefused() throws IOException {
    Path copy = Files.copy(plain, directory.resolve("copy.json"));

    assertRefused(
        copy + ": scenario \"half are not found\" (expected: a name that no other file has)\n",
        plain,
        copy);
  }

  @Test
  void aStrategyThatDoesNotExistIsRefusedWithTheOnesThatDo() {
    assertRefused(
        "strategy: \"roundrobin\" (expected: one of "
            + String.join(", ", Strategies.names())
            + "; did you mean roundRobin?)\n",
        plain,
        "--strategies",
        "default,roundrobin");
  }

  @Test
  void aStrategyThatDoesNotGoWithAScenarioIsRefused() {
    assertRefused(
        "half are not found: centralQueue: a: has any number of cores"
            + " (expected: withCores, for a central queue)\n",
        plain,
        "--strategies",
        "centralQueue");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefused() {
    assertEquals(2, run(uneven, "--out", plain));
    assertTrue(errors.toString().startsWith(plain + ": cannot be written to ("), errors::toString);
    assertEquals("", printed.toString());
  }

  @Test
  void noFileIsRefused() {
    assertEquals(2, run());
  }

  private void assertRefused(String message, Object... arguments) {
    assertEquals(2, run(arguments));
    assertEquals(message, errors.toString().replace("\r\n", "\n"));
    assertEquals("", printed.toString());
  }

  @Test
  void isACommandOfTheBenchmarks() {
    Command main = Main.class.getAnnotation(Command.class);

    assertTrue(List.of(main.subcommands()).contains(SimulateCommand.class));
  }
}
