package dev.steelyard.autoscale;

import java.util.Arrays;
import java.util.List;

/**
 * What a rule remembers from one decision to the next: a few numbers and a few series, by position.
 * What is at which position is the rule's own affair. Part of the {@link ScalingState}, hence
 * immutable and persisted with it.
 */
public final class Memory {
  /** Nothing remembered. */
  public static final Memory EMPTY = new Memory(new double[0], List.of());

  private final double[] numbers;
  private final List<Series> series;

  private Memory(double[] numbers, List<Series> series) {
    this.numbers = numbers;
    this.series = series;
  }

  /**
   * Something to remember.
   *
   * @param numbers the numbers; times as milliseconds since the epoch fit in
   * @return the memory
   */
  public static Memory of(double... numbers) {
    return new Memory(numbers.clone(), List.of());
  }

  /**
   * The same numbers with other series.
   *
   * @param series the series
   * @return the memory
   */
  public Memory with(Series... series) {
    return new Memory(numbers, List.of(series));
  }

  /**
   * A number.
   *
   * @param index its position
   * @param otherwise what is returned where nothing is remembered there
   * @return the number
   */
  public double number(int index, double otherwise) {
    return index < numbers.length ? numbers[index] : otherwise;
  }

  /**
   * A series.
   *
   * @param index its position
   * @return the series; empty where nothing is remembered there
   */
  public Series series(int index) {
    return index < series.size() ? series.get(index) : Series.EMPTY;
  }

  /**
   * How many numbers there are.
   *
   * @return the number
   */
  public int numbers() {
    return numbers.length;
  }

  /**
   * All numbers.
   *
   * @return a copy, by position
   */
  public double[] toArray() {
    return numbers.clone();
  }

  /**
   * All series.
   *
   * @return the series, by position
   */
  public List<Series> series() {
    return series;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Memory that
        && Arrays.equals(numbers, that.numbers)
        && series.equals(that.series);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers) * 31 + series.hashCode();
  }

  @Override
  public String toString() {
    return Arrays.toString(numbers) + " " + series;
  }
}
