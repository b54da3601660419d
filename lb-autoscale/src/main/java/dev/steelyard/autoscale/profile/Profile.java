package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.ScalingPolicy;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A policy for an environment, as data: the settings that {@link PolicyConfig} reads. Immutable.
 *
 * <p>The three environments scale on CPU thresholds, one instance at a time, and do not scale in
 * where that would trip the scale-out again. {@link #conservative()} and {@link #aggressive()} are
 * variants of each.
 *
 * <table>
 *   <caption>The settings</caption>
 *   <tr><th>profile</th><th>instances</th><th>out / in at CPU</th><th>cooldown up / down</th></tr>
 *   <tr><td>development</td><td>1-3</td><td>90 / 50 %</td><td>1m / 2m</td></tr>
 *   <tr><td>staging</td><td>2-10</td><td>85 / 40 %</td><td>2m / 5m</td></tr>
 *   <tr><td>production</td><td>3-20</td><td>80 / 30 %</td><td>3m / 5m</td></tr>
 *   <tr><td>... conservative</td><td></td><td>after 3m / 10m of it; +1 / -1</td><td>5m / 10m</td></tr>
 *   <tr><td>... aggressive</td><td></td><td>+100 %, at least 4 / -25 %</td><td>1m / 2m</td></tr>
 * </table>
 */
public final class Profile {
  /** One to three instances; out at 90 %, in at 50 %. */
  public static final Profile DEVELOPMENT = environment("development", 1, 3, 90, 50, "1m", "2m");

  /** Two to ten instances; out at 85 %, in at 40 %. */
  public static final Profile STAGING = environment("staging", 2, 10, 85, 40, "2m", "5m");

  /** Three to twenty instances; out at 80 %, in at 30 %. */
  public static final Profile PRODUCTION = environment("production", 3, 20, 80, 30, "3m", "5m");

  private final String name;
  private final Map<String, String> settings;

  private Profile(String name, Map<String, String> settings) {
    this.name = name;
    this.settings = Collections.unmodifiableMap(settings);
  }

  private static Profile environment(
      String name, int least, int most, int out, int in, String up, String down) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("name", name);
    settings.put("min.replicas", Integer.toString(least));
    settings.put("max.replicas", Integer.toString(most));
    settings.put("threshold.cpu.up", Integer.toString(out));
    settings.put("threshold.cpu.up.change", "+1");
    settings.put("threshold.cpu.down", Integer.toString(in));
    settings.put("threshold.cpu.down.change", "-1");
    settings.put("scale.up.cooldown", up);
    settings.put("scale.down.cooldown", down);
    settings.put("scale.down.window", "0s");
    return new Profile(name, settings);
  }

  /**
   * What we recommend where load is what limits an instance, and CPU shows it: target tracking at
   * 70 % that learns how close to the load it may go ({@link
   * dev.steelyard.autoscale.rules.AdaptiveTracking}). It is never far from the
   * HorizontalPodAutoscaler at 70 % with its window of 300 s, and becomes cheaper and calmer where
   * the past allows; {@code docs/autoscaling-study.md} has the numbers. Give it the request rate
   * beside the CPU: without, it gains little. Where instances take longer than a minute to start,
   * say {@code .with("adaptive.cpu.startup", "3m")}.
   *
   * @param least the least number of instances
   * @param most the greatest
   * @return the profile, under the name {@code recommended}
   */
  public static Profile recommended(int least, int most) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("name", "recommended");
    settings.put("min.replicas", Integer.toString(least));
    settings.put("max.replicas", Integer.toString(most));
    settings.put("adaptive.cpu", "70");
    settings.put("scale.down.window", "0s");
    return new Profile("recommended", settings);
  }

  /**
   * Finds a profile: {@code development}, {@code staging}, {@code production}, each also with
   * {@code -conservative} or {@code -aggressive} behind it; or {@code recommended}, with 2 to 20
   * instances.
   *
   * @param name its name
   * @return the profile
   * @throws IllegalArgumentException if there is none, with the names that exist
   */
  public static Profile named(String name) {
    String key = name.toLowerCase(Locale.ROOT);
    if (key.equals("recommended")) {
      return recommended(2, 20);
    }
    for (Profile base : new Profile[] {DEVELOPMENT, STAGING, PRODUCTION}) {
      for (Profile one : new Profile[] {base, base.conservative(), base.aggressive()}) {
        if (one.name.equals(key)) {
          return one;
        }
      }
    }
    throw new IllegalArgumentException(
        "profile must be recommended, or development, staging or production with -conservative or"
            + " -aggressive behind it or nothing, was '"
            + name
            + "'");
  }

  /**
   * The variant that would rather have too many instances for a while than change its mind: it acts
   * on what lasts, and slowly.
   *
   * @return the variant
   */
  public Profile conservative() {
    return with("name", name + "-conservative")
        .with("threshold.cpu.up.for", "3m")
        .with("threshold.cpu.down.for", "10m")
        .with("scale.up.cooldown", "5m")
        .with("scale.down.cooldown", "10m")
        .with("scale.down.window", "10m");
  }

  /**
   * The variant that follows the load closely in both directions.
   *
   * @return the variant
   */
  public Profile aggressive() {
    return with("name", name + "-aggressive")
        .with("threshold.cpu.up.change", "+100% at least 4")
        .with("threshold.cpu.down.change", "-25%")
        .with("scale.up.cooldown", "1m")
        .with("scale.down.cooldown", "2m")
        .with("scale.down.window", "2m");
  }

  /**
   * The same with another setting.
   *
   * @param key a key of {@link PolicyConfig}
   * @param value its value
   * @return the profile; under another name if the key is {@code name}
   */
  public Profile with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put(key, value);
    return new Profile(key.equals("name") ? value : name, more);
  }

  /**
   * Its name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Its settings.
   *
   * @return keys and values of {@link PolicyConfig}
   */
  public Map<String, String> settings() {
    return settings;
  }

  /**
   * The policy that it stands for.
   *
   * @return the policy
   * @throws IllegalArgumentException if a setting is wrong
   */
  public ScalingPolicy policy() {
    return PolicyConfig.of(settings);
  }

  @Override
  public String toString() {
    return name + " " + settings;
  }
}
