package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.simulator.Sample;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.List;

/**
 * How a run went, by the second: the k-th entry is of the k-th second.
 *
 * @param p99 in nanoseconds; not a number if nothing ended
 * @param failed the share of the requests that ended which ended badly; not a number if none ended
 * @param attempts per request that was sent; not a number if none was
 */
record Course(List<Double> p99, List<Double> failed, List<Double> attempts) {
  private static final double NEAR = 1.5;
  private static final double FEW = 0.01;
  private static final int IN_A_ROW = 3;

  Course {
    p99 = List.copyOf(p99);
    failed = List.copyOf(failed);
    attempts = List.copyOf(attempts);
  }

  static Course of(SimulationResult result, int seconds) {
    List<Double> p99 = new ArrayList<>();
    List<Double> failed = new ArrayList<>();
    List<Double> attempts = new ArrayList<>();
    for (Sample sample : result.samples().subList(0, Math.min(seconds, result.samples().size()))) {
      double answered = sample.answered();
      double sent = sample.sent();
      double tries = sample.attempts().stream().mapToLong(Integer::longValue).sum();
      p99.add(answered == 0 ? Double.NaN : sample.p99().toNanos());
      failed.add(answered == 0 ? Double.NaN : sample.failed() / answered);
      attempts.add(sent == 0 ? Double.NaN : tries / sent);
    }
    return new Course(p99, failed, attempts);
  }

  /**
   * Says when all is well again: p99 is within 1.5 times of what it was before, in the median
   * second, and hardly anything fails, for three seconds in a row.
   *
   * @param from when the trouble began
   * @param to when it ended
   * @return how many seconds after the end those begin; not a number if they never do
   */
  double backAfter(int from, int to) {
    double before = Figures.median(p99.subList(from / 3, from)); // without the first seconds
    int well = 0;
    for (int second = to; second < p99.size(); second++) {
      boolean isWell = p99.get(second) <= NEAR * before && failed.get(second) <= FEW;
      well = isWell ? well + 1 : 0;
      if (well == IN_A_ROW) {
        return second + 1.0 - IN_A_ROW - to;
      }
    }
    return Double.NaN;
  }

  /** The most attempts per request in a second of the trouble. */
  double mostAttempts(int from, int to) {
    return most(attempts.subList(from, Math.min(to, attempts.size())));
  }

  /** p99 in the worst second since the trouble began, in nanoseconds: some comes afterwards. */
  double worstP99(int from) {
    return most(p99.subList(from, p99.size()));
  }

  /** The share that failed in the worst second. */
  double worstFailed() {
    return most(failed);
  }

  private static double most(List<Double> values) {
    return values.stream().filter(value -> !Double.isNaN(value)).reduce(0.0, Math::max);
  }
}
