package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steelyard.examples.Report.InstanceReport;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  @Test
  void writesTheseFieldsAndNoOthers(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.json");
    new Report(
            100,
            98,
            1,
            1,
            7,
            12,
            0,
            900,
            9_000,
            90_000,
            List.of(new InstanceReport("a", "UP", 107, 1)))
        .write(file);

    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    assertEquals(
        List.of(
            "requests",
            "answered",
            "lost",
            "callerErrors",
            "retries",
            "failoverMillis",
            "afterDrain",
            "p50Micros",
            "p99Micros",
            "p999Micros",
            "instances"),
        names(json));
    assertEquals(List.of("id", "state", "requests", "share"), names(json.get("instances").get(0)));
    assertEquals(12, json.get("failoverMillis").asLong());
    assertEquals(107, json.get("instances").get(0).get("requests").asLong());
  }

  @Test
  void isCompleteOnlyWithoutLostRequestsAndErrors() {
    assertTrue(counted(new Workload.Counts(10, 10, 3, 0)).complete());
    assertFalse(counted(new Workload.Counts(10, 9, 3, 0)).complete());
    assertFalse(counted(new Workload.Counts(10, 9, 3, 1)).complete());
  }

  @Test
  void sharesAreOfAllAttemptsAndTheKilledInstanceIsNamed() {
    InstanceRegistry registry = InstanceRegistry.of("a:1", "b:1");
    try (LoadBalancer balancer = LoadBalancer.builder("orders", registry).build()) {
      registry.setStatus("b:1", InstanceStatus.DOWN);
      for (int i = 0; i < 3; i++) {
        Lease lease = balancer.acquire(RequestContext.empty());
        lease.succeed();
      }
      registry.setStatus("b:1", InstanceStatus.UP);
      registry.setStatus("a:1", InstanceStatus.DOWN);
      Lease lease = balancer.acquire(RequestContext.empty());
      lease.succeed();

      assertEquals(
          List.of(
              new InstanceReport("a:1", "DOWN", 3, 0.75),
              new InstanceReport("b:1", "KILLED", 1, 0.25)),
          Report.instances(balancer.snapshot(), "b:1"));
    }
  }

  private static Report counted(Workload.Counts counts) {
    try (LoadBalancer balancer = LoadBalancer.builder("orders", InstanceRegistry.of()).build()) {
      return Report.of(
          counts,
          balancer.snapshot(),
          null,
          new FailoverWatch.Failover(0, 0, 0, true),
          0,
          new Histogram(3));
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
