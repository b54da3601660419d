package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.amount;
import static dev.steelyard.autoscale.replay.Checks.check;
import static dev.steelyard.autoscale.replay.Checks.millis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * Loads that are made up: constant, ramp, step, a daily wave, spikes. They begin at
 * 1970-01-01T00:00Z, a Thursday; {@link Trace#startingAt} moves them, {@link Trace#plus} adds one
 * to another, {@link Trace#withNoise} roughens them.
 *
 * <p>Use a recorded load where there is one: a made-up one shows only what was thought of.
 */
public final class Synthetic {
  private static final double DAY = 86_400_000;

  private Synthetic() {}

  /**
   * A load that never changes.
   *
   * @param length how long, a multiple of the interval
   * @param interval how long a value holds
   * @param value the load
   * @return the trace
   */
  public static Trace constant(Duration length, Duration interval, double value) {
    amount("value", value);
    return fill("constant", length, interval, t -> value);
  }

  /**
   * A load that grows or shrinks evenly.
   *
   * @param length how long, a multiple of the interval
   * @param interval how long a value holds
   * @param from the load at the beginning
   * @param to the load that it approaches at the end
   * @return the trace
   */
  public static Trace ramp(Duration length, Duration interval, double from, double to) {
    amount("from", from);
    amount("to", to);
    double total = length.toMillis();
    return fill("ramp", length, interval, t -> from + (to - from) * (t / total));
  }

  /**
   * A load that changes once.
   *
   * @param length how long, a multiple of the interval
   * @param interval how long a value holds
   * @param before the load at the beginning
   * @param after the load from the change on
   * @param at when it changes, 0 to the length
   * @return the trace
   */
  public static Trace step(
      Duration length, Duration interval, double before, double after, Duration at) {
    amount("before", before);
    amount("after", after);
    check(!at.isNegative() && at.compareTo(length) <= 0, "at", at, "0 to " + length);
    return fill("step", length, interval, t -> t < at.toMillis() ? before : after);
  }

  /**
   * A wave with a period of a day (UTC): least at midnight, greatest at noon.
   *
   * @param length how long, a multiple of the interval
   * @param interval how long a value holds
   * @param least the load at midnight
   * @param greatest the load at noon, at least {@code least}
   * @return the trace
   */
  public static Trace daily(Duration length, Duration interval, double least, double greatest) {
    amount("least", least);
    amount("greatest", greatest);
    check(greatest >= least, "greatest", greatest, "at least " + least);
    double half = (greatest - least) / 2;
    return fill(
        "daily", length, interval, t -> least + half * (1 - Math.cos(2 * Math.PI * t / DAY)));
  }

  /**
   * A quiet load with spikes at even distances.
   *
   * @param length how long, a multiple of the interval
   * @param interval how long a value holds
   * @param quiet the load between spikes
   * @param spike the load in a spike
   * @param every from the begin of a spike to the next, above {@code width}; the first begins after
   *     {@code every - width}
   * @param width how long a spike is
   * @return the trace
   */
  public static Trace spikes(
      Duration length,
      Duration interval,
      double quiet,
      double spike,
      Duration every,
      Duration width) {
    amount("quiet", quiet);
    amount("spike", spike);
    long period = millis("every", every);
    long lasting = millis("width", width);
    check(lasting < period, "width", width, "shorter than " + every);
    return fill("spikes", length, interval, t -> t % period >= period - lasting ? spike : quiet);
  }

  private static Trace fill(
      String name, Duration length, Duration interval, LongToDoubleFunction load) {
    long step = millis("interval", interval);
    long total = millis("length", length);
    check(total % step == 0, "length", length, "a multiple of " + interval);
    check(total / step <= Grid.LIMIT, "length", length, "at most " + Grid.LIMIT + " intervals");
    double[] values = new double[(int) (total / step)];
    for (int i = 0; i < values.length; i++) {
      values[i] = load.applyAsDouble(i * step);
    }
    return new Trace(name, Instant.EPOCH.toEpochMilli(), step, values, List.of());
  }
}
