package dev.steelyard.autoscale.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What holds one direction of scaling back. Each knob is optional; without any, nothing does.
 * Immutable: every method gives another one.
 *
 * <ul>
 *   <li><b>window</b> (stabilization): scaling goes no further than the least extreme
 *       recommendation of so much time. It does not wait between changes.
 *   <li><b>cooldown</b>: so much time after an applied change, nothing happens in this direction.
 *   <li><b>rates</b>: at most so many instances or percent per period.
 * </ul>
 */
public final class DirectionLimits {
  /** Which of several rates counts. */
  public enum Select {
    /** The one that allows most; the default. */
    MAX,
    /** The one that allows least. */
    MIN,
    /** None: the direction is switched off. */
    DISABLED
  }

  private static final DirectionLimits NONE =
      new DirectionLimits(Duration.ZERO, Duration.ZERO, List.of(), Select.MAX);

  private final Duration window;
  private final Duration cooldown;
  private final List<RatePolicy> rates;
  private final Select select;

  private DirectionLimits(
      Duration window, Duration cooldown, List<RatePolicy> rates, Select select) {
    this.window = window;
    this.cooldown = cooldown;
    this.rates = rates;
    this.select = select;
  }

  /**
   * No limits.
   *
   * @return limits to which knobs are added
   */
  public static DirectionLimits none() {
    return NONE;
  }

  /**
   * The direction is switched off; bounds and ceilings still count.
   *
   * @return the limits
   */
  public static DirectionLimits disabled() {
    return NONE.select(Select.DISABLED);
  }

  /**
   * The same with a stabilization window.
   *
   * @param window how long, not negative; 0 is none
   * @return the limits
   */
  public DirectionLimits window(Duration window) {
    return new DirectionLimits(notNegative("window", window), cooldown, rates, select);
  }

  /**
   * The same with a cooldown.
   *
   * @param cooldown how long, not negative; 0 is none
   * @return the limits
   */
  public DirectionLimits cooldown(Duration cooldown) {
    return new DirectionLimits(window, notNegative("cooldown", cooldown), rates, select);
  }

  /**
   * The same with one more rate.
   *
   * @param rate the rate
   * @return the limits
   */
  public DirectionLimits rate(RatePolicy rate) {
    List<RatePolicy> more = new ArrayList<>(rates);
    more.add(rate);
    return new DirectionLimits(window, cooldown, List.copyOf(more), select);
  }

  /**
   * The same, with which of several rates counts.
   *
   * @param select which
   * @return the limits
   */
  public DirectionLimits select(Select select) {
    return new DirectionLimits(window, cooldown, rates, Objects.requireNonNull(select));
  }

  private static Duration notNegative(String knob, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(knob + " must not be negative, was " + value);
    }
    return value;
  }

  /**
   * The stabilization window.
   *
   * @return how long; 0 is none
   */
  public Duration window() {
    return window;
  }

  /**
   * The cooldown.
   *
   * @return how long; 0 is none
   */
  public Duration cooldown() {
    return cooldown;
  }

  /**
   * The rates.
   *
   * @return the rates, in the order in which they were added
   */
  public List<RatePolicy> rates() {
    return rates;
  }

  /**
   * Which of several rates counts.
   *
   * @return which
   */
  public Select select() {
    return select;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DirectionLimits that
        && window.equals(that.window)
        && cooldown.equals(that.cooldown)
        && rates.equals(that.rates)
        && select == that.select;
  }

  @Override
  public int hashCode() {
    return Objects.hash(window, cooldown, rates, select.name());
  }

  @Override
  public String toString() {
    return "window " + window + ", cooldown " + cooldown + ", rates " + rates + " " + select;
  }
}
