package dev.steelyard.autoscale.schedule;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a window brings: a floor, a known load, or bounds that replace those of the policy.
 *
 * <pre>{@code
 * Schedule.floor("market open", 10, Window.parse("MON-FRI 08:30 to 17:30 in Europe/Berlin"))
 *     .withRamp(Duration.ofMinutes(20), 5);
 * Schedule.bounds("night", 0, 2, Window.parse("DAILY 22:00 to 06:00 in Europe/Berlin"));
 * }</pre>
 *
 * <p>A floor only ever raises the count; metrics may ask for more. Take bounds to hold the count
 * down. Immutable.
 */
public final class Schedule {
  /** {@value}: the most instances that a schedule may name. */
  public static final int MAX_INSTANCES = 1_000_000;

  private static final Duration LONGEST_RAMP = Duration.ofDays(7);
  private static final int MOST_STEPS = 1_000;
  private static final double ROUNDING = 1e-9; // 10 / 0.1 must be 100 instances, never 101

  private final String name;
  private final Window window;
  private final boolean isBounds;
  private final int min;
  private final int max;
  private final int initialMin;
  private final double load;
  private final double loadPerInstance;
  private final Ramp ramp;

  private Schedule(
      String name,
      Window window,
      boolean isBounds,
      int min,
      int max,
      int initialMin,
      double load,
      double loadPerInstance,
      Ramp ramp) {
    this.name = name;
    this.window = window;
    this.isBounds = isBounds;
    this.min = min;
    this.max = max;
    this.initialMin = initialMin;
    this.load = load;
    this.loadPerInstance = loadPerInstance;
    this.ramp = ramp;
  }

  /**
   * At least so many instances while the window is open. Floors of several schedules combine by
   * their maximum.
   *
   * @param name names it in explanations, not blank
   * @param instances 1 to {@value #MAX_INSTANCES}
   * @param window when
   * @return the schedule
   * @throws IllegalArgumentException if the name is blank or instances is out of range
   */
  public static Schedule floor(String name, int instances, Window window) {
    checkCount("instances", instances, 1);
    return new Schedule(checkedName(name), window, false, instances, instances, 0, 0, 0, Ramp.NONE);
  }

  /**
   * Instances for a load that is known in advance, in any unit: {@code ceil(load /
   * loadPerInstance)} while the window is open. A floor otherwise.
   *
   * @param name names it in explanations, not blank
   * @param load above 0
   * @param loadPerInstance what one instance should carry, above 0, in the unit of the load
   * @param window when
   * @return the schedule
   * @throws IllegalArgumentException if the name is blank, a number is not finite and above 0, or
   *     the result exceeds {@value #MAX_INSTANCES}
   */
  public static Schedule load(String name, double load, double loadPerInstance, Window window) {
    checkLoad("load", load);
    checkLoad("loadPerInstance", loadPerInstance);
    if (load / loadPerInstance > MAX_INSTANCES) {
      throw new IllegalArgumentException(
          "load must need at most "
              + MAX_INSTANCES
              + " instances, was "
              + load
              + " at "
              + loadPerInstance
              + " each");
    }
    int needed = instancesFor(load, loadPerInstance);
    return new Schedule(
        checkedName(name), window, false, needed, needed, 0, load, loadPerInstance, Ramp.NONE);
  }

  /**
   * Replaces the bounds of the policy while the window is open. Of several, a one-time window wins
   * over a recurring one, then the schedule that is listed first.
   *
   * @param name names it in explanations, not blank
   * @param min 0 to {@code max}
   * @param max {@code min} to {@value #MAX_INSTANCES}; 0 means nothing may run
   * @param window when
   * @return the schedule
   * @throws IllegalArgumentException if the name is blank or a bound is out of range
   */
  public static Schedule bounds(String name, int min, int max, Window window) {
    checkCount("min", min, 0);
    checkCount("max", max, 0);
    if (min > max) {
      throw new IllegalArgumentException(
          "min must be at most max, was " + min + " with max " + max);
    }
    return new Schedule(checkedName(name), window, true, min, max, 0, 0, 0, Ramp.NONE);
  }

  /**
   * Starts each occurrence of bounds with at least so many instances, once; metrics may then lower
   * the count to {@code min}.
   *
   * @param instances {@code min} to {@code max}
   * @return the changed schedule
   * @throws IllegalArgumentException if instances is not between the bounds
   * @throws IllegalStateException if this schedule has no bounds
   */
  public Schedule withInitialMin(int instances) {
    if (!isBounds) {
      throw new IllegalStateException("initial min is for bounds, but '" + name + "' is a floor");
    }
    if (instances < min || instances > max) {
      throw new IllegalArgumentException(
          "initial min must be in [" + min + ", " + max + "], was " + instances);
    }
    return new Schedule(name, window, true, min, max, instances, load, loadPerInstance, ramp);
  }

  /**
   * Rises to a floor in equal steps before each start, and falls in the same steps after each end.
   * A step of a floor that is not a whole number is rounded down; of a load, the instances are
   * rounded up.
   *
   * @param length of each ramp, 1 ms to 7 days
   * @param steps 1 to 1000, not more than the milliseconds of the ramp; with one the count rises
   *     only at the start, and falls just after the end
   * @return the changed schedule
   * @throws IllegalArgumentException if the length or the steps are out of range
   * @throws IllegalStateException if this schedule has bounds
   */
  public Schedule withRamp(Duration length, int steps) {
    if (isBounds) {
      throw new IllegalStateException("a ramp is for a floor, but '" + name + "' has bounds");
    }
    long millis = Times.positiveMillis("ramp length", length, LONGEST_RAMP);
    if (steps < 1 || steps > Math.min(MOST_STEPS, millis)) {
      throw new IllegalArgumentException(
          "ramp steps must be in [1, "
              + Math.min(MOST_STEPS, millis)
              + "] for "
              + length
              + ", was "
              + steps);
    }
    return new Schedule(
        name, window, false, min, max, initialMin, load, loadPerInstance, new Ramp(millis, steps));
  }

  /**
   * The name.
   *
   * @return not blank
   */
  public String name() {
    return name;
  }

  /**
   * When it holds.
   *
   * @return the window
   */
  public Window window() {
    return window;
  }

  /**
   * Says whether it replaces the bounds of the policy.
   *
   * @return false for a floor
   */
  public boolean isBounds() {
    return isBounds;
  }

  /**
   * The floor in instances, or the lower bound.
   *
   * @return 0 only for bounds
   */
  public int min() {
    return min;
  }

  /**
   * The upper bound.
   *
   * @return for a floor, the floor
   */
  public int max() {
    return max;
  }

  /**
   * The instances with which an occurrence of bounds starts.
   *
   * @return 0 if it was not set
   */
  public int initialMin() {
    return initialMin;
  }

  /**
   * The length of the ramp on each side.
   *
   * @return zero if there is none
   */
  public Duration rampLength() {
    return Duration.ofMillis(ramp.length());
  }

  /**
   * The number of steps of the ramp.
   *
   * @return 1 if there is none
   */
  public int rampSteps() {
    return ramp.steps();
  }

  Ramp ramp() {
    return ramp;
  }

  /** The instances at a level of the ramp. */
  int instancesAt(int level) {
    if (level == ramp.steps()) {
      return min;
    }
    if (loadPerInstance > 0) {
      return instancesFor(load * level / ramp.steps(), loadPerInstance);
    }
    return Math.toIntExact((long) min * level / ramp.steps());
  }

  private static int instancesFor(double load, double loadPerInstance) {
    double exact = load / loadPerInstance;
    int needed = (int) Math.ceil(exact - ROUNDING * Math.max(1, exact));
    return load > 0 ? Math.max(1, needed) : 0;
  }

  private static String checkedName(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank, was '" + name + "'");
    }
    return name;
  }

  private static void checkCount(String knob, int value, int least) {
    if (value < least || value > MAX_INSTANCES) {
      throw new IllegalArgumentException(
          knob + " must be in [" + least + ", " + MAX_INSTANCES + "], was " + value);
    }
  }

  private static void checkLoad(String knob, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(knob + " must be finite and above 0, was " + value);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Schedule that
        && name.equals(that.name)
        && window.equals(that.window)
        && isBounds == that.isBounds
        && min == that.min
        && max == that.max
        && initialMin == that.initialMin
        && Double.compare(load, that.load) == 0
        && Double.compare(loadPerInstance, that.loadPerInstance) == 0
        && ramp.equals(that.ramp);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + window.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("'").append(name).append("' ");
    if (isBounds) {
      text.append(min).append("..").append(max);
      if (initialMin > 0) {
        text.append(" from ").append(initialMin);
      }
    } else {
      text.append("at least ").append(min);
      if (loadPerInstance > 0) {
        text.append(" (").append(load).append(" at ").append(loadPerInstance).append(" each)");
      }
    }
    text.append(", ").append(window);
    if (ramp.length() > 0) {
      text.append(", ramp of ").append(rampLength()).append(" in ").append(ramp.steps());
    }
    return text.toString();
  }
}
