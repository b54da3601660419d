package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.check;
import static dev.steelyard.autoscale.replay.Checks.millis;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * How closely a supply of instances followed the demand: the metrics of the SPEC Research Group
 * (Herbst, Kounev, Reussner, ICAC 2013; Herbst et al., BUNGEE, SEAMS 2015). Demand is the least
 * number of instances that meets the objective, supply is the number that is ready; both hold
 * between their changes. Shares are 0 to 1, not percent.
 *
 * <p>Good for comparing policies on one trace. They do not know the cost of an instance or of a
 * slow request: see {@link ReplaySummary} for those.
 *
 * @param span how long demand and supply were compared
 * @param accuracyUnder instances missing, in the mean over the span
 * @param accuracyOver instances too many, in the mean over the span
 * @param normalizedUnder missing instances as a share of the demand (at least 1), in the mean
 * @param normalizedOver instances too many as a share of the demand (at least 1), in the mean; may
 *     be above 1
 * @param timeShareUnder share of the span with too few instances
 * @param timeShareOver share of the span with too many
 * @param instability share of the ticks after the first in which demand and supply did not both
 *     rise, both fall or both stay
 * @param jitterPerHour instances changed by the supply less those changed by the demand, per hour:
 *     above 0 nervous, below 0 inert
 */
public record Elasticity(
    Duration span,
    double accuracyUnder,
    double accuracyOver,
    double normalizedUnder,
    double normalizedOver,
    double timeShareUnder,
    double timeShareOver,
    double instability,
    double jitterPerHour) {
  /**
   * Compares two series of changes. The series that ends earlier is continued with its last value;
   * the last time of the longer one ends the comparison.
   *
   * @param demand the number that was needed from each time on, not empty
   * @param supply the number that was there from each time on, not empty, with the same first time
   * @param tick the resolution: all times are multiples of it after the first
   * @return the metrics
   * @throws IllegalArgumentException if a series is empty, begins elsewhere, has a negative number
   *     or a time between ticks, or nothing is left to compare
   */
  public static Elasticity between(
      SortedMap<Instant, Integer> demand, SortedMap<Instant, Integer> supply, Duration tick) {
    long step = millis("tick", tick);
    check(!demand.isEmpty(), "demand", "empty", "not empty");
    check(!supply.isEmpty(), "supply", "empty", "not empty");
    Instant start = demand.firstKey();
    check(supply.firstKey().equals(start), "first time of supply", supply.firstKey(), "" + start);
    Instant end = demand.lastKey().isAfter(supply.lastKey()) ? demand.lastKey() : supply.lastKey();
    long ticks = Duration.between(start, end).toMillis() / step;
    check(ticks >= 1, "span", start + ".." + end, "at least one tick");
    check(ticks <= Grid.LIMIT, "span", start + ".." + end, "at most " + Grid.LIMIT + " ticks");
    return ofTicks(
        expand(demand, start, (int) ticks, step), expand(supply, start, (int) ticks, step), step);
  }

  private static int[] expand(
      SortedMap<Instant, Integer> series, Instant start, int ticks, long step) {
    int[] expanded = new int[ticks];
    series.forEach(
        (time, count) -> {
          check(count >= 0, "count at " + time, count, "at least 0");
          long offset = Duration.between(start, time).toMillis();
          check(offset % step == 0, "time", time, "a multiple of the tick after " + start);
          int from = (int) Math.min(ticks, offset / step);
          Arrays.fill(expanded, from, ticks, count);
        });
    return expanded;
  }

  static Elasticity ofTicks(int[] demand, int[] supply, long stepMillis) {
    int ticks = demand.length;
    double missing = 0;
    double surplus = 0;
    double missingShare = 0;
    double surplusShare = 0;
    long under = 0;
    long over = 0;
    long apart = 0;
    long changes = 0;
    for (int i = 0; i < ticks; i++) {
      int difference = supply[i] - demand[i];
      if (difference < 0) {
        under++;
        missing -= difference;
        missingShare -= (double) difference / Math.max(1, demand[i]);
      } else if (difference > 0) {
        over++;
        surplus += difference;
        surplusShare += (double) difference / Math.max(1, demand[i]);
      }
      if (i > 0) {
        int demandStep = demand[i] - demand[i - 1];
        int supplyStep = supply[i] - supply[i - 1];
        apart += Integer.signum(demandStep) == Integer.signum(supplyStep) ? 0 : 1;
        changes += Math.abs(supplyStep) - Math.abs(demandStep);
      }
    }
    double hours = ticks * stepMillis / 3_600_000.0;
    return new Elasticity(
        Duration.ofMillis(ticks * stepMillis),
        missing / ticks,
        surplus / ticks,
        missingShare / ticks,
        surplusShare / ticks,
        (double) under / ticks,
        (double) over / ticks,
        ticks == 1 ? 0 : (double) apart / (ticks - 1),
        changes / hours);
  }

  /**
   * The elastic deviation: the p-norm of normalised accuracy under and over, time share under and
   * over, and instability, all in percent. Lower is better.
   *
   * @param p the exponent, 1 or more; the papers take the number of components, 5
   * @return the deviation in percent
   */
  public double elasticDeviation(double p) {
    check(p >= 1 && Double.isFinite(p), "p", p, "finite and at least 1");
    double[] percents = {
      100 * normalizedUnder,
      100 * normalizedOver,
      100 * timeShareUnder,
      100 * timeShareOver,
      100 * instability
    };
    double greatest = Arrays.stream(percents).max().orElseThrow();
    if (greatest == 0) {
      return 0;
    }
    double sum = 0;
    for (double percent : percents) {
      sum += Math.pow(percent / greatest, p); // scaled, so that no power overflows
    }
    return greatest * Math.pow(sum, 1 / p);
  }
}
