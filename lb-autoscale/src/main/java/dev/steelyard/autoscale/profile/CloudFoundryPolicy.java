package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.profile.CloudFoundryDocument.Rule;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A policy of Cloud Foundry's App Autoscaler, read from its JSON: rules with breach durations and
 * cooldowns, recurring schedules and those for dates.
 *
 * <pre>{@code
 * CloudFoundryPolicy read = CloudFoundryPolicy.read(Files.readString(file), Instant.now());
 * read.errors().forEach(System.out::println);   // (root).scaling_rules.0: operator is required
 * ScalingPolicy policy = read.policy();
 * }</pre>
 *
 * <p>It refuses what the App Autoscaler refuses, at the same paths; thresholds have the limits of
 * its defaults (cpu, cpuutil, diskutil and memoryutil 1 to 100, disk 1 to 2048). What it accepts
 * and this library cannot do is refused, too; what is done otherwise, or left out, is in {@link
 * #notes()}. Immutable.
 */
public final class CloudFoundryPolicy {
  /**
   * Something about a place of the document.
   *
   * @param path the place: {@code (root).scaling_rules.0.threshold}
   * @param message what is to be said about it
   */
  public record Problem(String path, String message) {
    /**
     * Checks that nothing is missing.
     *
     * @param path the place: {@code (root).scaling_rules.0.threshold}
     * @param message what is to be said about it
     */
    public Problem {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(message, "message");
    }

    @Override
    public String toString() {
      return path + ": " + message;
    }
  }

  private final List<Problem> errors;
  private final List<Problem> notes;
  private final @Nullable ScalingPolicy policy;

  private CloudFoundryPolicy(
      List<Problem> errors, List<Problem> notes, @Nullable ScalingPolicy policy) {
    this.errors = List.copyOf(errors);
    this.notes = List.copyOf(notes);
    this.policy = policy;
  }

  /**
   * Reads a policy.
   *
   * @param json the text of the document
   * @param now the present time: schedules must not begin before it
   * @return what was read; whatever is wrong with the text is in {@link #errors()}
   */
  public static CloudFoundryPolicy read(String json, Instant now) {
    Objects.requireNonNull(now, "now");
    List<Problem> errors = new ArrayList<>();
    List<Problem> notes = new ArrayList<>();
    CloudFoundryDocument document = CloudFoundrySchema.read(json, errors, notes);
    if (document == null || !errors.isEmpty()) {
      return new CloudFoundryPolicy(errors, notes, null);
    }
    List<Schedule> schedules = CloudFoundrySchedules.read(document, now, errors);
    List<Trigger> triggers = triggers(document, errors, notes);
    if (document.least() > document.most()) {
      errors.add(
          0,
          new Problem(
              "(root).instance_min_count",
              "must not be above instance_max_count, was "
                  + document.least()
                  + " above "
                  + document.most()));
    }
    ScalingPolicy policy = errors.isEmpty() ? policy(document, triggers, schedules, notes) : null;
    return new CloudFoundryPolicy(errors, notes, policy);
  }

  private static List<Trigger> triggers(
      CloudFoundryDocument document, List<Problem> errors, List<Problem> notes) {
    List<Trigger> triggers = new ArrayList<>();
    for (Rule rule : document.rules()) {
      Trigger trigger = CloudFoundryRules.trigger(rule, errors, notes);
      if (trigger != null && triggers.contains(trigger)) {
        notes.add(new Problem(rule.path(), "says the same as one above: left out"));
      } else if (trigger != null) {
        triggers.add(trigger);
      }
    }
    return triggers;
  }

  private static ScalingPolicy policy(
      CloudFoundryDocument document,
      List<Trigger> triggers,
      List<Schedule> schedules,
      List<Problem> notes) {
    ScalingPolicy.Builder policy =
        CompatibleCloudFoundry.rules(
            document.least(),
            document.most(),
            cooldown(document, true, notes),
            cooldown(document, false, notes),
            triggers);
    if (!schedules.isEmpty()) {
      policy.rule(Scheduled.of(schedules.toArray(new Schedule[0])));
    }
    return policy.build();
  }

  /** Of the rules of a direction; there, each has its own. */
  private static Duration cooldown(
      CloudFoundryDocument document, boolean out, List<Problem> notes) {
    long longest = 0;
    for (Rule rule : document.rules()) {
      longest = rule.isOut() == out ? Math.max(longest, rule.cooldown()) : longest;
    }
    for (Rule rule : document.rules()) {
      if (rule.isOut() == out && rule.cooldown() < longest) {
        notes.add(
            new Problem(
                rule.path() + ".cool_down_secs",
                "is " + longest + " here, the longest of the rules of this direction"));
      }
    }
    return Duration.ofSeconds(longest);
  }

  /**
   * What is wrong.
   *
   * @return the problems, by their place in the document where they are of the same kind; empty if
   *     there is a policy
   */
  public List<Problem> errors() {
    return errors;
  }

  /**
   * What is accepted, but done otherwise here, left out, or rarely meant.
   *
   * @return the problems
   */
  public List<Problem> notes() {
    return notes;
  }

  /**
   * Whether there is a policy.
   *
   * @return whether there are no errors
   */
  public boolean isValid() {
    return policy != null;
  }

  /**
   * The policy.
   *
   * @return the policy
   * @throws IllegalArgumentException if there are errors, with all of them
   */
  public ScalingPolicy policy() {
    if (policy == null) {
      StringBuilder all = new StringBuilder("the policy is wrong:");
      errors.forEach(error -> all.append("\n  ").append(error));
      throw new IllegalArgumentException(all.toString());
    }
    return policy;
  }

  @Override
  public String toString() {
    return policy == null ? errors.toString() : policy.describe();
  }
}
