package dev.steelyard.examples.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The failure run for real and small. No times are judged: the machine may be busy. */
@Timeout(240)
class ChaosCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void nothingIsLostWhenOneInstanceIsKilledOrRefusesAndCallersSeeNoError() throws Exception {
    Path file = folder.resolve("chaos.json");
    Path table = folder.resolve("chaos.md");

    int status =
        run(
            "--faults=sigkill,refused",
            "--seconds=2.5",
            "--rate=50",
            "--peer=spring",
            "--json=" + file,
            "--markdown=" + table);

    assertEquals(0, status, out + "\n" + err);
    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    assertEquals(2, json.get("faults").size());
    assertEquals(2, json.get("peer").get("faults").size());
    for (JsonNode fault : json.get("faults")) {
      assertEquals(0, fault.get("lost").asLong(), fault::toString);
      assertEquals(0, fault.get("callerErrors").asLong(), fault::toString);
      assertEquals(0, fault.get("inFlightAfter").asLong(), fault::toString);
      assertTrue(fault.get("requests").asLong() > 0, fault::toString);
      // The servers' books against ours: what arrived was sent, and nearly all that was sent.
      assertTrue(fault.get("attempts").asLong() >= fault.get("requests").asLong(), fault::toString);
      assertTrue(fault.get("arrivals").asLong() >= fault.get("requests").asLong(), fault::toString);
    }
    assertEquals(
        List.of(
            "name",
            "requests",
            "lost",
            "callerErrors",
            "awayMillis",
            "backMillis",
            "badShare",
            "extraLoad"),
        names(json.get("faults").get(0)).subList(0, 8));
    assertTrue(Files.readString(table).contains("| sigkill |"), () -> out.toString());
  }

  @Test
  void aPostIsNeverExecutedTwiceWhenConnectionsAreReset() throws Exception {
    Path file = folder.resolve("chaos.json");

    int status =
        run(
            "--faults=reset",
            "--seconds=2.5",
            "--rate=50",
            "--peer=none",
            "--no-proxies",
            "--post-share=0.5",
            "--json=" + file);

    assertEquals(0, status, out + "\n" + err);
    JsonNode reset = new ObjectMapper().readTree(Files.readString(file)).get("faults").get(0);
    assertEquals(0, reset.get("doublePosts").asLong(), reset::toString);
    assertEquals(reset.get("postErrors"), reset.get("callerErrors"), reset::toString);
  }

  @Test
  void aSoakLeavesNothingBehind() throws Exception {
    Path file = folder.resolve("soak.json");

    int status =
        run(
            "--soak=5",
            "--rate=50",
            "--no-proxies",
            "--faults=refused,reset,slow",
            "--json=" + file);

    assertEquals(0, status, out + "\n" + err);
    JsonNode soak = new ObjectMapper().readTree(Files.readString(file)).get("soak");
    assertEquals("passed", soak.get("verdict").asText());
    assertTrue(soak.get("injected").asLong() > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --faults=sigterm      | sigterm (expected: one of sigkill, sigstop,
          --faults=slow+slow    | slow+slow (expected: two different ones
          --seconds=1           | '--seconds': 1.0 (expected: 2.0 to 600.0)
          --rate=NaN            | '--rate': NaN
          --instances=2         | '--instances': 2 (expected: 3 to 32)
          --peer=ribbon         | '--peer': ribbon (expected: spring, spring-defaults or none)
          --post-share=2        | '--post-share': 2.0 (expected: 0.0 to 1.0)
          --soak=1              | '--soak': 1 (expected: 5 to 86400)
          --json=/no/such/file  | '--json': /no/such/file (expected: a file that can be written)
          """)
  void refusesNonsenseWithStatus2AndSaysWhy(String option, String reason) {
    assertEquals(2, run(option));
    assertTrue(err.toString().contains(reason), err::toString);
  }

  @Test
  void helpNamesEveryFault() {
    String help = new CommandLine(new ChaosCommand()).getUsageMessage();

    for (Fault fault : Fault.values()) {
      assertTrue(help.contains("\n  " + fault.label() + " "), fault::label);
    }
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private int run(String... options) {
    CommandLine commandLine = new CommandLine(new ChaosCommand());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(options);
  }
}
