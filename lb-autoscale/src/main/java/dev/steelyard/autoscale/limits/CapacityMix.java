package dev.steelyard.autoscale.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What instances cost, and which to take: so many on demand, of those above so many percent spot,
 * each part of the cheapest types that cover it. Immutable: knobs give another mix; a plan is O(the
 * number of types).
 *
 * <p>Where there are several types, a policy's number of instances counts units; a plan may have
 * more units than asked for where that is cheaper, never fewer.
 *
 * <p>The cheapest cover is exact: all but the last few units are of the type that is cheapest per
 * unit, the rest is looked up in a table made once (a knapsack by dynamic programming). Where two
 * covers cost the same, the earlier type is taken.
 */
public final class CapacityMix {
  private static final int HOURS_PER_DAY = 24;

  /**
   * So many instances of one type.
   *
   * @param type the type
   * @param spot whether they are spot
   * @param count how many
   */
  public record Line(InstanceType type, boolean spot, int count) {
    /**
     * What one of them costs.
     *
     * @return the price per hour
     */
    public double price() {
      return spot ? type.spotPrice() : type.price();
    }
  }

  /**
   * What to take.
   *
   * @param lines the instances by type, on demand first
   * @param pricePerHour what they cost per hour
   */
  public record Plan(List<Line> lines, double pricePerHour) {
    /**
     * Copies the lines.
     *
     * @param lines the instances by type, on demand first
     * @param pricePerHour what they cost per hour
     */
    public Plan {
      lines = List.copyOf(lines);
    }

    /**
     * What they cost per day.
     *
     * @return the price
     */
    public double pricePerDay() {
      return pricePerHour * HOURS_PER_DAY;
    }

    /**
     * What they do the work of.
     *
     * @return how many units
     */
    public int units() {
      int units = 0;
      for (Line line : lines) {
        units += line.count * line.type.units();
      }
      return units;
    }
  }

  private final List<InstanceType> types;
  private final int base;
  private final int spotPercent;
  private final double penalty;
  private final Duration horizon;
  private final Cover onDemand;
  private final @Nullable Cover spot;

  private CapacityMix(
      List<InstanceType> types,
      int base,
      int spotPercent,
      double penalty,
      Duration horizon,
      Cover onDemand,
      @Nullable Cover spot) {
    this.types = types;
    this.base = base;
    this.spotPercent = spotPercent;
    this.penalty = penalty;
    this.horizon = horizon;
    this.onDemand = onDemand;
    this.spot = spot;
  }

  /**
   * A mix of these types, all on demand.
   *
   * @param types at least one; names must differ
   * @return the mix
   */
  public static CapacityMix of(InstanceType... types) {
    if (types.length == 0) {
      throw new IllegalArgumentException("a capacity mix needs an instance type");
    }
    List<InstanceType> all = List.of(types);
    if (all.stream().map(InstanceType::name).distinct().count() < types.length) {
      throw new IllegalArgumentException("instance types must have different names, were " + all);
    }
    List<InstanceType> sold = all.stream().filter(InstanceType::isSpot).toList();
    return new CapacityMix(
        all,
        0,
        0,
        0,
        Duration.ofHours(1),
        new Cover(all, false),
        sold.isEmpty() ? null : new Cover(sold, true));
  }

  /**
   * The same with spot.
   *
   * @param base the first so many units are on demand, not negative
   * @param percent of those above, so many percent are spot, rounded down, in [0, 100]
   * @return the mix
   * @throws IllegalArgumentException if no type is sold as spot
   */
  public CapacityMix spot(int base, int percent) {
    if (base < 0) {
      throw new IllegalArgumentException("the on-demand base must not be negative, was " + base);
    }
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("spot must be in [0, 100] percent, was " + percent);
    }
    if (spot == null && percent > 0) {
      throw new IllegalArgumentException("none of the types is sold as spot: " + types);
    }
    return new CapacityMix(types, base, percent, penalty, horizon, onDemand, spot);
  }

  /**
   * The same with a price of a change: a scale-in happens only if it saves as much within the
   * horizon. Scaling up, and corrections of bounds and ceilings, never wait for money.
   *
   * @param penalty what a change costs, finite and not negative; default 0
   * @param horizon in how much time it must pay, above 0, at most {@value
   *     DirectionLimits#GREATEST_DAYS} days; default 1 h
   * @return the mix
   */
  public CapacityMix changePenalty(double penalty, Duration horizon) {
    if (!(penalty >= 0) || penalty == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the change penalty must be finite and not negative, was " + penalty);
    }
    if (horizon.isZero()
        || horizon.isNegative()
        || horizon.compareTo(Duration.ofDays(DirectionLimits.GREATEST_DAYS)) > 0) {
      throw new IllegalArgumentException(
          "the horizon of the change penalty must be in (0, "
              + DirectionLimits.GREATEST_DAYS
              + " days], was "
              + horizon);
    }
    return new CapacityMix(types, base, spotPercent, penalty, horizon, onDemand, spot);
  }

  /**
   * The cheapest instances that do the work of so many units.
   *
   * @param units how many, not negative
   * @return the plan
   */
  public Plan plan(int units) {
    if (units < 0) {
      throw new IllegalArgumentException("units must not be negative, were " + units);
    }
    int above = Math.max(0, units - base);
    int spotUnits = (int) ((long) above * spotPercent / 100);
    List<Line> lines = new ArrayList<>(2);
    onDemand.add(units - spotUnits, lines);
    if (spot != null) {
      spot.add(spotUnits, lines);
    }
    double price = 0;
    for (Line line : lines) {
      price += line.count * line.price();
    }
    return new Plan(lines, price);
  }

  /**
   * The types.
   *
   * @return the types, in the order in which they were given
   */
  public List<InstanceType> types() {
    return types;
  }

  /**
   * How many units are on demand in any case.
   *
   * @return the number
   */
  public int base() {
    return base;
  }

  /**
   * How much of the rest is spot.
   *
   * @return percent
   */
  public int spotPercent() {
    return spotPercent;
  }

  /**
   * What a change costs.
   *
   * @return the price
   */
  public double penalty() {
    return penalty;
  }

  /**
   * In how much time a change must pay.
   *
   * @return how long
   */
  public Duration horizon() {
    return horizon;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CapacityMix that
        && types.equals(that.types)
        && base == that.base
        && spotPercent == that.spotPercent
        && Double.compare(penalty, that.penalty) == 0
        && horizon.equals(that.horizon);
  }

  @Override
  public int hashCode() {
    return Objects.hash(types, base, spotPercent, penalty, horizon);
  }

  @Override
  public String toString() {
    return types + ", base " + base + ", spot " + spotPercent + "%, a change costs " + penalty;
  }
}
