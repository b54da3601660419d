package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.rules.ShadowFleets.HOURS;
import static dev.steelyard.autoscale.rules.ShadowFleets.LOOSE;
import static dev.steelyard.autoscale.rules.ShadowFleets.PLAIN;
import static dev.steelyard.autoscale.rules.ShadowFleets.PLAIN_EVENTS;
import static dev.steelyard.autoscale.rules.ShadowFleets.PLAIN_HOURS;
import static dev.steelyard.autoscale.rules.ShadowFleets.PLAIN_REVERSALS;
import static dev.steelyard.autoscale.rules.ShadowFleets.PLAIN_UNSERVED;
import static dev.steelyard.autoscale.rules.ShadowFleets.REAL_HOURS;
import static dev.steelyard.autoscale.rules.ShadowFleets.REAL_REVERSALS;
import static dev.steelyard.autoscale.rules.ShadowFleets.REAL_UNSERVED;
import static dev.steelyard.autoscale.rules.ShadowFleets.REPAYS;
import static dev.steelyard.autoscale.rules.ShadowFleets.REVERSALS;
import static dev.steelyard.autoscale.rules.ShadowFleets.SELECTED;
import static dev.steelyard.autoscale.rules.ShadowFleets.SELECTED_AT;
import static dev.steelyard.autoscale.rules.ShadowFleets.TICKS;
import static dev.steelyard.autoscale.rules.ShadowFleets.TIME;
import static dev.steelyard.autoscale.rules.ShadowFleets.UNSERVED;

/**
 * Which way is used: the cheapest of those that overload and reverse no more than plain tracking.
 *
 * <p>Three accounts limit the risk of what the past did not show. Where the real fleet has been
 * overloaded more than plain tracking's would have been, it is in <em>debt</em>: it keeps at least
 * what plain tracking would have, and repays with what it has saved in hours. Where it has changed
 * direction as often, it does so no more if it need not. And where it has cost more hours, plain
 * tracking is used.
 */
final class WaySelection {
  /** By how much another way must be cheaper than the one in use, and any than plain tracking. */
  private static final double STICKINESS = 0.01;

  private static final double WORTHWHILE = 0.995;

  /** What a change of direction counts as: so many seconds of all instances. */
  private static final double REVERSAL_SECONDS = 20;

  /** So many overloads in the memory say how a way does with the next. */
  private static final double MANY = 24;

  /** Below this share of plain tracking's overload there is something to spend. */
  private static final double CREDIT = 0.5;

  private static final double SLIGHT_DEBT = 1.05;
  private static final double MOST_HOURS = 1.01;
  private static final double REPAY_FROM = 0.997;
  private static final double REPAY_TO = 1.002;

  private WaySelection() {}

  /** Selects a way, or plain tracking. */
  static void select(ShadowFleets fleets, double caution) {
    double[] s = fleets.state;
    double most = (s[REPAYS] != 0 ? REPAY_TO : REPAY_FROM) * s[PLAIN_HOURS];
    s[REPAYS] = inDebt(s) && s[REAL_HOURS] < most ? 1 : 0;
    if (s[TICKS] < AdaptiveTracking.LEARNING_TICKS) {
      return;
    }
    double reversal = REVERSAL_SECONDS * fleets.meanOfPlain();
    double ofPlain = cost(fleets, PLAIN, reversal);
    int selected = fleets.selected();
    double ofSelected = selected == PLAIN ? ofPlain : Double.POSITIVE_INFINITY;
    int best = PLAIN;
    double least = ofPlain;
    if (s[REAL_HOURS] <= s[PLAIN_HOURS] * MOST_HOURS) {
      boolean many = s[PLAIN_EVENTS] > MANY && s[REAL_UNSERVED] <= SLIGHT_DEBT * s[PLAIN_UNSERVED];
      boolean credit = s[REAL_UNSERVED] < CREDIT * s[PLAIN_UNSERVED];
      int judged = many || credit ? LOOSE : UNSERVED;
      double less = inDebt(s) ? Math.min(1, 2 * caution) : caution;
      double unserved = fleets.of(PLAIN, UNSERVED) * (1 - less) + 1e-9;
      double hours = fleets.of(PLAIN, HOURS) * WORTHWHILE;
      double reversals = fleets.of(PLAIN, REVERSALS) + 1e-9;
      for (int way = 0; way < PLAIN; way++) {
        if (fleets.of(way, judged) > unserved
            || fleets.of(way, HOURS) > hours
            || fleets.of(way, REVERSALS) > reversals) {
          continue;
        }
        double cost = cost(fleets, way, reversal);
        if (way == selected) {
          ofSelected = cost;
        }
        if (cost < least) {
          least = cost;
          best = way;
        }
      }
    }
    if (ofSelected == Double.POSITIVE_INFINITY
        || (best != selected && least < ofSelected * (1 - STICKINESS))) {
      s[SELECTED] = best;
      s[SELECTED_AT] = s[TIME];
    }
  }

  private static double cost(ShadowFleets fleets, int fleet, double reversal) {
    return fleets.of(fleet, HOURS) + reversal * fleets.of(fleet, REVERSALS);
  }

  /** Whether the real fleet has been overloaded more than plain tracking's would have been. */
  static boolean inDebt(double[] state) {
    return state[REAL_UNSERVED] > state[PLAIN_UNSERVED] + 1e-9;
  }

  /** Whether it repays with hours that it has saved. */
  static boolean repays(double[] state) {
    return state[REPAYS] != 0;
  }

  /** Whether one more change of direction would be more of them than plain tracking's. */
  static boolean reversalsSpent(double[] state) {
    return state[REAL_REVERSALS] + 1 > state[PLAIN_REVERSALS];
  }

  /** Whether there were more changes of direction than plain tracking's. */
  static boolean reversalsOverspent(double[] state) {
    return state[REAL_REVERSALS] > state[PLAIN_REVERSALS];
  }
}
