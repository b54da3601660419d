package dev.steelyard.benchmarks.report;

import java.util.Locale;

/** How numbers are written: the same on every machine. */
final class Numbers {
  private Numbers() {}

  static String nanos(double nanos) {
    return String.format(Locale.ROOT, nanos < 100 ? "%.1f" : "%.0f", nanos);
  }

  static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /** With an uncertainty of a thousandth of a byte, which is the profiler's own. */
  static String bytes(double bytes) {
    return Double.isNaN(bytes) ? "-" : String.format(Locale.ROOT, "%.0f", bytes);
  }
}
