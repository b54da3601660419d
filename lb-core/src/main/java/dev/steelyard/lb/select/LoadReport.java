package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an instance says about its own load: the values of an ORCA load report (Open Request Cost
 * Aggregation, {@code xds.data.orca.v3.OrcaLoadReport}). As there, 0 stands for "not reported".
 *
 * <p>Immutable. <b>Not for</b> instances you do not trust: a report says what its sender likes.
 *
 * @param applicationUtilisation how full the application thinks it is, 1 being full; may be above
 * @param cpuUtilisation the share of the processors in use; may be above 1
 * @param memoryUtilisation the share of the memory in use
 * @param qps requests per second
 * @param eps of those, the ones that failed, per second
 * @param namedMetrics values of the application's own, copied
 */
public record LoadReport(
    double applicationUtilisation,
    double cpuUtilisation,
    double memoryUtilisation,
    double qps,
    double eps,
    Map<String, Double> namedMetrics) {

  /** The header of a response that carries a report: {@value}. */
  public static final String HEADER = "endpoint-load-metrics";

  /** The named metric that answers a probe of {@link Selectors#prequal}: {@value}. */
  public static final String REQUESTS_IN_FLIGHT = "requests_in_flight";

  /**
   * The other named metric that answers a probe of {@link Selectors#prequal}, what a request would
   * take now, in milliseconds: {@value}.
   */
  public static final String LATENCY_MILLIS = "latency_ms";

  private static final String APPLICATION = "application_utilization";
  private static final String CPU = "cpu_utilization";
  private static final String MEMORY = "mem_utilization";
  private static final String QPS = "rps_fractional";
  private static final String EPS = "eps";
  private static final String NAMED = "named_metrics.";

  /**
   * Validates and copies.
   *
   * @param applicationUtilisation how full the application thinks it is
   * @param cpuUtilisation the share of the processors in use
   * @param memoryUtilisation the share of the memory in use
   * @param qps requests per second
   * @param eps of those, the ones that failed, per second
   * @param namedMetrics values of the application's own
   * @throws IllegalArgumentException if a value is negative or not finite, or a named one is not
   *     finite or has a blank name
   */
  public LoadReport {
    notNegative(APPLICATION, applicationUtilisation);
    notNegative(CPU, cpuUtilisation);
    notNegative(MEMORY, memoryUtilisation);
    notNegative(QPS, qps);
    notNegative(EPS, eps);
    namedMetrics = Map.copyOf(namedMetrics);
    namedMetrics.forEach(
        (name, value) ->
            check(Double.isFinite(value), NAMED + notBlank(name, "metric"), value, "finite"));
  }

  private static void notNegative(String key, double value) {
    check(value >= 0 && value <= Double.MAX_VALUE, key, value, "finite and >= 0");
  }

  /**
   * Parses the text form: {@code TEXT cpu_utilization=0.3,rps_fractional=10,named_metrics.queue=4},
   * or the same without the word in front. Spaces around keys and values are ignored, and so are
   * keys that are not known. {@code :} is taken for {@code =}, as Envoy wrote it once.
   *
   * @param header the value of the header {@value #HEADER}
   * @return the report
   * @throws IllegalArgumentException if the text has another format ({@code JSON}, {@code BIN}), no
   *     metric, a key twice, or a value that is not a finite decimal number in its range; the
   *     message names the key, the value and the rule
   */
  public static LoadReport parse(String header) {
    String text = requireNonNull(header, HEADER).strip();
    int word = 0;
    while (word < text.length() && text.charAt(word) >= 'A' && text.charAt(word) <= 'Z') {
      word++;
    }
    if (word > 0 && (word == text.length() || Character.isWhitespace(text.charAt(word)))) {
      String format = text.substring(0, word);
      check(format.equals("TEXT"), HEADER + " format", format, "TEXT");
      text = text.substring(word).strip();
    }
    return parsePairs(text);
  }

  private static LoadReport parsePairs(String text) {
    double application = 0;
    double cpu = 0;
    double memory = 0;
    double qps = 0;
    double eps = 0;
    Map<String, Double> named = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (String pair : text.split(",", -1)) {
      if (pair.isBlank()) {
        continue;
      }
      int equals = pair.indexOf('=') >= 0 ? pair.indexOf('=') : pair.indexOf(':');
      check(equals > 0, HEADER, '"' + pair.strip() + '"', "key=value");
      String key = pair.substring(0, equals).strip();
      String value = pair.substring(equals + 1).strip();
      check(seen.add(key), key, value, "given once");
      switch (key) {
        case APPLICATION -> application = number(key, value);
        case CPU -> cpu = number(key, value);
        case MEMORY -> memory = number(key, value);
        case QPS -> qps = number(key, value);
        case EPS -> eps = number(key, value);
        default -> {
          if (key.startsWith(NAMED)) {
            named.put(key.substring(NAMED.length()), number(key, value));
          }
        }
      }
    }
    check(!seen.isEmpty(), HEADER, '"' + text + '"', "at least one metric");
    return new LoadReport(application, cpu, memory, qps, eps, named);
  }

  /** As Double.parseDouble, which takes "NaN", "1d" and "0x1p3" for numbers, too. */
  private static double number(String key, String value) {
    boolean decimal = !value.isEmpty();
    for (int i = 0; i < value.length(); i++) {
      decimal &= "0123456789+-.eE".indexOf(value.charAt(i)) >= 0;
    }
    try {
      if (decimal) {
        return Double.parseDouble(value);
      }
    } catch (NumberFormatException e) {
      decimal = false;
    }
    check(decimal, key, '"' + value + '"', "a decimal number");
    return 0;
  }

  /**
   * Returns the utilisation that a weight is computed from: the greatest of the configured metrics
   * that are above 0, else {@link #applicationUtilisation} if it is, else {@link #cpuUtilisation}.
   * What is configured goes first, as in Envoy since its PR 44196, because an explicit choice must
   * not be overruled by what a server happens to report; the text of gRPC's A114 has the first two
   * the other way round.
   *
   * @param metrics names of metrics: a key of {@link #namedMetrics}, with or without {@code
   *     named_metrics.} in front, or {@code application_utilization}, {@code cpu_utilization},
   *     {@code mem_utilization}
   * @return at least 0; 0 if nothing of it was reported
   */
  public double utilisation(List<String> metrics) {
    double greatest = 0;
    for (int i = 0; i < metrics.size(); i++) {
      greatest = Math.max(greatest, metric(metrics.get(i)));
    }
    if (greatest > 0) {
      return greatest;
    }
    return applicationUtilisation > 0 ? applicationUtilisation : cpuUtilisation;
  }

  private double metric(String name) {
    return switch (name) {
      case APPLICATION -> applicationUtilisation;
      case CPU -> cpuUtilisation;
      case MEMORY -> memoryUtilisation;
      default ->
          namedMetrics.getOrDefault(
              name.startsWith(NAMED) ? name.substring(NAMED.length()) : name, 0.0);
    };
  }
}
