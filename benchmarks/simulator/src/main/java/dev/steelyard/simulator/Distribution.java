package dev.steelyard.simulator;

import dev.steelyard.lb.env.RandomSource;
import java.time.Duration;
import java.util.Collection;

/**
 * How long something takes: drawn anew each time. All given here are immutable and draw by inverse
 * transformation, so that the same random bits give a long duration under each of them.
 *
 * <p>Implementations must depend on nothing but their arguments, or a run cannot be repeated.
 */
public interface Distribution {

  /**
   * Draws a duration.
   *
   * @param random the chance
   * @param inFlight for a server, how many requests are there, this one included; else 0
   * @return nanoseconds, at least 0
   */
  long draw(RandomSource random, int inFlight);

  /**
   * Returns the mean.
   *
   * @return nanoseconds; where it depends on the requests in flight, with one
   */
  double meanNanos();

  /**
   * Always the same.
   *
   * @param duration zero or more
   * @return the distribution
   */
  static Distribution fixed(Duration duration) {
    return new Distributions.Fixed(Checks.nanos(duration, "fixed"));
  }

  /**
   * Anything between two durations, equally often.
   *
   * @param from the least
   * @param to the greatest, at least as long
   * @return the distribution
   */
  static Distribution uniform(Duration from, Duration to) {
    long least = Checks.nanos(from, "uniform.from");
    long greatest = Checks.nanos(to, "uniform.to");
    Checks.check(least <= greatest, "uniform.to", to, "at least uniform.from, " + from);
    return new Distributions.Uniform(least, greatest);
  }

  /**
   * Exponential: without memory.
   *
   * @param mean above 0
   * @return the distribution
   */
  static Distribution exponential(Duration mean) {
    return new Distributions.Exponential((double) Checks.positiveNanos(mean, "exponential.mean"));
  }

  /**
   * Log-normal, as latencies of services often are.
   *
   * @param median above 0
   * @param p99 the 99th percentile, at least the median
   * @return the distribution
   */
  static Distribution logNormal(Duration median, Duration p99) {
    double middle = (double) Checks.positiveNanos(median, "logNormal.median");
    double high = (double) Checks.positiveNanos(p99, "logNormal.p99");
    Checks.check(middle <= high, "logNormal.p99", p99, "at least logNormal.median, " + median);
    return new Distributions.LogNormal(
        StrictMath.log(middle), StrictMath.log(high / middle) / Distributions.Z99);
  }

  /**
   * Pareto with an upper bound: a heavy tail.
   *
   * @param minimum the least duration, above 0
   * @param alpha the tail index, above 0; the lower the heavier: 1.5 is heavy, 3 is not
   * @param maximum the greatest duration, above the least: what would be longer is drawn within the
   *     bounds
   * @return the distribution
   */
  static Distribution pareto(Duration minimum, double alpha, Duration maximum) {
    double least = (double) Checks.positiveNanos(minimum, "pareto.minimum");
    double greatest = (double) Checks.positiveNanos(maximum, "pareto.maximum");
    Checks.positive(alpha, "pareto.alpha");
    Checks.check(least < greatest, "pareto.maximum", maximum, "above pareto.minimum, " + minimum);
    return new Distributions.Pareto(least, alpha, greatest);
  }

  /**
   * One of the durations that were recorded, each equally often.
   *
   * @param durations at least one, each zero or more; copied
   * @return the distribution
   */
  static Distribution recorded(Collection<Duration> durations) {
    Checks.check(!durations.isEmpty(), "recorded", durations, "at least one duration");
    return new Distributions.Recorded(
        durations.stream().mapToLong(each -> Checks.nanos(each, "recorded")).sorted().toArray());
  }

  /**
   * What a server without a queue of its own takes that slows down as it fills: with {@code k}
   * requests there, {@code base * (1 + k / capacity)} up to the capacity, and {@code 5 * base}
   * above it.
   *
   * @param base above 0
   * @param capacity at least 1
   * @return the distribution
   */
  static Distribution linear(Duration base, int capacity) {
    Checks.check(capacity >= 1, "linear.capacity", capacity, "at least 1");
    return new Distributions.Linear(Checks.positiveNanos(base, "linear.base"), capacity);
  }

  /**
   * The same, longer or shorter.
   *
   * @param factor above 0
   * @return the distribution
   */
  default Distribution times(double factor) {
    return new Distributions.Scaled(this, Checks.positive(factor, "times"));
  }
}
