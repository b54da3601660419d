package dev.steelyard.autoscale.limits;

/**
 * A kind of instance that can be bought. Immutable.
 *
 * @param name its name, not blank
 * @param units how many instances of the policy one of it does the work of, in [1, {@value
 *     #GREATEST_UNITS}]
 * @param price its price per hour, finite and not negative
 * @param spotPrice its price per hour where it may be taken away, finite and not negative; {@link
 *     Double#NaN} if it is not sold so
 */
public record InstanceType(String name, int units, double price, double spotPrice) {
  /** The largest instance, in units: {@value}. */
  public static final int GREATEST_UNITS = 64;

  /**
   * Checks the numbers.
   *
   * @param name its name, not blank
   * @param units how many instances of the policy one of it does the work of
   * @param price its price per hour, finite and not negative
   * @param spotPrice its price per hour where it may be taken away, finite and not negative
   */
  public InstanceType {
    if (name.isBlank()) {
      throw new IllegalArgumentException("the name of an instance type must not be blank");
    }
    if (units < 1 || units > GREATEST_UNITS) {
      throw new IllegalArgumentException(
          "the units of " + name + " must be in [1, " + GREATEST_UNITS + "], were " + units);
    }
    if (!(price >= 0) || price == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the price of " + name + " must be finite and not negative, was " + price);
    }
    if (!Double.isNaN(spotPrice) && !(spotPrice >= 0 && spotPrice < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the spot price of " + name + " must be finite and not negative, was " + spotPrice);
    }
  }

  /**
   * A type that is sold on demand only.
   *
   * @param name its name
   * @param units how many instances of the policy one of it does the work of
   * @param price its price per hour
   * @return the type
   */
  public static InstanceType of(String name, int units, double price) {
    return new InstanceType(name, units, price, Double.NaN);
  }

  /**
   * The same, sold as spot as well.
   *
   * @param price its spot price per hour
   * @return the type
   */
  public InstanceType spot(double price) {
    return new InstanceType(name, units, this.price, price);
  }

  /**
   * Whether it is sold as spot.
   *
   * @return whether
   */
  public boolean isSpot() {
    return !Double.isNaN(spotPrice);
  }
}
