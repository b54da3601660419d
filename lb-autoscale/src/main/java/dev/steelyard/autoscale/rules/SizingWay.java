package dev.steelyard.autoscale.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * A way of sizing that {@link AdaptiveTracking} may use: a statistic of the load, the utilization
 * at which its instances would run, and a dwell.
 *
 * @param statistic what it looks at
 * @param seconds the window, or the time constant of the mean; 0 for the others
 * @param factor the utilization; the number of standard deviations for {@link Statistic#MEAN}
 * @param dwellSeconds how long after a change it does not scale in
 * @param season whether it also keeps what yesterday needed at the times just ahead
 */
record SizingWay(
    Statistic statistic, int seconds, double factor, int dwellSeconds, boolean season) {
  /** What a way looks at. */
  enum Statistic {
    /** The largest load of a window. */
    LARGEST,
    /** Moving mean and so many standard deviations. */
    MEAN,
    /** The median of the last three loads: what lasts, up or down. */
    MEDIAN
  }

  private static final double MEAN_UTILIZATION = 1;

  /** Time constants of the means, in seconds. */
  static final int[] MEANS = {600, 1800};

  /** Windows of the largest load, in seconds; 1 is the latest alone. */
  static final int[] WINDOWS = {1, 300, 600, 1800, 3600};

  /** All ways, those that look at the same beside each other. */
  static final List<SizingWay> ALL = all();

  private static final List<String> WORDS = ALL.stream().map(SizingWay::describe).toList();

  private static List<SizingWay> all() {
    List<SizingWay> ways = new ArrayList<>();
    int[] dwells = {0, 1200};
    for (int window : WINDOWS) {
      for (double at : new double[] {0.7, 0.75, 0.8, 0.85}) {
        for (int dwell : dwells) {
          ways.add(new SizingWay(Statistic.LARGEST, window, at, dwell, false));
          if (window == 300 || window == 1800) {
            ways.add(new SizingWay(Statistic.LARGEST, window, at, dwell, true));
          }
        }
      }
    }
    for (int constant : MEANS) {
      for (double deviations : new double[] {2, 3}) {
        for (int dwell : dwells) {
          ways.add(new SizingWay(Statistic.MEAN, constant, deviations, dwell, false));
        }
      }
    }
    for (double at : new double[] {0.7, 0.8}) {
      for (int dwell : dwells) {
        ways.add(new SizingWay(Statistic.MEDIAN, 0, at, dwell, false));
      }
    }
    return List.copyOf(ways);
  }

  static String words(int index) {
    return WORDS.get(index);
  }

  double utilization() {
    return statistic == Statistic.MEAN ? MEAN_UTILIZATION : factor;
  }

  private String describe() {
    String what =
        switch (statistic) {
          case LARGEST ->
              (seconds < 60 ? "latest load" : "largest load of " + seconds / 60 + "m")
                  + " at "
                  + percent(factor);
          case MEAN -> "mean load of " + seconds / 60 + "m and " + factor + " deviations";
          case MEDIAN -> "median of three loads at " + percent(factor);
        };
    return what
        + (season ? ", and yesterday's ahead" : "")
        + (dwellSeconds == 0 ? "" : ", in " + dwellSeconds / 60 + "m after a change");
  }

  private static String percent(double factor) {
    return Math.round(factor * 100) + " %";
  }
}
