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
  private static final int REMEMBERED = 64;
  private static final int ENOUGH = 8;
  private static final double WINDOW_NANOS = 1e9;

  private final long[] nanos = new long[REMEMBERED];
  private final int[] there = new int[REMEMBERED];
  private final long[] near = new long[REMEMBERED];
  private long count;
  private double perSecond;
  private double utilisation;
  private long updated;

  void answered(long responseNanos, int inFlight) {
    int place = (int) (count++ % REMEMBERED);
    nanos[place] = responseNanos;
    there[place] = inFlight;
  }

  /** What a request would take now; 0 if nothing is known. */
  double latencyNanos(int inFlight) {
    int known = (int) Math.min(count, REMEMBERED);
    if (known == 0) {
      return 0;
    }
    int distance = 1 + inFlight / 5;
    while (true) {
      int found = 0;
      for (int i = 0; i < known; i++) {
        if (Math.abs(there[i] - inFlight) <= distance) {
          near[found++] = nanos[i];
        }
      }
      if (found >= Math.min(ENOUGH, known)) {
        Arrays.sort(near, 0, found);
        return (double) near[found / 2];
      }
      distance *= 2;
    }
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
