package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.loop.PrometheusAnswer.Row;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import dev.steelyard.autoscale.loop.Readings.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A query and what its answer may be. An answer is believed value by value: one that is no number,
 * that the metric cannot have, that comes from the future or that stands beside another of the same
 * instance is missing, and the others count.
 *
 * @param name the metric's name, for failures
 * @param text the query
 * @param ageText a query for the times at which the values were measured, in seconds; null where
 *     the time of the evaluation is all that is known
 * @param instanceLabel the label that names the instance; null for a metric of the pool
 * @param min the least value that the metric can have
 * @param max the greatest
 */
record PrometheusQuery(
    String name,
    String text,
    @Nullable String ageText,
    @Nullable String instanceLabel,
    double min,
    double max) {

  /** One metric and its labels, nothing computed: only then does timestamp() tell the truth. */
  private static final Pattern SELECTOR =
      Pattern.compile(
          "\\s*(?![0-9])[a-zA-Z0-9_:]+\\s*(\\{([^{}\"'`]|\"([^\"\\\\]|\\\\.)*\")*\\})?\\s*");

  /**
   * The query for the times of a plain selector, or null: the time in an answer is that of the
   * evaluation, which hides for five minutes that nothing was scraped.
   */
  static @Nullable String timesOf(String text) {
    return SELECTOR.matcher(text).matches() ? "timestamp(" + text.strip() + ")" : null;
  }

  /**
   * Judges what was answered.
   *
   * @param times the answer to {@link #ageText}; null if that is null
   * @param latestMillis a sample of later is not believed
   */
  Readings judge(
      PrometheusReader.Result values,
      PrometheusReader.@Nullable Result times,
      long latestMillis,
      boolean acceptWarnings) {
    if (values instanceof PrometheusReader.Result.Failed failed) {
      return Readings.failed(failed.why().of(name));
    }
    if (times instanceof PrometheusReader.Result.Failed failed) {
      ReadException why = failed.why();
      return Readings.failed(
          new ReadFailure(name, why.kind(), "the times of the samples: " + why.getMessage()));
    }
    PrometheusAnswer answer = ((PrometheusReader.Result.Answered) values).answer();
    if (!answer.warnings().isEmpty() && !acceptWarnings) {
      return Readings.failed(
          new ReadFailure(name, Kind.PARTIAL, "warned: " + String.join("; ", answer.warnings())));
    }
    if (answer.rows().isEmpty()) {
      return Readings.failed(
          new ReadFailure(name, Kind.EMPTY, "no sample: nothing matches, or all of it is stale"));
    }
    if (instanceLabel == null && answer.rows().size() > 1) {
      return Readings.failed(
          new ReadFailure(
              name,
              Kind.AMBIGUOUS,
              answer.rows().size()
                  + " series for one value of the pool: aggregate them in the query"));
    }
    @Nullable Map<String, Double> measured =
        times instanceof PrometheusReader.Result.Answered told ? timesById(told.answer()) : null;
    return judgeRows(answer.rows(), measured, latestMillis);
  }

  private Readings judgeRows(
      List<Row> rows, @Nullable Map<String, Double> measured, long latestMillis) {
    Map<String, Reading> good = new HashMap<>();
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    List<ReadFailure> failures = new ArrayList<>();
    for (Row row : rows) {
      @Nullable String id = idOf(row);
      if (id == null) {
        failures.add(
            new ReadFailure(name, Kind.UNLABELLED, "a sample has no label " + instanceLabel));
      } else if (!seen.add(id)) {
        // Which of the two is the instance's? Neither is believed.
        if (twice.add(id)) {
          good.remove(id);
          failures.removeIf(failure -> failure.what().equals(what(id)));
          failures.add(
              new ReadFailure(what(id), Kind.AMBIGUOUS, "several series for one instance"));
        }
      } else {
        judgeRow(id, row, measured, latestMillis, good, failures);
      }
    }
    seen.removeAll(good.keySet());
    seen.remove(Readings.POOL);
    return new Readings(good, failures, seen);
  }

  private void judgeRow(
      String id,
      Row row,
      @Nullable Map<String, Double> measured,
      long latestMillis,
      Map<String, Reading> good,
      List<ReadFailure> failures) {
    double value = row.value();
    @Nullable Double seconds = measured == null ? null : measured.get(id);
    long at = seconds == null ? row.atMillis() : Math.round(seconds * 1_000);
    if (measured != null && (seconds == null || !(seconds >= 0))) {
      String told = seconds == null ? "nobody says" : "it says " + seconds;
      failures.add(new ReadFailure(what(id), Kind.MALFORMED, "the time of the sample: " + told));
    } else if (!Double.isFinite(value)) {
      failures.add(new ReadFailure(what(id), Kind.NOT_A_NUMBER, "the value is " + value));
    } else if (value < min || value > max) {
      failures.add(
          new ReadFailure(
              what(id),
              Kind.OUT_OF_RANGE,
              String.format(Locale.ROOT, "%s is not in [%s, %s]", value, min, max)));
    } else if (at > latestMillis) {
      failures.add(
          new ReadFailure(
              what(id),
              Kind.FROM_THE_FUTURE,
              "the sample is " + (at - latestMillis) + " ms later than clocks may differ"));
    } else {
      good.put(id, new Reading(value, at));
    }
  }

  /** An instance that is told twice, at different times, has none that can be believed. */
  private Map<String, Double> timesById(PrometheusAnswer answer) {
    Map<String, Double> times = new HashMap<>();
    for (Row row : answer.rows()) {
      @Nullable String id = idOf(row);
      if (id != null) {
        times.merge(id, row.value(), (one, other) -> one.equals(other) ? one : Double.NaN);
      }
    }
    return times;
  }

  private @Nullable String idOf(Row row) {
    if (instanceLabel == null) {
      return Readings.POOL;
    }
    @Nullable String id = row.labels().get(instanceLabel);
    return id == null || id.isBlank() ? null : id;
  }

  private String what(String id) {
    return id.isEmpty() ? name : name + "[" + id + "]";
  }
}
