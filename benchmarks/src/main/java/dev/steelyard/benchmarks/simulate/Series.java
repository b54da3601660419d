package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The samples of a run while requests came, and their times in seconds since its start. The last
 * one is left out if it is longer than the others, as nothing came any more, or not half as long.
 *
 * @param samples in the order of time
 * @param middles of what happened in a sample
 * @param ends of what was so at its end
 */
record Series(List<Sample> samples, List<Double> middles, List<Double> ends) {

  static Series of(Run run) {
    List<Sample> all = run.result().samples();
    List<Sample> samples = new ArrayList<>();
    List<Double> middles = new ArrayList<>();
    List<Double> ends = new ArrayList<>();
    Duration usual = Duration.ZERO;
    for (int i = 0; i < all.size(); i++) {
      Duration from = all.get(i).from();
      Duration to = i + 1 < all.size() ? all.get(i + 1).from() : run.result().lasted();
      Duration length = to.minus(from);
      if (i == 0) {
        usual = length;
      }
      boolean isWhole = length.compareTo(usual) <= 0 && length.multipliedBy(2).compareTo(usual) > 0;
      if (i == 0 || isWhole) {
        samples.add(all.get(i));
        middles.add((from.toNanos() + length.toNanos() / 2.0) / 1e9);
        ends.add(to.toNanos() / 1e9);
      }
    }
    return new Series(samples, middles, ends);
  }
}
