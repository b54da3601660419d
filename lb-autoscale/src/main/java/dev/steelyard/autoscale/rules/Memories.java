package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several memories in one: how many, then for each how many numbers and series it has, then all
 * numbers and all series in order.
 */
final class Memories {
  private Memories() {}

  static Memory join(Memory[] parts) {
    int size = 1 + 2 * parts.length;
    for (Memory part : parts) {
      size += part.numbers();
    }
    double[] numbers = new double[size];
    List<Series> series = new ArrayList<>();
    numbers[0] = parts.length;
    int at = 1 + 2 * parts.length;
    for (int i = 0; i < parts.length; i++) {
      Memory part = parts[i];
      numbers[1 + 2 * i] = part.numbers();
      numbers[2 + 2 * i] = part.series().size();
      for (int j = 0; j < part.numbers(); j++) {
        numbers[at++] = part.number(j, Double.NaN);
      }
      series.addAll(part.series());
    }
    return Memory.of(numbers).with(series.toArray(new Series[0]));
  }

  /** The parts of a memory; empty ones if it is not one of so many parts. */
  static Memory[] split(Memory memory, int parts) {
    Memory[] result = new Memory[parts];
    if (memory.number(0, Double.NaN) != parts) {
      Arrays.fill(result, Memory.EMPTY);
      return result;
    }
    int at = 1 + 2 * parts;
    int from = 0;
    for (int i = 0; i < parts; i++) {
      double[] numbers = new double[(int) memory.number(1 + 2 * i, 0)];
      for (int j = 0; j < numbers.length; j++) {
        numbers[j] = memory.number(at++, Double.NaN);
      }
      Series[] series = new Series[(int) memory.number(2 + 2 * i, 0)];
      for (int j = 0; j < series.length; j++) {
        series[j] = memory.series(from++);
      }
      result[i] = Memory.of(numbers).with(series);
    }
    return result;
  }
}
