package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.rules.AdaptiveTracking;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.WeightedScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyConfigTest {
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z"); // a Wednesday

  @TempDir private Path folder;

  private static Map<String, String> settings(String... keysAndValues) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("min.replicas", "2");
    settings.put("max.replicas", "20");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return settings;
  }

  private static int desired(ScalingPolicy policy, int instances, Metric metric, double value) {
    return decide(policy, instances, metric, value).desired();
  }

  private static ScalingDecision decide(
      ScalingPolicy policy, int instances, Metric metric, double value) {
    return policy.decide(
        ScalingState.initial(),
        ScalingMetrics.at(NOON).instances(instances).metric(metric, value).build());
  }

  @Test
  void profilesAreWhatTheySay() {
    ScalingPolicy production = Profile.PRODUCTION.policy();
    assertEquals(List.of(3, 20), List.of(production.least(), production.most()));
    assertEquals(4, desired(production, 3, Metric.CPU, 80.5));
    assertEquals(3, desired(production, 3, Metric.CPU, 80));
    assertEquals(5, desired(production, 6, Metric.CPU, 29));
    assertEquals(6, desired(production, 6, Metric.CPU, 30));
    assertEquals(2, desired(Profile.STAGING.policy(), 2, Metric.CPU, 85));
    assertEquals(3, desired(Profile.STAGING.policy(), 2, Metric.CPU, 86));
    assertEquals(2, desired(Profile.DEVELOPMENT.policy(), 1, Metric.CPU, 91));
    assertEquals(3, desired(Profile.DEVELOPMENT.policy(), 3, Metric.CPU, 99));
  }

  @Test
  void adaptiveTrackingHasItsKeys() {
    ScalingPolicy policy =
        PolicyConfig.of(
            settings(
                "adaptive.request_rate", "60",
                "adaptive.request_rate.full", "90",
                "adaptive.request_rate.startup", "3m",
                "adaptive.request_rate.window", "10m",
                "adaptive.request_rate.half-life", "12h",
                "adaptive.request_rate.caution", "0.2",
                "adaptive.request_rate.missing", "hold"));
    AdaptiveTracking rule = (AdaptiveTracking) policy.rules().get(0);
    assertEquals(Metric.REQUEST_RATE, rule.metric());
    assertEquals(60, rule.target());
    assertEquals(90, rule.full());
    assertEquals(Duration.ofMinutes(3), rule.startup());
    assertEquals(Duration.ofMinutes(10), rule.window());
    assertEquals(Duration.ofHours(12), rule.halfLife());
    assertEquals(0.2, rule.caution());
    assertEquals(MissingData.hold(), rule.missing());
    assertThrows(
        IllegalArgumentException.class,
        () -> PolicyConfig.of(settings("adaptive.request_rate", "60")));
    assertThrows(
        IllegalArgumentException.class,
        () -> PolicyConfig.of(settings("adaptive.cpu", "70", "adaptive.cpu.missing", "assume 5")));
  }

  @Test
  void theRecommendedProfileBeginsAsKubernetes() {
    ScalingPolicy policy = Profile.recommended(2, 40).policy();
    assertEquals(List.of(2, 40), List.of(policy.least(), policy.most()));
    assertEquals(13, desired(policy, 10, Metric.CPU, 90.9));
    assertEquals(10, desired(policy, 10, Metric.CPU, 77.9));
    assertEquals(Duration.ZERO, policy.scaleDown().window());
  }

  @Test
  void variantsOfAProfileAreSlowerOrFaster() {
    Profile slow = Profile.named("production-conservative");
    assertEquals(3, desired(slow.policy(), 3, Metric.CPU, 99), "it has not lasted yet");
    assertEquals(Duration.ofMinutes(10), slow.policy().scaleDown().cooldown());
    Profile fast = Profile.named("staging-aggressive");
    assertEquals(6, desired(fast.policy(), 2, Metric.CPU, 99), "at least four more");
    assertEquals(10, desired(fast.policy(), 5, Metric.CPU, 99), "twice as many");
    assertEquals(Duration.ofMinutes(1), fast.policy().scaleUp().cooldown());
    assertThrows(IllegalArgumentException.class, () -> Profile.named("prod"));
  }

  @Test
  void aFileMayTakeAProfileAndChangeIt() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("orders.properties"),
            """
            profile = production
            name = Größe        # a value, so this is part of it
            max.replicas = 40
            target.queue_depth = 100
            schedule.market = MON-FRI 08:30 to 17:30 in UTC
            schedule.market.min = 10
            budget.db = 200
            budget.db.reserve = 20
            budget.db.per-instance = 10
            """);
    ScalingPolicy policy = PolicyConfig.load(file);
    assertEquals("Größe        # a value, so this is part of it", policy.name());
    assertEquals(12, desired(policy, 3, Metric.QUEUE_DEPTH, 1200));
    ScalingDecision limited = decide(policy, 3, Metric.QUEUE_DEPTH, 3000);
    assertEquals(18, limited.desired());
    assertTrue(limited.reasons().contains(ScalingReason.CEILING));
    ScalingDecision open = decide(policy, 3, Metric.CPU, 50);
    assertEquals(10, open.desired());
    assertTrue(open.reasons().contains(ScalingReason.SCHEDULE));
  }

  @Test
  void everyKeyHasItsEffect() {
    ScalingPolicy policy =
        PolicyConfig.of(
            settings(
                "name", "all",
                "combine", "min",
                "target.cpu", "60 %",
                "target.cpu.tolerance.up", "0.2",
                "target.cpu.missing", "at-least 5",
                "target.cpu.smoothing", "3m",
                "scale.up.rate", "4/15s, 100%/1m",
                "scale.up.select", "min",
                "scale.up.window", "30s",
                "scale.down.cooldown", "PT2M",
                "flap.budget", "4/1h",
                "replace.unhealthy", "10%",
                "confidence.to-scale-in", "0.5",
                "warmup", "1m",
                "stale.after", "90s",
                "startup.grace", "2m"));
    assertEquals("all", policy.name());
    assertEquals(ScalingPolicy.Combination.MIN, policy.combination());
    assertEquals(60, ((TargetTracking) policy.rules().get(0)).target());
    assertEquals(2, desired(policy, 2, Metric.CPU, 71));
    assertEquals(
        DirectionLimits.none()
            .window(Duration.ofSeconds(30))
            .rate(RatePolicy.instances(4, Duration.ofSeconds(15)))
            .rate(RatePolicy.percent(100, Duration.ofMinutes(1)))
            .select(DirectionLimits.Select.MIN),
        policy.scaleUp());
    assertEquals(Duration.ofMinutes(2), policy.scaleDown().cooldown());
    assertEquals(Duration.ofSeconds(90), policy.staleAfter());
    assertEquals(Duration.ofMinutes(2), policy.startupGrace());
    ScalingMetrics blind = ScalingMetrics.at(NOON).instances(2).build();
    ScalingState waiting = policy.decide(ScalingState.initial(), blind).next();
    ScalingMetrics later = ScalingMetrics.at(NOON.plusSeconds(30)).instances(2).build();
    ScalingDecision safe = policy.decide(waiting, later);
    assertEquals(5, safe.recommended());
    assertEquals(4, safe.desired(), "after the window of 30 s, and by at most 100 % per minute");
  }

  @Test
  void aMetricOfOnesOwnIsDeclared() {
    ScalingPolicy policy =
        PolicyConfig.of(settings("metric.tickets", "total", "target.tickets", "10"));
    Metric tickets = Metric.custom("tickets", Metric.Kind.PROPORTIONAL_TOTAL);
    assertEquals(7, desired(policy, 2, tickets, 61));
    ScalingPolicy memory =
        PolicyConfig.of(settings("metric.memory", "average", "target.memory", "50"));
    assertEquals(4, desired(memory, 2, Metric.MEMORY, 100));
  }

  @Test
  void aScoreIsMadeOfSeveralMetrics() {
    ScalingPolicy policy =
        PolicyConfig.of(
            settings(
                "score.cpu", "60",
                "score.cpu.weight", "3",
                "score.queue_depth", "10",
                "score.queue_depth.critical", "50",
                "score.queue_depth.missing", "ignore"));
    WeightedScore score = (WeightedScore) policy.rules().get(0);
    assertEquals(3, score.terms().get(0).weight());
    assertEquals(50, score.terms().get(1).criticalLimit());
    assertEquals(4, decide(policy, 3, Metric.CPU, 90).desired(), "without the queue");
    assertThrows(
        IllegalArgumentException.class,
        () -> PolicyConfig.of(settings("score.cpu", "60", "score.cpu.critical", "50")));
  }

  @Test
  void theEnvironmentGivesAPolicy() {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", "/bin");
    environment.put("MIN_REPLICAS", "3");
    environment.put("MAX_REPLICAS", "9");
    environment.put("SCALE_UP_CPU", "75");
    environment.put("SCALE_DOWN_CPU", "20");
    environment.put("SCALE_UP_COOLDOWN", "2m");
    ScalingPolicy policy = PolicyConfig.fromEnvironment(environment, "");
    assertEquals(4, desired(policy, 3, Metric.CPU, 76));
    assertEquals(Duration.ofMinutes(2), policy.scaleUp().cooldown());
  }

  @Test
  void behindAPrefixEveryVariableMustBeASetting() {
    Map<String, String> environment =
        Map.of(
            "MIN_REPLICAS", "3",
            "ORDERS_PROFILE", "staging",
            "ORDERS_MAX_REPLICAS", "12");
    assertEquals(12, PolicyConfig.fromEnvironment(environment, "ORDERS_").most());
    Map<String, String> typo = new HashMap<>(environment);
    typo.put("ORDERS_MAX_REPLICS", "30");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> PolicyConfig.fromEnvironment(typo, "ORDERS_"));
    assertTrue(e.getMessage().contains("ORDERS_MAX_REPLICS"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max.replics          | 5        | did you mean max.replicas?",
        "max.replicas         | many     | max.replicas must be a whole number, was 'many'",
        "max.replicas         | 1        | the maximum must not be below the minimum, was 1",
        "target.cpu           | -3       | the target of cpu must be",
        "target.cpu           | NaN      | target.cpu must be a finite number, was 'NaN'",
        "target.memory        | 70       | does not fall in proportion",
        "target.tpu           | 70       | metric.tpu = total | average | other",
        "target.cpu.tolerance | 0.1      | target.cpu is missing: the target itself",
        "threshold.cpu.up     | high     | threshold.cpu.up must be a number, was 'high'",
        "threshold.cpu.up.for | 2m       | threshold.cpu.up.for",
        "scale.up.cooldown    | 5        | must be a duration with units, such as 90s",
        "scale.up.rate        | 4        | scale.up.rate must be such as 4/15s",
        "scale.up.rate        | 0/15s    | the value of a rate must be at least 1",
        "scale.up.select      | most     | must be one of max, min, disabled, was 'most'",
        "combine              | all      | must be one of max, min, priority, vote, was 'all'",
        "schedule.x.min       | 5        | schedule.x is missing: when it is",
        "budget.db            | 100      | budget.db.per-instance is missing",
        "flap.budget          | 4        | flap.budget must be such as 4/1h, was '4'",
        "metric.tickets       | sum      | metric.tickets must be total, average or other",
        "name                 | ''       | name must not be empty",
      })
  void whatIsWrongIsSaidWithKeyValueAndRule(String key, String value, String message) {
    Map<String, String> settings = settings(key, value);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PolicyConfig.of(settings));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void theRecommendedProfileNeedsNoCooldown() {
    ScalingPolicy policy = PolicyConfig.of(Map.of("profile", "recommended", "max.replicas", "50"));
    assertEquals(List.of(2, 50), List.of(policy.least(), policy.most()));
    assertEquals(6, desired(policy, 4, Metric.CPU, 91));
  }

  @Test
  void cooldownsOfAProfileHaveARange() {
    Map<String, String> settings = Map.of("profile", "staging", "scale.up.cooldown", "6m");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PolicyConfig.of(settings));
    assertTrue(e.getMessage().contains("scale.up.cooldown of a profile must be in [1m, 5m]"));
  }
}
