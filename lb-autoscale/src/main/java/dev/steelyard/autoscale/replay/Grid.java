package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.check;

import dev.steelyard.autoscale.replay.TraceReader.Duplicates;
import dev.steelyard.autoscale.replay.TraceReader.Gaps;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts samples of any times on an even grid that begins at the first of them: each goes to the
 * nearest point. Points with several samples and points without one follow the reader's rules, and
 * are noted.
 */
final class Grid {
  /** Most values of a trace: 95 years of minutes. */
  static final int LIMIT = 50_000_000;

  private Grid() {}

  static Trace place(
      String name, long[] times, double[] values, long step, Gaps gaps, Duplicates duplicates) {
    long start = Arrays.stream(times).min().orElseThrow();
    long end = Arrays.stream(times).max().orElseThrow();
    checkSpan(start, end, step);
    int size = (int) ((end - start + step / 2) / step) + 1;
    double[] grid = new double[size];
    int[] counts = new int[size];
    int merged = 0;
    for (int i = 0; i < times.length; i++) {
      if (Double.isNaN(values[i])) {
        continue; // a line without a value: a gap, unless another line fills it
      }
      int at = (int) ((times[i] - start + step / 2) / step);
      if (counts[at] > 0) {
        merged++;
        if (duplicates == Duplicates.FAIL) {
          throw new IllegalArgumentException(
              "two samples at " + Instant.ofEpochMilli(start + at * step));
        }
      }
      grid[at] = merge(grid[at], counts[at]++, values[i], duplicates);
    }
    int missing = fill(grid, counts, start, step, gaps);
    List<String> notes = new ArrayList<>();
    if (missing > 0) {
      notes.add(missing + " of " + size + " samples were missing: " + gaps.text() + ".");
    }
    if (merged > 0) {
      notes.add(merged + " samples fell on others: " + duplicates.text() + ".");
    }
    return new Trace(name, start, step, grid, notes);
  }

  /** Counts times in intervals that begin at whole multiples of the step. */
  static Trace count(String name, long[] times, long step) {
    long start = Math.floorDiv(Arrays.stream(times).min().orElseThrow(), step) * step;
    long end = Arrays.stream(times).max().orElseThrow();
    checkSpan(start, end, step);
    double[] counts = new double[(int) ((end - start) / step) + 1];
    for (long time : times) {
      counts[(int) ((time - start) / step)]++;
    }
    return new Trace(name, start, step, counts, List.of());
  }

  private static void checkSpan(long start, long end, long step) {
    check(
        (end - start) / step < LIMIT,
        "the span",
        Instant.ofEpochMilli(start) + " to " + Instant.ofEpochMilli(end),
        "at most " + LIMIT + " intervals of " + Duration.ofMillis(step));
  }

  private static double merge(double old, int count, double value, Duplicates duplicates) {
    if (count == 0) {
      return value;
    }
    return switch (duplicates) {
      case MEAN -> old + (value - old) / (count + 1);
      case SUM -> old + value;
      case MAX -> Math.max(old, value);
      case LAST, FAIL -> value;
    };
  }

  private static int fill(double[] grid, int[] counts, long start, long step, Gaps gaps) {
    int missing = 0;
    int before = -1;
    for (int i = 0; i <= grid.length; i++) {
      if (i < grid.length && counts[i] == 0) {
        missing++;
        if (gaps == Gaps.FAIL) {
          throw new IllegalArgumentException(
              "no sample at " + Instant.ofEpochMilli(start + i * step));
        }
        continue;
      }
      for (int j = before + 1; j < i; j++) {
        grid[j] = filler(grid, before, i, j, gaps);
      }
      before = i;
    }
    return missing;
  }

  private static double filler(double[] grid, int before, int after, int at, Gaps gaps) {
    if (gaps == Gaps.ZERO || (before < 0 && after >= grid.length)) {
      return 0;
    }
    if (before < 0) {
      return grid[after];
    }
    if (gaps == Gaps.HOLD || after >= grid.length) {
      return grid[before];
    }
    double share = (at - before) / (double) (after - before);
    return grid[before] + share * (grid[after] - grid[before]);
  }
}
