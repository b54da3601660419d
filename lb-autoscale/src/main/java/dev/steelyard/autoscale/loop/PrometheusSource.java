package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingMetrics.InstanceFacts;
import dev.steelyard.autoscale.loop.PrometheusReader.Result;
import dev.steelyard.autoscale.loop.Readings.Reading;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads metrics from Prometheus, or whatever speaks its HTTP API: one instant query per metric, all
 * at once.
 *
 * <pre>{@code
 * PrometheusSource.builder(URI.create("http://prometheus:9090"))
 *     .perInstance(Metric.CPU, "100 * rate(process_cpu_seconds_total{job='orders'}[1m])",
 *         "instance", Duration.ofMinutes(1))
 *     .pool(Metric.QUEUE_DEPTH, "sum(orders_queue_depth)")
 *     .startedAt("process_start_time_seconds{job='orders'}", "instance")
 *     .build();
 * }</pre>
 *
 * <p><b>What can go wrong is missing, with a {@link ReadFailure.Kind}, and never a number</b>: a
 * server that is down, slow, or answers with a page of a proxy; an error, a warning, an empty or an
 * ambiguous answer; NaN, infinite and impossible values; samples from the future. One instance's
 * bad value costs that instance's value only: it is there, without a sample.
 *
 * <p><b>Age.</b> The time in an answer is that of the evaluation, even if the last scrape was
 * minutes ago. For a query that is one plain selector the source therefore asks for {@code
 * timestamp(...)} as well; for any other one, give {@link PrometheusSourceBuilder#sampledAt}, or
 * the age is not known and the sample counts as new. (A target that cannot be scraped is stale at
 * once, and its series gone: that needs no age.)
 *
 * <p>Thread-safe. Its HTTP client belongs to it unless it was given one.
 */
public final class PrometheusSource implements MetricsSource {
  private final PrometheusReader reader;
  private final PrometheusSourceBuilder knobs;
  private final List<Asked> asked;

  /** A query, and what to do with its answer. */
  record Asked(PrometheusQuery query, @Nullable Metric metric, Duration window, Use use) {}

  /** What an answer says. */
  enum Use {
    METRIC,
    READY,
    STARTED_AT
  }

  PrometheusSource(PrometheusSourceBuilder knobs) {
    this.knobs = knobs;
    this.asked = knobs.asked();
    this.reader =
        new PrometheusReader(
            knobs.client(), knobs.server, knobs.headers, knobs.timeout, knobs.maxBytes);
  }

  /**
   * Begins a source.
   *
   * @param server what comes before {@code /api/v1/query}; with http or https, without a query
   * @return a builder
   * @throws IllegalArgumentException if it is not such an address
   */
  public static PrometheusSourceBuilder builder(URI server) {
    return new PrometheusSourceBuilder(server);
  }

  @Override
  public void read(Instant now, Samples into) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    for (Asked one : asked) {
      texts.add(one.query.text());
      if (one.query.ageText() != null) {
        texts.add(one.query.ageText());
      }
    }
    List<Result> results = reader.ask(texts);
    // Evaluated while we waited, so what is later than this is later than now.
    long nowMillis = knobs.clock.millis();
    int at = 0;
    for (Asked one : asked) {
      Result values = results.get(at++);
      @Nullable Result times = one.query.ageText() == null ? null : results.get(at++);
      Readings readings =
          one.query.judge(
              values, times, nowMillis + knobs.maxClockSkew.toMillis(), knobs.acceptWarnings);
      put(one, readings, nowMillis, into);
    }
  }

  private static void put(Asked one, Readings readings, long nowMillis, Samples into) {
    @Nullable Metric metric = one.metric;
    for (ReadFailure failure : readings.failures()) {
      if (metric != null && failure.what().equals(metric.name())) {
        into.missing(metric, failure.kind(), failure.message());
      } else {
        into.failed(failure);
      }
    }
    readings.without().forEach(id -> into.instance(id, unknown(one.use)));
    readings
        .values()
        .forEach(
            (id, reading) -> {
              // Clocks may differ a little: what is a little later than now is from now.
              Instant time = Instant.ofEpochMilli(Math.min(reading.atMillis(), nowMillis));
              if (metric != null && id.equals(Readings.POOL)) {
                into.metric(metric, reading.value(), time);
              } else {
                into.instance(id, facts -> put(one, reading, time, facts));
              }
            });
  }

  private static Consumer<InstanceFacts> unknown(Use use) {
    return facts -> {
      if (use == Use.READY) {
        facts.readinessUnknown();
      }
    };
  }

  private static void put(Asked one, Reading reading, Instant time, InstanceFacts facts) {
    if (one.metric != null) {
      facts.metric(one.metric, reading.value(), time, one.window);
    } else if (one.use == Use.READY) {
      facts.ready(reading.value() > 0);
    } else {
      facts.startedAt(Instant.ofEpochMilli(Math.round(reading.value() * 1_000)));
    }
  }
}
