package dev.steelyard.autoscale.replay;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where lines and labels of an axis go: at round numbers, at whole minutes, hours and days. */
final class Axis {
  /** A place on an axis and what is written there. */
  record Mark(double at, String label) {}

  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long[] STEPS = {
    SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    56 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY
  };

  private Axis() {}

  /** Marks from 0 up to the first round number that is not below the greatest value. */
  static List<Mark> numbers(double greatest, int about, boolean whole) {
    double top = Math.max(greatest, whole ? 1 : 1e-9);
    double raw = top / about;
    double magnitude = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = magnitude;
    for (double factor : new double[] {1, 2, 5, 10}) {
      step = factor * magnitude;
      if (step >= raw * (1 - 1e-9)) {
        break;
      }
    }
    if (whole) {
      step = Math.max(1, step);
    }
    List<Mark> marks = new ArrayList<>();
    for (int i = 0; ; i++) {
      marks.add(new Mark(i * step, Words.number(i * step)));
      if (i * step >= top * (1 - 1e-9)) {
        return marks;
      }
    }
  }

  /** Marks between two times; those that begin a day have its date. */
  static List<Mark> times(long from, long to, int most) {
    long step = STEPS[STEPS.length - 1];
    for (int i = STEPS.length - 1; i >= 0 && (to - from) / STEPS[i] < most; i--) {
      step = STEPS[i];
    }
    while ((to - from) / step >= most) {
      step *= 2;
    }
    List<Mark> marks = new ArrayList<>();
    for (long at = -Math.floorDiv(-from, step) * step; at <= to; at += step) {
      String pattern =
          step >= DAY
              ? "yyyy-MM-dd"
              : at % DAY == 0 ? "MMM d" : step >= MINUTE ? "HH:mm" : "HH:mm:ss";
      marks.add(
          new Mark(
              at,
              DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
                  .withZone(ZoneOffset.UTC)
                  .format(Instant.ofEpochMilli(at))));
    }
    return marks;
  }
}
