package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.loop.PrometheusAnswer.Row;
import dev.steelyard.autoscale.loop.PrometheusReader.Result;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import dev.steelyard.autoscale.loop.Readings.Reading;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that a server gives correctly and that cannot be true. */
class PrometheusQueryTest {
  private static final long LATEST = 100_000;
  private static final PrometheusQuery PER_INSTANCE =
      new PrometheusQuery("cpu", "cpu", null, "instance", 0, 100);
  private static final PrometheusQuery POOL =
      new PrometheusQuery("queue", "sum(queue)", null, null, 0, Double.MAX_VALUE);

  private static Row row(@Nullable String instance, long atMillis, double value) {
    return new Row(instance == null ? Map.of() : Map.of("instance", instance), atMillis, value);
  }

  private static Result answered(Row... rows) {
    return new Result.Answered(new PrometheusAnswer(List.of(rows), List.of()));
  }

  private static Readings judge(PrometheusQuery query, Row... rows) {
    return query.judge(answered(rows), null, LATEST, false);
  }

  private static void assertOnlyFailure(Readings readings, String what, Kind kind) {
    assertEquals(1, readings.failures().size(), readings.toString());
    assertEquals(what, readings.failures().get(0).what());
    assertEquals(kind, readings.failures().get(0).kind());
  }

  @Test
  void goodValuesKeepTheirTimes() {
    Readings readings = judge(PER_INSTANCE, row("a", 40_000, 0), row("b", 100_000, 100));

    assertEquals(
        Map.of("a", new Reading(0, 40_000), "b", new Reading(100, 100_000)), readings.values());
    assertEquals(List.of(), readings.failures());
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNoNumberIsMissingForThatInstanceOnly(double value) {
    Readings readings = judge(PER_INSTANCE, row("a", 5, value), row("b", 5, 50));

    assertEquals(Map.of("b", new Reading(50, 5)), readings.values());
    assertOnlyFailure(readings, "cpu[a]", Kind.NOT_A_NUMBER);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.001, 100.001, 1e300})
  void whatTheMetricCannotHaveIsMissing(double value) {
    assertOnlyFailure(judge(PER_INSTANCE, row("a", 5, value)), "cpu[a]", Kind.OUT_OF_RANGE);
  }

  @Test
  void aSampleFromTheFutureIsMissing() {
    assertOnlyFailure(judge(PER_INSTANCE, row("a", 100_001, 5)), "cpu[a]", Kind.FROM_THE_FUTURE);
  }

  @Test
  void anInstanceThatIsToldTwiceIsMissingAndIsToldOnce() {
    Readings readings =
        judge(PER_INSTANCE, row("a", 5, 1), row("a", 5, 99), row("a", 5, 99), row("b", 5, 50));

    assertEquals(Map.of("b", new Reading(50, 5)), readings.values());
    assertOnlyFailure(readings, "cpu[a]", Kind.AMBIGUOUS);
  }

  @Test
  void aBadSampleAndAGoodOneOfTheSameInstanceAreAmbiguousToo() {
    Readings readings = judge(PER_INSTANCE, row("a", 5, Double.NaN), row("a", 5, 99));

    assertEquals(Map.of(), readings.values());
    assertOnlyFailure(readings, "cpu[a]", Kind.AMBIGUOUS);
  }

  @Test
  void aSampleWithoutTheLabelIsNobodys() {
    Readings readings = judge(PER_INSTANCE, row(null, 5, 1), row("b", 5, 50));

    assertEquals(Map.of("b", new Reading(50, 5)), readings.values());
    assertOnlyFailure(readings, "cpu", Kind.UNLABELLED);
  }

  @Test
  void aMetricOfThePoolHasOneValue() {
    assertEquals(Map.of(Readings.POOL, new Reading(7, 5)), judge(POOL, row("x", 5, 7)).values());
    assertOnlyFailure(judge(POOL, row("x", 5, 7), row("y", 5, 7)), "queue", Kind.AMBIGUOUS);
  }

  @Test
  void anEmptyAnswerIsNotZero() {
    assertOnlyFailure(judge(POOL), "queue", Kind.EMPTY);
    assertOnlyFailure(judge(PER_INSTANCE), "cpu", Kind.EMPTY);
  }

  @Test
  void aPartialAnswerIsMissingUnlessTheUserAcceptsIt() {
    Result partial =
        new Result.Answered(
            new PrometheusAnswer(List.of(row(null, 5, 3)), List.of("store-2 is down")));

    Readings refused = POOL.judge(partial, null, LATEST, false);

    assertOnlyFailure(refused, "queue", Kind.PARTIAL);
    assertTrue(refused.failures().get(0).message().contains("store-2 is down"));
    assertEquals(
        Map.of(Readings.POOL, new Reading(3, 5)), POOL.judge(partial, null, LATEST, true).values());
  }

  @Test
  void theTimesOfTheSamplesReplaceThatOfTheEvaluation() {
    PrometheusQuery query = new PrometheusQuery("cpu", "cpu", "timestamp(cpu)", "instance", 0, 100);

    Readings readings =
        query.judge(
            answered(row("a", 90_000, 1), row("b", 90_000, 2), row("c", 90_000, 3)),
            answered(row("a", 90_000, 12.5), row("b", 90_000, Double.NaN)),
            LATEST,
            false);

    assertEquals(Map.of("a", new Reading(1, 12_500)), readings.values());
    assertEquals(
        List.of("cpu[b]", "cpu[c]"), readings.failures().stream().map(ReadFailure::what).toList());
  }

  @Test
  void withoutTheTimesNothingIsBelieved() {
    PrometheusQuery query = new PrometheusQuery("cpu", "cpu", "timestamp(cpu)", "instance", 0, 100);
    Result late = new Result.Failed(new ReadException(Kind.TIMEOUT, "late"));

    Readings readings = query.judge(answered(row("a", 5, 1)), late, LATEST, false);

    assertEquals(Map.of(), readings.values());
    assertOnlyFailure(readings, "cpu", Kind.TIMEOUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"up", " job:x:rate5m ", "a{b=\"c\"}", "a{b=~\"x}y\\\"{\",c!=\"\"}", "a {}"})
  void thePlainSelectorsTimesCanBeAsked(String query) {
    assertEquals("timestamp(" + query.strip() + ")", PrometheusQuery.timesOf(query));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sum(up)", "rate(a[5m])", "a + b", "a offset 5m", "a[5m]", "5", "a{b=\"c\"} * 2"})
  void theTimesOfWhatIsComputedCannot(String query) {
    assertNull(PrometheusQuery.timesOf(query));
  }
}
