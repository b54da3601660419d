package dev.steelyard.autoscale.profile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingMetrics.InstanceFacts;
import dev.steelyard.autoscale.ScalingMetrics.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Pods of the Kubernetes vectors as instances. */
final class HpaPods {
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** Older than anything but younger than what counts as too old. */
  private static final Duration LONG = Duration.ofDays(3000);

  private HpaPods() {}

  /** A time so many seconds ago; long ago where it is not set. */
  static Instant ago(JsonNode seconds) {
    return seconds.isNumber()
        ? NOW.minusMillis(Math.round(seconds.asDouble() * 1000))
        : NOW.minus(LONG);
  }

  static boolean isSet(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }

  /**
   * Adds the pods.
   *
   * @param shares metrics of which a pod uses a part of its request
   * @param values metrics of which it has a value
   */
  static ScalingMetrics.Builder add(
      ScalingMetrics.Builder metrics, JsonNode pods, List<Metric> shares, List<Metric> values) {
    for (JsonNode pod : pods) {
      metrics.instance(
          pod.path("name").asText(),
          facts -> {
            state(facts, pod);
            shares.forEach(metric -> usage(facts, pod, metric, true));
            values.forEach(metric -> usage(facts, pod, metric, false));
          });
    }
    return metrics;
  }

  private static void state(InstanceFacts facts, JsonNode pod) {
    facts.phase(phase(pod));
    if (isSet(pod.path("startAgeSeconds"))) {
      facts.startedAt(ago(pod.path("startAgeSeconds")));
    }
    boolean ready = pod.path("ready").asBoolean();
    if (isSet(pod.path("readyTransitionAgeSeconds"))) {
      facts.ready(ready, ago(pod.path("readyTransitionAgeSeconds")));
    } else {
      facts.ready(ready);
    }
  }

  static Phase phase(JsonNode pod) {
    if (pod.path("deleted").asBoolean()) {
      return Phase.TERMINATING;
    }
    return switch (pod.path("phase").asText()) {
      case "Pending" -> Phase.PENDING;
      case "Failed" -> Phase.FAILED;
      case "Running", "Succeeded" -> Phase.RUNNING;
      default -> throw new IllegalArgumentException("phase " + pod.path("phase"));
    };
  }

  private static void usage(InstanceFacts facts, JsonNode pod, Metric metric, boolean capacities) {
    JsonNode request = pod.path("requestMilli");
    JsonNode used = pod.path("usageMilli");
    if (capacities && request.isNumber()) {
      facts.capacity(metric, request.asDouble());
    }
    if (used.isNumber()) {
      facts.metric(
          metric,
          capacities ? used.asDouble() : used.asDouble() / 1000,
          ago(pod.path("metricAgeSeconds")),
          Duration.ofSeconds(pod.path("metricWindowSeconds").asLong()));
    }
  }
}
