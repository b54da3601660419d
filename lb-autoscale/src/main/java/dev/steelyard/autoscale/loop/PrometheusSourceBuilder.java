package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.loop.PrometheusSource.Asked;
import dev.steelyard.autoscale.loop.PrometheusSource.Use;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The knobs of a {@link PrometheusSource}. Not thread-safe. */
public final class PrometheusSourceBuilder {
  /** The default of {@link #timeout}, in seconds. */
  public static final int DEFAULT_TIMEOUT_SECONDS = 5;

  /** The default of {@link #maxBytes}: room for some ten thousand series. */
  public static final int DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

  /** The longest query that can be asked with GET through common proxies. */
  private static final int LONGEST_QUERY = 4_096;

  /** The year 3000: a process that was started later was not. */
  private static final double LATEST_START_SECONDS = 32_503_680_000.0;

  final URI server;
  final Map<String, String> headers = new HashMap<>();
  private final List<Asked> asked = new ArrayList<>();
  private final Map<Metric, String> times = new HashMap<>();
  private final Map<Metric, double[]> ranges = new HashMap<>();
  private @Nullable HttpClient http;
  Duration timeout = Duration.ofSeconds(DEFAULT_TIMEOUT_SECONDS);
  Duration maxClockSkew = Duration.ofSeconds(5);
  int maxBytes = DEFAULT_MAX_BYTES;
  boolean acceptWarnings;
  InstantSource clock = InstantSource.system();

  PrometheusSourceBuilder(URI server) {
    String scheme = String.valueOf(server.getScheme());
    if ((!scheme.equals("http") && !scheme.equals("https"))
        || server.getHost() == null
        || server.getQuery() != null
        || server.getFragment() != null) {
      throw new IllegalArgumentException(
          "server must be an http or https address without a query, was " + server);
    }
    this.server = server;
    ranges.put(Metric.ERROR_RATE, new double[] {0, 100});
  }

  private PrometheusSourceBuilder(PrometheusSourceBuilder other) {
    this(other.server);
    headers.putAll(other.headers);
    asked.addAll(other.asked);
    times.putAll(other.times);
    ranges.putAll(other.ranges);
    http = other.http;
    timeout = other.timeout;
    maxClockSkew = other.maxClockSkew;
    maxBytes = other.maxBytes;
    acceptWarnings = other.acceptWarnings;
    clock = other.clock;
  }

  /**
   * A metric of the pool.
   *
   * @param metric the metric, of which this source has no other query
   * @param query gives one series or a scalar, in the metric's unit
   * @return this
   * @throws IllegalArgumentException if the query is blank or too long, or the metric is there
   */
  public PrometheusSourceBuilder pool(Metric metric, String query) {
    return add(metric, query, null, Duration.ZERO, Use.METRIC);
  }

  /**
   * A metric of each instance.
   *
   * @param metric the metric, of which this source has no other query
   * @param query gives one series per instance, in the metric's unit
   * @param label the label whose value is the instance's id
   * @param window the time over which the query averages; samples that reach back into an
   *     instance's start do not count as load
   * @return this
   * @throws IllegalArgumentException if the query is blank or too long, the label blank, the window
   *     negative, or the metric there
   */
  public PrometheusSourceBuilder perInstance(
      Metric metric, String query, String label, Duration window) {
    Knobs.duration("window", window, Duration.ZERO);
    return add(metric, query, label, window, Use.METRIC);
  }

  /**
   * Which instances are ready.
   *
   * @param query gives one series per instance: 0 for not ready, anything greater for ready
   * @param label the label whose value is the instance's id
   * @return this
   * @throws IllegalArgumentException if the query is blank or too long, or the label blank
   */
  public PrometheusSourceBuilder ready(String query, String label) {
    return add(null, query, label, Duration.ZERO, Use.READY);
  }

  /**
   * When instances were started.
   *
   * @param query gives one series per instance: seconds since 1970, as {@code
   *     process_start_time_seconds}
   * @param label the label whose value is the instance's id
   * @return this
   * @throws IllegalArgumentException if the query is blank or too long, or the label blank
   */
  public PrometheusSourceBuilder startedAt(String query, String label) {
    return add(null, query, label, Duration.ZERO, Use.STARTED_AT);
  }

  private PrometheusSourceBuilder add(
      @Nullable Metric metric, String query, @Nullable String label, Duration window, Use use) {
    checked("query", query);
    if (label != null && label.isBlank()) {
      throw new IllegalArgumentException("label must not be blank, was '" + label + "'");
    }
    if (metric != null && asked.stream().anyMatch(one -> Objects.equals(metric, one.metric()))) {
      throw new IllegalArgumentException("metric " + metric + " has a query already");
    }
    String name = metric == null ? use.name() : metric.name();
    PrometheusQuery bare =
        new PrometheusQuery(
            name,
            query,
            metric == null ? null : PrometheusQuery.timesOf(query),
            label,
            0,
            use == Use.STARTED_AT ? LATEST_START_SECONDS : Double.MAX_VALUE);
    asked.add(new Asked(bare, metric, window, use));
    return this;
  }

  /**
   * How to find out when the samples of a metric were really taken, where the query computes
   * something: as {@code timestamp(process_cpu_seconds_total{job='orders'})}, or {@code
   * min(timestamp(orders_queue_depth))} for the pool. If this fails the metric is missing.
   *
   * @param metric a metric of this source
   * @param query gives seconds since 1970, with the same instances as the metric's query
   * @return this
   * @throws IllegalArgumentException if the query is blank or too long
   */
  public PrometheusSourceBuilder sampledAt(Metric metric, String query) {
    times.put(requireNonNull(metric, "metric"), checked("query", query));
    return this;
  }

  /**
   * Which values of a metric are possible; others are missing. Default: not negative, and at most
   * 100 for {@link Metric#ERROR_RATE}.
   *
   * @param metric a metric of this source
   * @param min the least, not negative
   * @param max the greatest, above the least
   * @return this
   * @throws IllegalArgumentException if they are not
   */
  public PrometheusSourceBuilder range(Metric metric, double min, double max) {
    if (!(min >= 0 && max > min)) {
      throw new IllegalArgumentException(
          "range of " + metric + " must be 0 <= min < max, was " + min + " to " + max);
    }
    ranges.put(requireNonNull(metric, "metric"), new double[] {min, max});
    return this;
  }

  /**
   * Sends a header with each request, as {@code Authorization}.
   *
   * @param name its name
   * @param value its value
   * @return this
   */
  public PrometheusSourceBuilder header(String name, String value) {
    headers.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
    return this;
  }

  /**
   * Sets how long all queries of a round together may take. Default: {@value
   * #DEFAULT_TIMEOUT_SECONDS} s.
   *
   * @param time 1 ms to a day; less than the loop's read timeout, or the loop is faster
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public PrometheusSourceBuilder timeout(Duration time) {
    timeout = Knobs.duration("timeout", time, Duration.ofMillis(1));
    return this;
  }

  /**
   * Sets how large an answer may be. Default: {@value #DEFAULT_MAX_BYTES} bytes.
   *
   * @param bytes 1000 to 1 000 000 000
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public PrometheusSourceBuilder maxBytes(int bytes) {
    maxBytes = Knobs.range("maxBytes", bytes, 1_000, 1_000_000_000);
    return this;
  }

  /**
   * Sets how far the server's clock may be ahead of ours: a sample from so little later than now is
   * from now, a later one is missing. Default: 5 s.
   *
   * @param skew 0 to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public PrometheusSourceBuilder maxClockSkew(Duration skew) {
    maxClockSkew = Knobs.duration("maxClockSkew", skew, Duration.ZERO);
    return this;
  }

  /**
   * Believes answers that come with warnings. Default: no; a warning says that a part of the data
   * could not be had, and the sum of a part looks like little load.
   *
   * @param accept whether
   * @return this
   */
  public PrometheusSourceBuilder acceptWarnings(boolean accept) {
    acceptWarnings = accept;
    return this;
  }

  /**
   * Sets the client, for TLS, a proxy or other authentication. Default: one of its own that does
   * not follow redirects.
   *
   * @param client the client
   * @return this
   */
  public PrometheusSourceBuilder httpClient(HttpClient client) {
    http = requireNonNull(client, "httpClient");
    return this;
  }

  /**
   * Sets the clock; it must be the loop's. Default: the system's.
   *
   * @param source the clock
   * @return this
   */
  public PrometheusSourceBuilder clock(InstantSource source) {
    clock = requireNonNull(source, "clock");
    return this;
  }

  /**
   * Builds the source.
   *
   * @return the source
   * @throws IllegalArgumentException if it has no query, or a time or range of a metric that has
   *     none
   */
  public PrometheusSource build() {
    if (asked.isEmpty()) {
      throw new IllegalArgumentException("a source must have a query, had none");
    }
    for (Metric metric : times.keySet()) {
      if (asked.stream().noneMatch(one -> Objects.equals(metric, one.metric()))) {
        throw new IllegalArgumentException(
            "sampledAt must be of a metric with a query, was " + metric);
      }
    }
    return new PrometheusSource(new PrometheusSourceBuilder(this));
  }

  /** The queries with all that was said about them later. */
  List<Asked> asked() {
    List<Asked> all = new ArrayList<>();
    for (Asked one : asked) {
      PrometheusQuery query = one.query();
      @Nullable Metric metric = one.metric();
      if (metric != null) {
        double[] range = ranges.getOrDefault(metric, new double[] {query.min(), query.max()});
        query =
            new PrometheusQuery(
                query.name(),
                query.text(),
                times.getOrDefault(metric, query.ageText()),
                query.instanceLabel(),
                range[0],
                range[1]);
      }
      all.add(new Asked(query, metric, one.window(), one.use()));
    }
    return all;
  }

  HttpClient client() {
    return http != null
        ? http
        : HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  private static String checked(String what, String query) {
    if (query.isBlank() || query.length() > LONGEST_QUERY) {
      throw new IllegalArgumentException(
          what
              + " must have 1 to "
              + LONGEST_QUERY
              + " characters, had "
              + (query.isBlank() ? "none" : Integer.toString(query.length())));
    }
    return query;
  }
}
