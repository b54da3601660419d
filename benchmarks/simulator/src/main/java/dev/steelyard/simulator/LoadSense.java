package dev.steelyard.simulator;

import dev.steelyard.lb.select.LoadReport;
import java.util.Arrays;
import java.util.Map;

/**
 * What a server knows of its own load, as the servers of Prequal do (B. Wydrowski et al., "Load is
 * not what you should balance", 2024): the median of its last response times at about as many
 * requests as there are now.
 */
final class LoadSense {
  private static final int REMEMBERED = 16;
  private static final int LEVELS = 64;
  private static final int FINE = 4;
  private static final double WINDOW_NANOS = 1e9;

  private final long[][] nanos = new long[LEVELS][];
  private final int[] counts = new int[LEVELS];
  private final long[] sorted = new long[REMEMBERED];
  private double perSecond;
  private double utilisation;
  private long updated;

  void answered(long responseNanos, int inFlight) {
    int level = level(inFlight);
    long[] known = nanos[level];
    if (known == null) {
      known = new long[REMEMBERED];
      nanos[level] = known;
    }
    known[counts[level]++ % REMEMBERED] = responseNanos;
  }

  /** Levels of equal width at first, then of equal ratio: four to a doubling. */
  static int level(int inFlight) {
    if (inFlight < 2 * FINE) {
      return inFlight;
    }
    int doublings = 31 - Integer.numberOfLeadingZeros(inFlight / FINE);
    return Math.min(doublings * FINE + (inFlight >> doublings), LEVELS - 1);
  }

  /** What a request would take now; 0 if nothing is known. */
  double latencyNanos(int inFlight) {
    int wanted = level(inFlight);
    for (int away = 0; away < LEVELS; away++) {
      double found = Math.max(median(wanted - away), median(wanted + away));
      if (found > 0) {
        return found;
      }
    }
    return 0;
  }

  private double median(int level) {
    if (level < 0 || level >= LEVELS || counts[level] == 0) {
      return 0;
    }
    int known = Math.min(counts[level], REMEMBERED);
    System.arraycopy(nanos[level], 0, sorted, 0, known);
    Arrays.sort(sorted, 0, known);
    return (double) sorted[known / 2];
  }

  /** What it says in an answer: moving averages over about a second. */
  LoadReport report(long nowNanos, int busy, int cores, int inFlight) {
    double elapsed = Math.max(nowNanos - updated, 0);
    double fading = StrictMath.exp(-elapsed / WINDOW_NANOS);
    updated = nowNanos;
    double now = cores == Integer.MAX_VALUE ? 0 : Math.min((double) busy / cores, 1);
    utilisation = utilisation * fading + now * (1 - fading);
    perSecond = perSecond * fading + 1;
    return new LoadReport(
        Math.max(utilisation, 1e-6),
        0,
        0,
        perSecond * (1e9 / WINDOW_NANOS),
        0,
        Map.of(LoadReport.REQUESTS_IN_FLIGHT, (double) inFlight));
  }
}
