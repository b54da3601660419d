package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Distribution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what is drawn: durations, and when requests come. */
final class Draws {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MILLIS_PER_SECOND = 1e3;

  private final Path folder;

  /** Reads CSV files relative to a folder. */
  Draws(Path folder) {
    this.folder = folder;
  }

  /** A duration that does not depend on a server. */
  Distribution duration(Value value) {
    return value.object(fields -> scaled(fields, kind(fields, false)));
  }

  /** The work of a request. */
  Distribution work(Value value) {
    return value.object(fields -> scaled(fields, kind(fields, true)));
  }

  private static Distribution scaled(Fields fields, Distribution drawn) {
    return fields.change("scale", drawn, (what, scale) -> what.times(scale.number()));
  }

  private Distribution kind(Fields fields, boolean isWork) {
    List<String> kinds =
        new ArrayList<>(
            List.of("fixed", "uniform", "exponential", "log_normal", "pareto", "recorded"));
    if (isWork) {
      kinds.add("linear");
    }
    String kind = fields.need("kind", "one of " + String.join(", ", kinds)).oneOf(kinds);
    return switch (kind) {
      case "fixed" -> Distribution.fixed(millis(fields, "base_ms"));
      case "uniform" -> Distribution.uniform(millis(fields, "from_ms"), millis(fields, "to_ms"));
      case "exponential" -> Distribution.exponential(millis(fields, "mean_ms"));
      case "log_normal" ->
          Distribution.logNormal(millis(fields, "median_ms"), millis(fields, "p99_ms"));
      case "pareto" ->
          Distribution.pareto(
              millis(fields, "minimum_ms"),
              fields.need("alpha", "a number").number(),
              millis(fields, "maximum_ms"));
      case "linear" ->
          Distribution.linear(
              millis(fields, "base_ms"), fields.need("capacity", "a whole number").whole());
      default -> recorded(fields);
    };
  }

  private static Duration millis(Fields fields, String key) {
    return fields.need(key, "milliseconds").millis();
  }

  private Distribution recorded(Fields fields) {
    Value values = fields.find("values_ms");
    if (values != null) {
      return Distribution.recorded(values.nonEmptyList().stream().map(Value::millis).toList());
    }
    if (!fields.has("csv")) {
      throw Refusal.of(fields.path(), "neither values_ms nor csv (expected: one of them)");
    }
    double[] numbers = CsvColumn.read(fields, folder);
    double factor =
        fields.orElse("unit", "ms", unit -> unit.oneOf(List.of("ms", "s"))).equals("s")
            ? MILLIS_PER_SECOND * NANOS_PER_MILLI
            : NANOS_PER_MILLI;
    return Distribution.recorded(
        Arrays.stream(numbers)
            .mapToObj(number -> Duration.ofNanos(Math.round(number * factor)))
            .toList());
  }

  /** When requests come. */
  Arrivals arrivals(Value value) {
    return value.object(
        fields -> {
          List<String> kinds = List.of("even", "poisson", "bursts", "recorded");
          String kind = fields.need("kind", "one of " + String.join(", ", kinds)).oneOf(kinds);
          return switch (kind) {
            case "even" -> Arrivals.even(rate(fields, "per_second"));
            case "poisson" -> Arrivals.poisson(rate(fields, "per_second"));
            case "bursts" ->
                Arrivals.bursts(
                    rate(fields, "quiet_per_second"),
                    duration(fields.need("quiet", "how long quiet times are")),
                    rate(fields, "busy_per_second"),
                    duration(fields.need("busy", "how long busy times are")));
            default -> trace(fields);
          };
        });
  }

  private static double rate(Fields fields, String key) {
    return fields.need(key, "requests per second").number();
  }

  private Arrivals trace(Fields fields) {
    Value interval = fields.need("interval_s", "seconds");
    Value rates = fields.find("rates");
    double[] numbers;
    if (rates != null) {
      numbers = rates.nonEmptyList().stream().mapToDouble(Value::number).toArray();
    } else if (fields.has("csv")) {
      numbers = CsvColumn.read(fields, folder);
    } else {
      throw Refusal.of(fields.path(), "neither rates nor csv (expected: one of them)");
    }
    boolean isPerInterval =
        fields
            .orElse(
                "unit", "per_interval", unit -> unit.oneOf(List.of("per_interval", "per_second")))
            .equals("per_interval");
    double scale = fields.orElse("scale", 1.0, Value::number);
    if (scale <= 0) {
      throw Refusal.of(fields.path("scale"), scale, "above 0");
    }
    Duration step = interval.seconds();
    double perSecond = isPerInterval ? scale / interval.number() : scale;
    return Arrivals.recorded(
        step, Arrays.stream(numbers).map(number -> number * perSecond).toArray());
  }
}
