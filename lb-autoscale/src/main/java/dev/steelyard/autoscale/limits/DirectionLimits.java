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

  /** The longest window, cooldown or period, in days: {@value}. */
  public static final int GREATEST_DAYS = 3660;

  private static final DirectionLimits NONE =
      new DirectionLimits(Duration.ZERO, Duration.ZERO, false, List.of(), Select.MAX);

  private final Duration window;
  private final Duration cooldown;
  private final boolean moreDuringCooldown;
  private final List<RatePolicy> rates;
  private final Select select;

  private DirectionLimits(
      Duration window,
      Duration cooldown,
      boolean moreDuringCooldown,
      List<RatePolicy> rates,
      Select select) {
    this.window = window;
    this.cooldown = cooldown;
    this.moreDuringCooldown = moreDuringCooldown;
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
   * The same with a stabilization window. It does not make changes wait for each other: scaling up
   * goes to the smallest, scaling down to the largest recommendation of so much time.
   *
   * @param window how long, not negative, at most {@value #GREATEST_DAYS} days; 0 is none
   * @return the limits
   */
  public DirectionLimits window(Duration window) {
    return new DirectionLimits(
        notNegative("window", window), cooldown, moreDuringCooldown, rates, select);
  }

  /**
   * The same with a cooldown. It counts from the applied change, or from when that was complete if
   * the state says so. Up waits only for changes up, down for changes in either direction, unless
   * the policy's clock is shared. Corrections of the bounds do not wait.
   *
   * @param cooldown how long, not negative, at most {@value #GREATEST_DAYS} days; 0 is none
   * @return the limits
   */
  public DirectionLimits cooldown(Duration cooldown) {
    return new DirectionLimits(
        window, notNegative("cooldown", cooldown), moreDuringCooldown, rates, select);
  }

  /**
   * The same, with whether more may be added during the cooldown of scaling up: of what is asked
   * for, what goes beyond the instances that the cooldown's changes have added, as AWS does it. An
   * instance that is just starting is so not ordered twice, and a growing need is not left waiting.
   * No effect on scaling down.
   *
   * @param more whether; default no
   * @return the limits
   */
  public DirectionLimits moreDuringCooldown(boolean more) {
    return new DirectionLimits(window, cooldown, more, rates, select);
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
    return new DirectionLimits(window, cooldown, moreDuringCooldown, List.copyOf(more), select);
  }

  /**
   * The same, with which of several rates counts.
   *
   * @param select which
   * @return the limits
   */
  public DirectionLimits select(Select select) {
    return new DirectionLimits(
        window, cooldown, moreDuringCooldown, rates, Objects.requireNonNull(select));
  }

  private static Duration notNegative(String knob, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofDays(GREATEST_DAYS)) > 0) {
      throw new IllegalArgumentException(
          knob + " must be in [0, " + GREATEST_DAYS + " days], was " + value);
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
   * Whether more may be added during the cooldown of scaling up.
   *
   * @return whether
   */
  public boolean isMoreDuringCooldown() {
    return moreDuringCooldown;
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
        && moreDuringCooldown == that.moreDuringCooldown
        && rates.equals(that.rates)
        && select == that.select;
  }

  @Override
  public int hashCode() {
    return Objects.hash(window, cooldown, moreDuringCooldown, rates, select.name());
  }

  @Override
  public String toString() {
    return "window "
        + window
        + ", cooldown "
        + cooldown
        + (moreDuringCooldown ? " (more during it)" : "")
        + ", rates "
        + rates
        + " "
        + select;
  }
}
