package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Series;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Knative's cases of averages and maxima over windows. */
class WindowVectorsTest {
  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  @TestFactory
  Stream<DynamicTest> plainAverages() {
    return Vectors.cases("knative_windows", "plain", WindowVectorsTest::plain);
  }

  private static void plain(JsonNode given) {
    SampleWindow window = window(given);
    for (JsonNode op : given.get("ops")) {
      Instant time = at(op.get("atSeconds"));
      switch (op.get("op").asText()) {
        case "record" -> window = window.record(time, op.get("value").asDouble());
        case "average" ->
            assertEquals(op.get("expected").asDouble(), window.average(time), 1e-6, op.toString());
        case "sum" ->
            assertEquals(op.get("expected").asDouble(), window.sum(time), 1e-6, op.toString());
        default -> fail("an operation that is not known: " + op);
      }
    }
    assertTrue(given.get("ops").size() > 0);
  }

  @TestFactory
  Stream<DynamicTest> weightedAverages() {
    return Vectors.cases("knative_windows", "weighted", WindowVectorsTest::weighted);
  }

  private static void weighted(JsonNode given) {
    SampleWindow window = window(given);
    for (JsonNode record : given.get("records")) {
      window = window.record(at(record.get(0)), record.get(1).asDouble());
    }
    double average = window.weightedAverage(at(given.get("averageAt")));
    if (given.has("expectedRounded3")) {
      assertEquals(given.get("expectedRounded3").asDouble(), average, 0.0005);
    } else {
      assertEquals(given.get("expected").asDouble(), average, 1e-9);
    }
  }

  @TestFactory
  Stream<DynamicTest> smoothing() {
    return Vectors.cases(
        "knative_windows",
        "smoothingCoefficient",
        given ->
            assertEquals(
                given.get("expectedApprox").asDouble(),
                SampleWindow.smoothing(given.get("buckets").asInt()),
                0.0001));
  }

  @TestFactory
  Stream<DynamicTest> maximaByIndex() {
    return Vectors.cases("knative_max_window", "cases", WindowVectorsTest::maximum);
  }

  private static void maximum(JsonNode given) {
    SlidingMaximum maximum = SlidingMaximum.of(given.get("windowSize").asLong(), Series.EMPTY);
    for (int i = 0; i < given.get("values").size(); i++) {
      maximum =
          maximum.record(
              given.get("indices").get(i).asLong(), given.get("values").get(i).asDouble());
      assertEquals(
          given.get("expectedCurrentAfterEach").get(i).asDouble(),
          maximum.current(),
          "after value " + (i + 1));
    }
  }

  @TestFactory
  Stream<DynamicTest> maximaByTime() {
    return Vectors.cases("knative_max_window", "timed", WindowVectorsTest::timed);
  }

  private static void timed(JsonNode given) {
    SlidingMaximum maximum =
        SlidingMaximum.of(given.get("windowSeconds").asLong() * 1000, Series.EMPTY);
    for (JsonNode record : given.get("records")) {
      maximum =
          maximum.record(Math.round(record.get(0).asDouble() * 1000), record.get(1).asDouble());
    }
    assertEquals(given.get("expectedCurrent").asDouble(), maximum.current());
  }

  private static SampleWindow window(JsonNode given) {
    return SampleWindow.of(
        Duration.ofSeconds(given.get("windowSeconds").asLong()),
        Duration.ofSeconds(given.get("granularitySeconds").asLong()));
  }

  private static Instant at(JsonNode seconds) {
    return START.plusMillis(Math.round(seconds.asDouble() * 1000));
  }
}
