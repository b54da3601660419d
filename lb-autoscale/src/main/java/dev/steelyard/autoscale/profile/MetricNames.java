package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics that a policy file may name: the given ones, and those it declares. */
final class MetricNames {
  private static final Map<String, Metric> GIVEN =
      Stream.of(
              Metric.CPU,
              Metric.MEMORY,
              Metric.REQUEST_RATE,
              Metric.QUEUE_DEPTH,
              Metric.IN_FLIGHT,
              Metric.ERROR_RATE)
          .collect(Collectors.toUnmodifiableMap(Metric::name, metric -> metric));

  private final Map<String, Metric> declared = new TreeMap<>();

  MetricNames(Settings settings) {
    for (String name : settings.names("metric.")) {
      Metric given = GIVEN.get(name);
      Metric.Kind kind = kind("metric." + name, settings.need("metric." + name, "its kind"));
      declared.put(name, given != null ? given.as(kind) : Metric.custom(name, kind));
    }
  }

  private static Metric.Kind kind(String key, String value) {
    return switch (value) {
      case "total" -> Metric.Kind.PROPORTIONAL_TOTAL;
      case "average" -> Metric.Kind.PER_INSTANCE_AVERAGE;
      case "other" -> Metric.Kind.NON_PROPORTIONAL;
      default -> throw Settings.bad(key, value, "must be total, average or other");
    };
  }

  Metric find(String key, String name) {
    Metric metric = declared.get(name);
    if (metric == null) {
      metric = GIVEN.get(name);
    }
    if (metric == null && name.startsWith("response_time_")) {
      metric = Metric.responseTime(name.substring("response_time_".length()));
    }
    if (metric == null) {
      throw new IllegalArgumentException(
          key
              + " is about '"
              + name
              + "', which is none of "
              + new TreeMap<>(GIVEN).keySet()
              + ", response_time_p99 or the like; declare it: metric."
              + name
              + " = total | average | other");
    }
    return Objects.requireNonNull(metric);
  }
}
