package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Proof;
import java.time.Duration;
import java.util.Objects;

/**
 * How long a threshold has to be breached before it counts: a single sample is often noise.
 * Immutable. A sample is what one decision sees; decisions at the same instant are one. A sample
 * that is missing breaches nothing.
 *
 * <p>What is remembered is one number per condition, in the rule's {@linkplain
 * dev.steelyard.autoscale.Memory memory}. A change of the number of instances does not end a
 * breach: use a cooldown to see its effect first.
 */
public final class Breach {
  /** The most samples that are remembered: {@value}. */
  public static final int MOST_SAMPLES = 50;

  private static final Breach ONCE = new Breach(1, 1, 0);

  private final int needed;
  private final int samples;
  private final long millis;

  private Breach(int needed, int samples, long millis) {
    this.needed = needed;
    this.samples = samples;
    this.millis = millis;
  }

  /**
   * One sample is enough; the default.
   *
   * @return how long
   */
  public static Breach once() {
    return ONCE;
  }

  /**
   * So many samples, one after the other: the alarms of AWS' target tracking take 3 to scale out,
   * 15 to scale in.
   *
   * @param samples in [1, {@value #MOST_SAMPLES}]
   * @return how long
   */
  public static Breach consecutive(int samples) {
    return of(samples, samples);
  }

  /**
   * So many of the last so many samples: CloudWatch's "datapoints to alarm", Nomad's {@code
   * within_bounds_trigger} over its query window. The newest need not be among them.
   *
   * @param needed at least 1, at most {@code samples}
   * @param samples in [1, {@value #MOST_SAMPLES}]
   * @return how long
   */
  public static Breach of(int needed, int samples) {
    if (samples < 1 || samples > MOST_SAMPLES) {
      throw new IllegalArgumentException(
          "the number of samples must be in [1, " + MOST_SAMPLES + "], was " + samples);
    }
    if (needed < 1 || needed > samples) {
      throw new IllegalArgumentException(
          "the breaches needed must be in [1, " + samples + "], were " + needed);
    }
    return new Breach(needed, samples, 0);
  }

  /**
   * Every sample of so much time, and there must be a sample that is at least as old, which shows
   * that all of the time was seen: Cloud Foundry's breach duration.
   *
   * @param duration at least a millisecond
   * @return how long
   */
  public static Breach during(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1) {
      throw new IllegalArgumentException("the breach duration must be above 0, was " + duration);
    }
    return new Breach(1, 1, millis);
  }

  /**
   * How many samples have to breach.
   *
   * @return the number; 1 where a duration is given
   */
  public int needed() {
    return needed;
  }

  /**
   * Of how many samples.
   *
   * @return the number; 1 where a duration is given
   */
  public int samples() {
    return samples;
  }

  /**
   * For how long.
   *
   * @return how long; 0 where samples are counted
   */
  public Duration duration() {
    return Duration.ofMillis(millis);
  }

  /** Whether anything has to be remembered. */
  boolean remembers() {
    return millis > 0 || samples > 1;
  }

  /**
   * What to remember after a sample: when a sample last did not breach, or the newest samples as
   * bits, the newest one lowest.
   *
   * @param before what was remembered, NaN if nothing was
   * @param again whether there was a decision at this very instant already
   */
  double after(double before, boolean breached, long now, boolean again) {
    if (millis > 0) {
      return breached && !Double.isNaN(before) ? before : now;
    }
    long bits = Double.isNaN(before) ? 0 : (long) before;
    long shifted = again ? bits & ~1L : bits << 1;
    return (double) ((shifted | (breached ? 1 : 0)) & ((1L << samples) - 1));
  }

  /** Whether a verdict counts, as a step of the proof. */
  Proof.Step step(String rule, double verdict, double after, long now) {
    if (millis > 0) {
      return Proof.Step.of(
          Proof.Stage.READ,
          rule,
          Formula.HELD_FOR,
          null,
          verdict,
          (now - after) / 1000,
          millis / 1000.0);
    }
    return Proof.Step.of(
        Proof.Stage.READ,
        rule,
        Formula.HELD_TIMES,
        null,
        verdict,
        Long.bitCount((long) after) - verdict,
        needed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Breach that
        && needed == that.needed
        && samples == that.samples
        && millis == that.millis;
  }

  @Override
  public int hashCode() {
    return Objects.hash(needed, samples, millis);
  }

  @Override
  public String toString() {
    if (millis > 0) {
      return "for " + duration();
    }
    return samples == 1 ? "once" : needed + " of " + samples + " times";
  }
}
