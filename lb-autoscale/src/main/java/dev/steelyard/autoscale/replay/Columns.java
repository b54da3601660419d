package dev.steelyard.autoscale.replay;

import java.util.function.IntToDoubleFunction;

/**
 * Draws a long series into few columns without hiding anything: each column of pixels gets the
 * least and the greatest value of its intervals, so that a spike of one minute in a year is still
 * there.
 */
final class Columns {
  final int count;
  private final int size;

  /**
   * @param size how many values there are
   * @param most how many columns there may be
   */
  Columns(int size, int most) {
    this.size = size;
    this.count = Math.min(size, most);
  }

  /** The first value of a column; that of {@link #count} is the number of values. */
  int first(int column) {
    return (int) ((long) column * size / count);
  }

  /** The least value in a column; NaN is passed over. */
  double least(int column, IntToDoubleFunction values) {
    double least = Double.NaN;
    for (int i = first(column); i < first(column + 1); i++) {
      double value = values.applyAsDouble(i);
      least = Double.isNaN(least) || value < least ? value : least;
    }
    return least;
  }

  /** The greatest value in a column; NaN is passed over. */
  double greatest(int column, IntToDoubleFunction values) {
    double greatest = Double.NaN;
    for (int i = first(column); i < first(column + 1); i++) {
      double value = values.applyAsDouble(i);
      greatest = Double.isNaN(greatest) || value > greatest ? value : greatest;
    }
    return greatest;
  }

  /** The mean of a column; NaN is passed over. */
  double mean(int column, IntToDoubleFunction values) {
    double sum = 0;
    int known = 0;
    for (int i = first(column); i < first(column + 1); i++) {
      double value = values.applyAsDouble(i);
      if (!Double.isNaN(value)) {
        sum += value;
        known++;
      }
    }
    return known == 0 ? Double.NaN : sum / known;
  }
}
