package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HealthMonitorBuilderTest {
  private static HealthMonitor.Builder builder() {
    return HealthMonitor.builder(
        InstanceRegistry.of(), instance -> CompletableFuture.completedStage(true));
  }

  private static void refused(String message, Consumer<HealthMonitor.Builder> knob) {
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> knob.accept(builder()), message);
    assertTrue(refusal.getMessage().startsWith(message), refusal.getMessage());
  }

  @Test
  void badValuesAreRefusedByNameValueAndRule() {
    refused("rise: 0 (expected: 1..1000)", b -> b.rise(0));
    refused("rise: 1001 ", b -> b.rise(1001));
    refused("fall: 0 (expected: 1..1000)", b -> b.fall(0));
    refused("fall: 1001 ", b -> b.fall(1001));
    refused("interval: PT0S ", b -> b.interval(Duration.ZERO));
    // Envoy's ZeroRetryInterval: a delay of 0 is a live lock.
    refused(
        "interval: PT0.000999S (expected: 1 ms..365 days)",
        b -> b.interval(Duration.ofNanos(999_000)));
    refused("fastInterval: PT0.0000001S ", b -> b.fastInterval(Duration.ofNanos(100)));
    refused("downInterval: PT8784H ", b -> b.downInterval(Duration.ofDays(366)));
    refused("downInterval: PT-1S ", b -> b.downInterval(Duration.ofSeconds(-1)));
    refused("noTrafficInterval: PT0S ", b -> b.noTrafficInterval(Duration.ZERO));
    refused("timeout: PT0S ", b -> b.timeout(Duration.ZERO));
    refused("jitter: NaN (expected: 0..1)", b -> b.jitter(Double.NaN));
    refused("jitter: 1.1 ", b -> b.jitter(1.1));
    refused("startGrace: PT-1S ", b -> b.startGrace(Duration.ofSeconds(-1)));
    refused("maxConcurrent: 0 (expected: 1..10000)", b -> b.maxConcurrent(0));
    refused("maxConcurrent: 10001 ", b -> b.maxConcurrent(10_001));
    refused("passiveFailures: 0 (expected: 1..1000000)", b -> b.passiveFailures(0));
    refused("maxDownShare: -0.1 (expected: 0..1)", b -> b.maxDownShare(-0.1));
    refused("maxDownShare: NaN ", b -> b.maxDownShare(Double.NaN));
    refused("minimumUp: -1 (expected: >= 0)", b -> b.minimumUp(-1));
    refused("after: PT-1S ", b -> b.onUnhealthy(Duration.ofSeconds(-1), r -> {}));
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    conflict(
        "timeout: PT5S (expected: less than the interval, PT5S)",
        builder().timeout(Duration.ofSeconds(5)));
    conflict(
        "fastInterval: PT6S (expected: at most the interval, PT5S)",
        builder().fastInterval(Duration.ofSeconds(6)));
    conflict(
        "noTrafficInterval: PT4S (expected: at least the interval, PT5S)",
        builder().noTrafficInterval(Duration.ofSeconds(4)));
  }

  private static void conflict(String message, HealthMonitor.Builder builder) {
    assertEquals(message, assertThrows(IllegalStateException.class, builder::build).getMessage());
  }

  @Test
  void aShortIntervalAloneIsNoConflict() {
    builder().interval(Duration.ofMillis(1)).build().close();
    builder().interval(Duration.ofMillis(100)).build().close();
    builder().interval(Duration.ofDays(365)).jitter(1).build().close();
  }
}
