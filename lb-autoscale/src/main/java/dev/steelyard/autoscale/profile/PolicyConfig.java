package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.ScaleToZero;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Policies as settings: from a file, from {@link Properties}, from the environment. Strict: a key
 * that does not exist, or has no effect beside the others, is an error, and so is a value that
 * breaks its rule; the message names key, value and rule. All keys are in {@code
 * docs/policy-files.md}.
 *
 * <pre>
 * profile = production
 * max.replicas = 40
 * threshold.cpu.up = 75
 * target.queue_depth = 100
 * schedule.market = MON-FRI 08:30 to 17:30 in Europe/Berlin
 * schedule.market.min = 10
 * </pre>
 */
public final class PolicyConfig {
  private static final Duration[] COOLDOWN_UP = {Duration.ofMinutes(1), Duration.ofMinutes(5)};
  private static final Duration[] COOLDOWN_DOWN = {Duration.ofMinutes(2), Duration.ofMinutes(10)};

  /** Environment variable, after a prefix, and the key it stands for. */
  private static final Map<String, String> ENVIRONMENT =
      Map.ofEntries(
          Map.entry("PROFILE", "profile"),
          Map.entry("POLICY_NAME", "name"),
          Map.entry("MIN_REPLICAS", "min.replicas"),
          Map.entry("MAX_REPLICAS", "max.replicas"),
          Map.entry("TARGET_CPU", "target.cpu"),
          Map.entry("TARGET_REQUEST_RATE", "target.request_rate"),
          Map.entry("TARGET_QUEUE_DEPTH", "target.queue_depth"),
          Map.entry("TARGET_IN_FLIGHT", "target.in_flight"),
          Map.entry("SCALE_UP_CPU", "threshold.cpu.up"),
          Map.entry("SCALE_DOWN_CPU", "threshold.cpu.down"),
          Map.entry("SCALE_UP_MEMORY", "threshold.memory.up"),
          Map.entry("SCALE_DOWN_MEMORY", "threshold.memory.down"),
          Map.entry("SCALE_UP_COOLDOWN", "scale.up.cooldown"),
          Map.entry("SCALE_UP_WINDOW", "scale.up.window"),
          Map.entry("SCALE_UP_RATE", "scale.up.rate"),
          Map.entry("SCALE_DOWN_COOLDOWN", "scale.down.cooldown"),
          Map.entry("SCALE_DOWN_WINDOW", "scale.down.window"),
          Map.entry("SCALE_DOWN_RATE", "scale.down.rate"),
          Map.entry("STALE_AFTER", "stale.after"),
          Map.entry("STARTUP_GRACE", "startup.grace"));

  private PolicyConfig() {}

  /**
   * Reads a file.
   *
   * @param file a properties file, in UTF-8
   * @return the policy
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it is wrong
   */
  public static ScalingPolicy load(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    try {
      return fromProperties(properties);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads properties.
   *
   * @param properties keys and values, all of them of the policy
   * @return the policy
   * @throws IllegalArgumentException if they are wrong
   */
  public static ScalingPolicy fromProperties(Properties properties) {
    Map<String, String> settings = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      settings.put(key, properties.getProperty(key));
    }
    return of(settings);
  }

  /**
   * Reads environment variables: {@code MIN_REPLICAS}, {@code MAX_REPLICAS}, {@code PROFILE},
   * {@code SCALE_UP_CPU}, {@code SCALE_DOWN_CPU}, {@code TARGET_CPU}, {@code SCALE_UP_COOLDOWN},
   * {@code SCALE_DOWN_COOLDOWN} and the others of {@code docs/policy-files.md}, each behind the
   * prefix.
   *
   * @param environment as {@link System#getenv()}
   * @param prefix such as {@code "ORDERS_"}: every variable that begins with it must be a setting.
   *     Empty: only the known names are looked at, whatever else there is
   * @return the policy
   * @throws IllegalArgumentException if they are wrong
   */
  public static ScalingPolicy fromEnvironment(Map<String, String> environment, String prefix) {
    Map<String, String> settings = new TreeMap<>();
    for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        continue;
      }
      String key = ENVIRONMENT.get(entry.getKey().substring(prefix.length()));
      if (key != null) {
        settings.put(key, entry.getValue());
      } else if (!prefix.isEmpty()) {
        throw new IllegalArgumentException(
            entry.getKey()
                + " is no setting; behind "
                + prefix
                + " there may be "
                + new TreeMap<>(ENVIRONMENT).keySet());
      }
    }
    return of(settings);
  }

  /**
   * Makes a policy of settings.
   *
   * @param given keys and values
   * @return the policy
   * @throws IllegalArgumentException if they are wrong
   */
  public static ScalingPolicy of(Map<String, String> given) {
    Map<String, String> all = new LinkedHashMap<>();
    @Nullable String profile = given.get("profile");
    if (profile != null) {
      all.putAll(Profile.named(profile.strip()).settings());
    }
    boolean cooldowns = all.containsKey("scale.up.cooldown");
    all.putAll(given);
    all.remove("profile");
    Settings settings = new Settings(all);
    ScalingPolicy policy = read(settings);
    settings.noneLeft();
    if (cooldowns) {
      within("scale.up.cooldown", policy.scaleUp().cooldown(), COOLDOWN_UP);
      within("scale.down.cooldown", policy.scaleDown().cooldown(), COOLDOWN_DOWN);
    }
    return policy;
  }

  private static void within(String key, Duration value, Duration[] range) {
    if (value.compareTo(range[0]) < 0 || value.compareTo(range[1]) > 0) {
      throw new IllegalArgumentException(
          key
              + " of a profile must be in ["
              + range[0].toMinutes()
              + "m, "
              + range[1].toMinutes()
              + "m], was "
              + value);
    }
  }

  private static ScalingPolicy read(Settings settings) {
    ScalingPolicy.Builder policy = ScalingPolicy.builder();
    String name = settings.text("name");
    if (name != null) {
      policy.name(name);
    }
    String why = "a policy needs a least and a greatest number of instances, or a profile";
    settings.need("min.replicas", why);
    settings.need("max.replicas", why);
    Integer least = settings.integer("min.replicas");
    Integer most = settings.integer("max.replicas");
    policy.bounds(least == null ? 0 : least, most == null ? 0 : most);
    ScalingPolicy.Combination combination =
        settings.choice("combine", ScalingPolicy.Combination.class);
    if (combination != null) {
      policy.combine(combination);
    }
    MetricNames metrics = new MetricNames(settings);
    RuleSettings.read(settings, metrics, policy);
    policy.scaleUp(LimitSettings.read(settings, "scale.up.", DirectionLimits.none()));
    policy.scaleDown(
        LimitSettings.read(
            settings,
            "scale.down.",
            DirectionLimits.none()
                .window(Duration.ofSeconds(ScalingPolicy.Builder.DEFAULT_DOWN_WINDOW_SECONDS))));
    BudgetSettings.read(settings, policy);
    Duration idle = settings.span("zero.after");
    if (idle != null) {
      policy.scaleToZero(ScaleToZero.after(idle));
    }
    Duration warmup = settings.span("warmup");
    if (warmup != null) {
      policy.warmup(warmup);
    }
    Duration stale = settings.span("stale.after");
    if (stale != null) {
      policy.staleAfter(stale);
    }
    Duration grace = settings.span("startup.grace");
    Duration delay = settings.span("startup.delay");
    if (grace != null || delay != null) {
      policy.startup(
          grace != null ? grace : Duration.ofSeconds(ScalingPolicy.Builder.DEFAULT_STARTUP_SECONDS),
          delay != null
              ? delay
              : Duration.ofSeconds(ScalingPolicy.Builder.DEFAULT_READINESS_SECONDS));
    }
    return policy.build();
  }
}
