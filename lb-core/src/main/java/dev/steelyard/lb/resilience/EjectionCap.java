package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.internal.Checks.check;

/**
 * How many instances of a fleet may be out at once because they fail: so that taking out what fails
 * never becomes an outage of its own. A value; its methods are pure, O(1), and may be called from
 * any thread.
 *
 * <p>Of <var>n</var> instances {@code min(max(floor(n * maxPercent / 100), atLeast), n -
 * minimumLeft)} may be out, and never fewer than none:
 *
 * <table>
 *   <caption>with the defaults: 50 %, at least 1, 1 left</caption>
 *   <tr><th scope="row">instances</th><td>0</td><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td><td>10</td></tr>
 *   <tr><th scope="row">may be out</th><td>0</td><td>0</td><td>1</td><td>1</td><td>2</td><td>2</td><td>5</td></tr>
 * </table>
 *
 * <p>The percentage is rounded down, as in Envoy; gRPC rounds up (A50). What surprised users of
 * both at small sizes, ten percent of three that are none or one (envoy#34796), is said outright
 * here: {@code atLeast} is Envoy's {@code always_eject_one_host}, on by default, and {@code
 * minimumLeft} has the last word, so that one of two may go, and the last one never.
 *
 * <p>One cap is for all that takes instances out, whatever found them: rules that have a cap each
 * may empty a fleet together.
 *
 * @param maxPercent the share that may be out, in percent, 0 to 100; 0 takes nothing out
 * @param atLeast how many may be out where the percentage gives less: 0 or 1
 * @param minimumLeft how many must stay, at least 0; 0 lets even the last one go, so that requests
 *     fail at once instead of trying it
 */
public record EjectionCap(int maxPercent, int atLeast, int minimumLeft) {
  /** The default share: {@value} %. */
  public static final int DEFAULT_MAX_PERCENT = 50;

  /** The default of how many must stay: {@value}. */
  public static final int DEFAULT_MINIMUM_LEFT = 1;

  /**
   * Makes a cap.
   *
   * @param maxPercent the share that may be out, in percent, 0 to 100; 0 takes nothing out
   * @param atLeast how many may be out where the percentage gives less: 0 or 1
   * @param minimumLeft how many must stay, at least 0
   * @throws IllegalArgumentException if an argument is out of range, or {@code atLeast} is 1 though
   *     nothing may be taken out
   */
  public EjectionCap {
    check(maxPercent >= 0 && maxPercent <= 100, "maxPercent", maxPercent, "0..100");
    check(atLeast >= 0 && atLeast <= 1, "atLeast", atLeast, "0 or 1");
    check(
        maxPercent > 0 || atLeast == 0,
        "atLeast",
        atLeast,
        "0 if maxPercent is 0: none may go out");
    check(minimumLeft >= 0, "minimumLeft", minimumLeft, ">= 0");
  }

  /**
   * Returns a cap that lets one instance go where the percentage gives less, unless it is 0.
   *
   * @param maxPercent the share that may be out, in percent, 0 to 100
   * @param minimumLeft how many must stay, at least 0
   * @return the cap
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static EjectionCap of(int maxPercent, int minimumLeft) {
    return new EjectionCap(maxPercent, maxPercent == 0 ? 0 : 1, minimumLeft);
  }

  /**
   * Returns the cap of all defaults: {@value #DEFAULT_MAX_PERCENT} %, but at least one, and {@value
   * #DEFAULT_MINIMUM_LEFT} left.
   *
   * @return the cap
   */
  public static EjectionCap defaults() {
    return of(DEFAULT_MAX_PERCENT, DEFAULT_MINIMUM_LEFT);
  }

  /**
   * Returns how many may be out at once.
   *
   * @param registered the instances that would be used if none were out, at least 0
   * @return 0 to {@code registered}
   * @throws IllegalArgumentException if negative
   */
  public int allowed(int registered) {
    check(registered >= 0, "registered", registered, ">= 0");
    int share = (int) ((long) registered * maxPercent / 100);
    return Math.max(Math.min(Math.max(share, atLeast), registered - minimumLeft), 0);
  }

  /**
   * Returns how many more may go out.
   *
   * @param registered the instances that would be used if none were out, those that are out
   *     included
   * @param ejected those of them that are out
   * @return at least 0; 0 also if more are out than may be
   * @throws IllegalArgumentException unless {@code 0 <= ejected <= registered}
   */
  public int room(int registered, int ejected) {
    return Math.max(allowed(registered) - checked(registered, ejected), 0);
  }

  /**
   * Returns how many have to be let in again: what leaves the registry may be what is healthy, and
   * of four instances with two out two may be left, both out.
   *
   * @param registered the instances that would be used if none were out, those that are out
   *     included
   * @param ejected those of them that are out
   * @return at least 0; 0 if no more are out than may be
   * @throws IllegalArgumentException unless {@code 0 <= ejected <= registered}
   */
  public int excess(int registered, int ejected) {
    return Math.max(checked(registered, ejected) - allowed(registered), 0);
  }

  private static int checked(int registered, int ejected) {
    check(ejected >= 0 && ejected <= registered, "ejected", ejected, "0.." + registered);
    return ejected;
  }
}
