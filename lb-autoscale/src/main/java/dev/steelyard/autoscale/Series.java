package dev.steelyard.autoscale;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Numbers with times, oldest first. Immutable: appending gives another series, at O(1) amortised
 * and without a copy of what is there, so that a history can be part of every state.
 *
 * <p>How: series share a buffer, each sees its own range. The newest series of a buffer may take
 * the next slot (one compare-and-set on how many are taken); any other one, and one whose buffer is
 * full, copies its range first. A slot is written before the series that can see it is made and
 * never again, and all fields are final: whoever sees the series sees the slot, on any thread.
 */
public final class Series {
  private static final int LEAST_CAPACITY = 16;

  private static final class Buffer {
    final long[] times;
    final double[] values;
    final AtomicInteger taken;

    Buffer(int capacity, int taken) {
      this.times = new long[capacity];
      this.values = new double[capacity];
      this.taken = new AtomicInteger(taken);
    }
  }

  /** The empty series. */
  public static final Series EMPTY = new Series(new Buffer(0, 0), 0, 0);

  private final Buffer buffer;
  private final int from;
  private final int to;

  private Series(Buffer buffer, int from, int to) {
    this.buffer = buffer;
    this.from = from;
    this.to = to;
  }

  /**
   * How many there are.
   *
   * @return the number
   */
  public int size() {
    return to - from;
  }

  /**
   * The time of one of them.
   *
   * @param index 0 is the oldest
   * @return milliseconds since the epoch
   * @throws IndexOutOfBoundsException if there is none
   */
  public long time(int index) {
    return buffer.times[from + Objects.checkIndex(index, to - from)];
  }

  /**
   * The value of one of them.
   *
   * @param index 0 is the oldest
   * @return the value
   * @throws IndexOutOfBoundsException if there is none
   */
  public double value(int index) {
    return buffer.values[from + Objects.checkIndex(index, to - from)];
  }

  /**
   * This series and one more.
   *
   * @param time milliseconds since the epoch, not before the newest
   * @param value the value, not NaN
   * @return the longer series
   * @throws IllegalArgumentException if the time is before the newest one, or the value is NaN
   */
  public Series append(long time, double value) {
    if (size() > 0 && time < buffer.times[to - 1]) {
      throw new IllegalArgumentException(
          "a series goes forward in time: "
              + Format.time(time)
              + " is before "
              + Format.time(buffer.times[to - 1]));
    }
    if (Double.isNaN(value)) {
      throw new IllegalArgumentException("a series has no NaN");
    }
    Buffer target = buffer;
    int start = from;
    int end = to;
    if (end == target.times.length || !target.taken.compareAndSet(end, end + 1)) {
      int size = size();
      target = new Buffer(Math.max(LEAST_CAPACITY, size * 2), size + 1);
      System.arraycopy(buffer.times, from, target.times, 0, size);
      System.arraycopy(buffer.values, from, target.values, 0, size);
      start = 0;
      end = size;
    }
    target.times[end] = time;
    target.values[end] = value;
    return new Series(target, start, end + 1);
  }

  /**
   * Its newest entries.
   *
   * @param time milliseconds since the epoch
   * @return the entries at or after that time
   */
  public Series since(long time) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (buffer.times[middle] < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == from ? this : low == to ? EMPTY : new Series(buffer, low, to);
  }

  /**
   * Its newest entries.
   *
   * @param count how many at most, not negative
   * @return the newest ones
   */
  public Series last(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("count must not be negative, was " + count);
    }
    return size() <= count ? this : count == 0 ? EMPTY : new Series(buffer, to - count, to);
  }

  /**
   * Its values.
   *
   * @return a copy, oldest first
   */
  public double[] values() {
    return Arrays.copyOfRange(buffer.values, from, to);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Series that
        && Arrays.equals(buffer.times, from, to, that.buffer.times, that.from, that.to)
        && Arrays.equals(buffer.values, from, to, that.buffer.values, that.from, that.to);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + Long.hashCode(buffer.times[i]);
      hash = 31 * hash + Double.hashCode(buffer.values[i]);
    }
    return hash;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < size(); i++) {
      text.append(i == 0 ? "" : ", ");
      text.append(Format.time(time(i))).append(' ').append(Format.number(value(i)));
    }
    return text.append(']').toString();
  }
}
