package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import java.time.Duration;

/**
 * When requests come. Not slowed down by answers that are late: people who click, and services that
 * are called, do not wait for one another.
 */
@FunctionalInterface
public interface Arrivals {

  /** One run of arrivals. */
  @FunctionalInterface
  interface Course {

    /**
     * Says when the next request comes.
     *
     * @param nowNanos when the last one came, since the start of the run; 0 before the first
     * @return when the next one comes, not before the last one; Long.MAX_VALUE for no more
     */
    long next(long nowNanos);
  }

  /**
   * Begins a run.
   *
   * @param random the chance of this run
   * @return what says when requests come
   */
  Course begin(RandomSource random);

  /**
   * At even distances, the first one at once.
   *
   * @param perSecond above 0
   * @return the arrivals
   */
  static Arrivals even(double perSecond) {
    return new ArrivalProcesses.Even(Checks.positive(perSecond, "even.perSecond"));
  }

  /**
   * Independent of one another (a Poisson process).
   *
   * @param perSecond above 0
   * @return the arrivals
   */
  static Arrivals poisson(double perSecond) {
    return new ArrivalProcesses.Poisson(Checks.positive(perSecond, "poisson.perSecond"));
  }

  /**
   * Quiet and busy times by turns, each a Poisson process, beginning quiet.
   *
   * @param quietPerSecond requests in quiet times; 0 or more
   * @param quiet how long quiet times are
   * @param busyPerSecond requests in busy times, above 0
   * @param busy how long busy times are
   * @return the arrivals
   */
  static Arrivals bursts(
      double quietPerSecond, Distribution quiet, double busyPerSecond, Distribution busy) {
    Checks.check(
        quietPerSecond >= 0 && quietPerSecond <= Double.MAX_VALUE,
        "bursts.quietPerSecond",
        quietPerSecond,
        "finite and >= 0");
    return new ArrivalProcesses.Bursts(
        quietPerSecond,
        requireNonNull(quiet, "quiet"),
        Checks.positive(busyPerSecond, "bursts.busyPerSecond"),
        requireNonNull(busy, "busy"));
  }

  /**
   * A rate that was recorded: a Poisson process whose rate changes in steps, and is 0 after the
   * last.
   *
   * @param step how long each rate lasts, above 0
   * @param perSecond the rates, each finite and at least 0; at least one; copied
   * @return the arrivals
   */
  static Arrivals recorded(Duration step, double... perSecond) {
    long nanos = Checks.positiveNanos(step, "recorded.step");
    Checks.check(perSecond.length > 0, "recorded.perSecond", "none", "at least one rate");
    for (double rate : perSecond) {
      Checks.check(
          rate >= 0 && rate <= Double.MAX_VALUE,
          "recorded.perSecond",
          rate,
          "finite and at least 0");
    }
    return new ArrivalProcesses.Recorded(nanos, perSecond.clone());
  }
}
