package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.simulator.Sample;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What is kept of a run with trouble.
 *
 * @param success the share of requests that succeeded
 * @param worstFailed the share that failed in the worst second
 * @param worstP99 in the worst second since the trouble began, in nanoseconds
 * @param mostAttempts attempts per request in the worst second of the trouble
 * @param backAfter how many seconds after the trouble all is well; not a number for never
 * @param toBad the share of attempts at bad servers, from a second after the trouble began; not a
 *     number if none is bad
 * @param spread what the busiest server has in the last ten seconds, beside the mean of all
 * @param course how it went
 */
record TroubleRun(
    double success,
    double worstFailed,
    double worstP99,
    double mostAttempts,
    double backAfter,
    double toBad,
    double spread,
    Course course) {
  private static final int LAST = 10;

  static TroubleRun of(SimulationResult result, Trouble trouble, Set<String> bad) {
    Course course = Course.of(result, Trouble.SECONDS);
    return new TroubleRun(
        result.successPercent() / 100,
        course.worstFailed(),
        course.worstP99(trouble.from()),
        course.mostAttempts(trouble.from(), trouble.to()),
        course.backAfter(trouble.from(), trouble.to()),
        bad.isEmpty() ? Double.NaN : share(result, bad, trouble.from() + 1, trouble.to()),
        spread(result),
        course);
  }

  private static double share(SimulationResult result, Set<String> servers, int from, int to) {
    double own = 0;
    double all = 0;
    for (Sample sample : result.samples().subList(from, to)) {
      for (int i = 0; i < sample.attempts().size(); i++) {
        int attempts = sample.attempts().get(i);
        all += attempts;
        own += servers.contains(result.servers().get(i).name()) ? attempts : 0;
      }
    }
    return all == 0 ? 0 : own / all;
  }

  /** Of those that had anything to do: others have left. */
  private static double spread(SimulationResult result) {
    int servers = result.servers().size();
    double[] attempts = new double[servers];
    for (Sample sample : result.samples().subList(Trouble.SECONDS - LAST, Trouble.SECONDS)) {
      for (int i = 0; i < sample.attempts().size(); i++) {
        attempts[i] += sample.attempts().get(i);
      }
    }
    double most = 0;
    double sum = 0;
    int present = 0;
    for (double each : attempts) {
      most = Math.max(most, each);
      sum += each;
      present += each > 0 ? 1 : 0;
    }
    return sum == 0 ? Double.NaN : most * present / sum;
  }

  /** Each figure's median, and the course of the first; never counts as the longest time. */
  static TroubleRun median(List<TroubleRun> runs) {
    List<Double> back = new ArrayList<>();
    for (TroubleRun run : runs) {
      back.add(Double.isNaN(run.backAfter) ? Double.POSITIVE_INFINITY : run.backAfter);
    }
    return new TroubleRun(
        median(runs, TroubleRun::success),
        median(runs, TroubleRun::worstFailed),
        median(runs, TroubleRun::worstP99),
        median(runs, TroubleRun::mostAttempts),
        Figures.median(back),
        median(runs, TroubleRun::toBad),
        median(runs, TroubleRun::spread),
        runs.get(0).course);
  }

  private static double median(List<TroubleRun> runs, ToDoubleFunction<TroubleRun> figure) {
    return Figures.median(runs.stream().map(figure::applyAsDouble).toList());
  }

  ObjectNode json() {
    ObjectNode node = Figures.object();
    Figures.put(node, "success_percent", 100 * success);
    Figures.put(node, "worst_failed_percent", 100 * worstFailed);
    Figures.put(node, "worst_p99_ms", worstP99 / 1e6);
    Figures.put(node, "most_attempts", mostAttempts);
    Figures.put(node, "back_after_s", backAfter);
    Figures.put(node, "to_bad_percent", 100 * toBad);
    Figures.put(node, "spread", spread);
    ArrayNode p99 = node.putArray("p99_ms");
    course.p99().forEach(each -> Figures.add(p99, each / 1e6));
    ArrayNode failed = node.putArray("failed_percent");
    course.failed().forEach(each -> Figures.add(failed, 100 * each));
    ArrayNode attempts = node.putArray("attempts");
    course.attempts().forEach(each -> Figures.add(attempts, each));
    return node;
  }
}
