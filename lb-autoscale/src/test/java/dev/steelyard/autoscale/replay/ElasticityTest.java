package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ElasticityTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TestFactory
  Stream<DynamicTest> agreesWithTheAuthorsOfTheMetrics() {
    return Vectors.cases("elasticity_metrics", "cases", ElasticityTest::check);
  }

  private static void check(JsonNode one) {
    Elasticity found =
        Elasticity.between(series(one.get("demand")), series(one.get("supply")), SECOND);
    assertEquals(one.get("accuracyU").asDouble(), found.accuracyUnder(), 1e-12);
    assertEquals(one.get("accuracyO").asDouble(), found.accuracyOver(), 1e-12);
    assertEquals(one.get("timeshareU").asDouble(), found.timeShareUnder(), 1e-12);
    assertEquals(one.get("timeshareO").asDouble(), found.timeShareOver(), 1e-12);
    assertEquals(one.get("jitterPerUnit").asDouble(), found.jitterPerHour() / 3600, 1e-12);
  }

  private static SortedMap<Instant, Integer> series(JsonNode points) {
    SortedMap<Instant, Integer> series = new TreeMap<>();
    points.forEach(p -> series.put(Instant.ofEpochSecond(p.get(0).asLong()), p.get(1).asInt()));
    return series;
  }

  private static SortedMap<Instant, Integer> series(long... timesAndCounts) {
    SortedMap<Instant, Integer> series = new TreeMap<>();
    for (int i = 0; i < timesAndCounts.length; i += 2) {
      series.put(Instant.ofEpochSecond(timesAndCounts[i]), (int) timesAndCounts[i + 1]);
    }
    return series;
  }

  @Test
  void normalisesByTheDemandButNeverByLessThanOne() {
    Elasticity found = Elasticity.between(series(0, 4, 10, 0, 20, 0), series(0, 1, 20, 1), SECOND);
    assertEquals(0.5 * 3 / 4, found.normalizedUnder(), 1e-12);
    assertEquals(0.5, found.normalizedOver(), 1e-12);
  }

  @Test
  void isInstableWhereTrendsDiffer() {
    // ticks 0..4; demand rises at 1, supply rises at 2: two of the four steps differ
    Elasticity found =
        Elasticity.between(series(0, 1, 1, 2, 5, 2), series(0, 1, 2, 2, 5, 2), SECOND);
    assertEquals(0.5, found.instability(), 1e-12);
    assertEquals(0, found.jitterPerHour());
  }

  @Test
  void deviatesAsThePNormOfPercents() {
    Elasticity found = new Elasticity(SECOND, 0, 0, 0.03, 0.04, 0, 0, 0, 0);
    assertEquals(5, found.elasticDeviation(2), 1e-9);
    assertEquals(7, found.elasticDeviation(1), 1e-9);
    assertThrows(IllegalArgumentException.class, () -> found.elasticDeviation(0.5));
  }

  @Test
  void refusesSeriesThatCannotBeCompared() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Elasticity.between(new TreeMap<>(), series(0, 1), SECOND));
    assertEquals(
        "first time of supply must be 1970-01-01T00:00:00Z, was 1970-01-01T00:00:01Z",
        assertThrows(
                IllegalArgumentException.class,
                () -> Elasticity.between(series(0, 1, 2, 1), series(1, 1), SECOND))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Elasticity.between(series(0, 1, 3, 1), series(0, 1), Duration.ofSeconds(2)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Elasticity.between(series(0, -1, 3, 1), series(0, 1), SECOND));
  }
}
