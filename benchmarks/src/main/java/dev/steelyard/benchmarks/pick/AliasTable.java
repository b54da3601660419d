package dev.steelyard.benchmarks.pick;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
 */
final class AliasTable {
  final double[] probability;
  final int[] alias;

  AliasTable(double[] weights) {
    int n = weights.length;
    probability = new double[n];
    alias = new int[n];
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    Deque<Integer> small = new ArrayDeque<>();
    Deque<Integer> large = new ArrayDeque<>();
    double[] scaled = new double[n];
    for (int i = 0; i < n; i++) {
      scaled[i] = weights[i] * n / sum;
      (scaled[i] < 1 ? small : large).push(i);
    }
    while (!small.isEmpty() && !large.isEmpty()) {
      int less = small.pop();
      int more = large.pop();
      probability[less] = scaled[less];
      alias[less] = more;
      scaled[more] -= 1 - scaled[less];
      (scaled[more] < 1 ? small : large).push(more);
    }
    // What rounding left over owns its whole column.
    small.forEach(i -> probability[i] = 1);
    large.forEach(i -> probability[i] = 1);
  }
}
