package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The main job, for real and small: processes, sockets, SIGKILL. */
@Timeout(180)
class QuickstartTest {

  @Test
  void noRequestIsLostWhenOneServerDiesOneIsDrainedAndOneJoins(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("report.json");
    StringWriter out = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));

    int status =
        commandLine.execute(
            "quickstart",
            "--requests=3000",
            "--concurrency=16",
            "--servers=4",
            "--seed=1",
            "--no-live",
            "--json=" + file);

    String printed = out.toString();
    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    assertEquals(0, json.get("lost").asLong(), printed);
    assertEquals(0, json.get("callerErrors").asLong(), printed);
    assertEquals(0, json.get("afterDrain").asLong(), printed);
    assertEquals(0, status, printed);
    assertEquals(3000, json.get("requests").asLong());
    assertEquals(3000, json.get("answered").asLong());
    assertTrue(json.get("p50Micros").asLong() > 0);
    assertTrue(json.get("p999Micros").asLong() >= json.get("p99Micros").asLong());

    JsonNode instances = json.get("instances");
    assertEquals(5, instances.size());
    assertEquals("DRAINING", instances.get(0).get("state").asText());
    assertEquals("UP", instances.get(1).get("state").asText());
    assertEquals("KILLED", instances.get(2).get("state").asText());
    assertEquals("s5-new", instances.get(4).get("id").asText());
    double shares = 0;
    long attempts = 0;
    for (JsonNode instance : instances) {
      shares += instance.get("share").asDouble();
      attempts += instance.get("requests").asLong();
    }
    assertEquals(1, shares, 1e-9);
    assertEquals(3000 + json.get("retries").asLong(), attempts);
    assertTrue(printed.contains("killed s3"), printed);
  }
}
