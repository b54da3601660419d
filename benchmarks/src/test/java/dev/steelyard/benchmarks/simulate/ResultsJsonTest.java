package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Behaviour;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsJsonTest {

  @Test
  void everyFigureIsTheOneOfItsName(@TempDir Path folder) throws Exception {
    Behaviour flaky =
        Behaviour.answers(Distribution.exponential(Duration.ofMillis(20))).withErrors(0.3, 404);
    SimulationResult result =
        Scenario.named("differing figures")
            .servers(2, Server.named("s", flaky).withCores(4))
            .arrivals(Arrivals.poisson(100))
            .lasts(Duration.ofSeconds(20))
            .build()
            .run(7);
    Path file = folder.resolve("results.json");
    ResultsJson.write(file, List.of(new Run("default", result, List.of("p99_ms: 1"))));
    JsonNode run = new ObjectMapper().readTree(file.toFile()).get(0);

    double[] percentiles = {
      run.get("p50_s").asDouble(), run.get("p99_s").asDouble(), run.get("p999_s").asDouble()
    };
    assertTrue(percentiles[0] < percentiles[1] && percentiles[1] < percentiles[2]);
    assertEquals(result.percentile(50).toNanos() / 1e9, percentiles[0], 1e-9);
    assertEquals(result.percentile(99).toNanos() / 1e9, percentiles[1], 1e-9);
    assertEquals(result.percentile(99.9).toNanos() / 1e9, percentiles[2], 1e-9);
    assertEquals(result.meanSeconds(), run.get("client_mean_s").asDouble(), 1e-9);
    assertEquals(result.successPercent(), run.get("success_percent").asDouble(), 1e-6);
    assertEquals(result.counts().sent(), run.get("sent").asLong());
    assertEquals(result.counts().answered(), run.get("answered").asLong());
    assertEquals(result.share("s-2"), run.get("shares").get("s-2").asDouble(), 1e-6);
    assertEquals(
        result.counts().answered() - result.counts().succeeded(),
        run.get("failures").get("status 404").asLong());
    assertEquals(7, run.get("seed").asLong());
    assertEquals("p99_ms: 1", run.get("violations").get(0).asText());
  }
}
