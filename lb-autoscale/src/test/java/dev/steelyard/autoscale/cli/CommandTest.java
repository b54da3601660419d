package dev.steelyard.autoscale.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String policy = "";
  private String other = "";
  private String load = "";

  @BeforeEach
  void files() throws IOException {
    policy =
        file(
            "used.properties",
            "min.replicas=1\nmax.replicas=50\ntarget.cpu=70\nscale.down.window=5m\n");
    other =
        file(
            "new.properties",
            "min.replicas=1\nmax.replicas=50\ntarget.cpu=50\nscale.down.window=5m\n");
    StringBuilder csv = new StringBuilder("when,host,rps\n");
    for (int i = 0; i < 300; i++) {
      csv.append(i * 60).append(",a,").append(100 + 90 * Math.sin(i / 40.0)).append('\n');
    }
    load = file("load.csv", csv.toString());
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private int run(String... arguments) {
    return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void replaysAPolicyAndDrawsIt() throws IOException {
    int code =
        run(
            "replay",
            "--policy",
            policy,
            "--trace",
            load,
            "--column",
            "rps",
            "--capacity",
            "10",
            "--startup",
            "2m",
            "--chart",
            path("out.svg"),
            "--json",
            path("out.json"),
            "--timeline",
            "--explain",
            "17");
    assertEquals("", err.toString());
    assertEquals(0, code);
    assertTrue(out.toString().contains("instance-hours"), out.toString());
    assertTrue(out.toString().contains("1970-01-01T00:17:00Z used: "), out.toString());
    assertTrue(Files.readString(folder.resolve("out.svg")).startsWith("<svg "));
    JsonNode json = new ObjectMapper().readTree(folder.resolve("out.json").toFile());
    assertEquals("used", json.at("/result/policy").asText());
    assertEquals(300, json.at("/result/timeline/ready").size());
  }

  @Test
  void drawsAPage() throws IOException {
    assertEquals(
        0,
        run(
            "replay",
            "--policy",
            policy,
            "--trace",
            load,
            "--column",
            "3",
            "--capacity",
            "600/m",
            "--tick",
            "30s",
            "--chart",
            path("out.html")));
    assertTrue(Files.readString(folder.resolve("out.html")).startsWith("<!DOCTYPE html>"));
    assertTrue(out.toString().contains("600 × 30s"), out.toString());
  }

  @Test
  void comparesAndIsAGate() {
    String[] arguments = {
      "compare",
      "--policy",
      policy,
      "--with",
      other,
      "--trace",
      load,
      "--column",
      "rps",
      "--capacity",
      "10",
      "--max-cost",
      "5"
    };
    assertEquals(1, run(arguments));
    assertTrue(err.toString().contains("worse than allowed"), err.toString());
    assertTrue(out.toString().contains("They differ in "), out.toString());
    arguments[arguments.length - 1] = "80";
    assertEquals(0, run(arguments));
  }

  @Test
  void tunesKeysOfThePolicyWithTheirUnits() {
    int code =
        run(
            "tune",
            "--policy",
            policy,
            "--knob",
            "target.cpu=50,60,70",
            "--knob",
            "scale.down.window=60s,300s",
            "--trace",
            load,
            "--column",
            "rps",
            "--capacity",
            "10",
            "--grid",
            "--under",
            "5",
            "--json",
            path("out.json"));
    assertEquals("", err.toString());
    assertEquals(0, code);
    assertTrue(out.toString().contains("best of 6 candidates"), out.toString());
    assertTrue(out.toString().matches("(?s).*\nscale.down.window=(60|300)s\n"), out.toString());
  }

  @Test
  void withoutACapacityThePeakNeedsFourFifthsOfTheMaximum() {
    assertEquals(0, run("replay", "--policy", policy, "--trace", load, "--column", "rps"));
    assertTrue(err.toString().contains("--capacity is not given: "), err.toString());
    assertTrue(err.toString().contains("needs 40 of at most 50 instances"), err.toString());
  }

  @Test
  void explainsOneDecision() {
    assertEquals(0, run("explain", "--policy", policy, "--instances", "4", "--metric", "cpu=91"));
    assertTrue(out.toString().startsWith("1970-01-01T12:00:00Z used: 4 -> 6 SCALE_UP [CPU]\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replay --policy NIX --trace LOAD --capacity 10      | no such file: ",
        "replay --policy OLD --trace LOAD --capacity x        | --capacity must be a number",
        "replay --policy OLD --trace LOAD --column rps --capacity 0 | capacity must be finite and above 0",
        "replay --policy OLD --trace LOAD --column rps --capacity 5/x | --capacity must be a number, possibly per time (50, 3000/m, 900/5m), was 5/x",
        "replay --policy OLD --trace LOAD --capacity 10       | load.csv, line 2: 'a' is not a num",
        "replay --policy OLD --trace LOAD --capacity 10 --row a | --row needs --wide",
        "replay --policy OLD --trace LOAD --capacity 10 --chart x.png | --chart must end in .svg",
        "replay --policy OLD --trace LOAD --capacity 10 --timeline | --timeline needs --json",
        "replay --policy OLD --trace LOAD --capacity 10 --column rps --explain 0 | --explain must be",
        "replay --policy OLD --trace LOAD --capacity 10 --startup 5 | Invalid value for option '--startup': '5' is not a duration",
        "replay --trace LOAD                                   | Missing required option: '--policy",
        "explain --policy OLD --instances 4 --metric tpu=3     | --metric: 'tpu' is not known",
        "tune --policy OLD --trace LOAD --capacity 10 --column rps --knob target.cpu=a,b | --knob target.cpu: 'a' is not a number",
        "walk                                                  | Unmatched argument at index 0",
      })
  void saysWhatIsWrongInOneLine(String arguments, String message) {
    String[] words =
        arguments
            .replace("OLD", policy)
            .replace("LOAD", load)
            .replace("NIX", path("nix.properties"))
            .split(" +");
    assertEquals(2, run(words));
    assertTrue(err.toString().contains(message), err.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
  }

  @Test
  void refusesAPolicyWithAKeyThatIsNotKnown() throws IOException {
    String wrong = file("wrong.properties", "min.replicas=1\nmax.replicas=5\ntagret.cpu=70\n");
    assertEquals(2, run("explain", "--policy", wrong, "--instances", "4"));
    assertTrue(err.toString().contains("tagret.cpu"), err.toString());
    assertTrue(err.toString().contains("wrong.properties"), err.toString());
  }

  @Test
  void readsDurationsAsPeopleTypeThem() {
    assertEquals(Duration.ofMinutes(90), Spans.duration("1h30m"));
    assertEquals(Duration.ofMillis(1250), Spans.duration("1s250ms"));
    assertEquals(Duration.ofMinutes(5), Spans.duration("PT5M"));
    for (String wrong : new String[] {"", "5", "m", "5x", "1h 30m", "PT", "99999999999s"}) {
      assertThrows(IllegalArgumentException.class, () -> Spans.duration(wrong), wrong);
    }
  }

  @Test
  void lintsAPolicy() throws IOException {
    assertEquals(0, run("lint", "--policy", policy));
    assertTrue(out.toString().contains("INFO TOLERANCE_HIDES_ONE"), out.toString());
    assertTrue(out.toString().endsWith("0 errors, 0 warnings, 1 remark\n"), out.toString());
    String wrong = file("slip.properties", "min.replicas=1\nmax.replicas=5\ntarget.cpu=0.7\n");
    assertEquals(1, run("lint", "--policy", wrong));
    assertTrue(out.toString().contains("say 70 for 0.7"), out.toString());
    assertEquals(2, run("lint", "--policy", path("none.properties")));
  }

  @Test
  void lintsAPolicyForTheServiceItIsFor() throws IOException {
    String total =
        file(
            "total.properties",
            "min.replicas=1\nmax.replicas=5\nmetric.jobs=total\nthreshold.cpu.up=80\n"
                + "threshold.cpu.down=20\ntarget.jobs=10\n");
    assertEquals(0, run("lint", "--policy", total, "--peak", "jobs=50", "--interval", "30s"));
    assertEquals(1, run("lint", "--policy", total, "--peak", "jobs=60"));
    assertTrue(out.toString().contains("UNREACHABLE_TARGET"), out.toString());
    assertEquals(1, run("lint", "--policy", total, "--startup", "10m"));
    assertTrue(out.toString().contains("COOLDOWN_BELOW_STARTUP"), out.toString());
    assertEquals(2, run("lint", "--policy", total, "--peak", "queue_depth=51"));
    assertTrue(err.toString().contains("--peak: no rule looks at 'queue_depth'"), err.toString());
    assertEquals(2, run("lint", "--policy", total, "--peak", "cpu=51"));
    assertEquals(2, run("lint", "--policy", total, "--interval", "0s"));
  }

  @Test
  void helpsWithoutACommand() {
    assertEquals(0, run());
    assertTrue(out.toString().contains("replay"), out.toString());
    assertEquals(0, run("compare", "--help"));
  }

  @Test
  void studiesEveryTraceOfAFolder() throws IOException {
    file("note.csv", "this is no trace\n");
    file("left.csv", "0,1\n60,2\n");
    StringBuilder web = new StringBuilder("time,rps\n");
    for (int i = 0; i < 300; i++) {
      web.append(i * 60).append(',').append(100 + 90 * Math.sin(i / 40.0)).append('\n');
    }
    file("web.csv", web.toString());
    int code = run("study", folder.toString(), "--peak", "10", "--skip", "left", "--half", "2");
    assertEquals(Main.FINE, code, err::toString);
    String table = out.toString();
    assertTrue(table.contains("| web | 60 s | "), table);
    assertTrue(table.contains("1 traces: ") || table.contains("2 traces: "), table);
    assertTrue(table.contains("Left out: note.csv"), table);
    assertFalse(table.contains("left.csv"), table);
    assertEquals(Main.WRONG_INPUT, run("study", folder.toString(), "--peak", "0"));
    assertEquals(Main.WRONG_INPUT, run("study", folder.toString(), "--half", "3"));
    assertEquals(Main.WRONG_INPUT, run("study", policy));
  }
}
