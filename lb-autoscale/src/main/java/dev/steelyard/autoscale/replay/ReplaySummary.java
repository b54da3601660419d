package dev.steelyard.autoscale.replay;

import java.time.Duration;
import java.util.Arrays;

/**
 * What a replay comes to. Shares are 0 to 1.
 *
 * @param elasticity how closely the ready instances followed the demand
 * @param instanceHours hours of all instances, from their order on
 * @param cost instance-hours × price
 * @param adaptations changes of the number of instances that were ordered
 * @param adaptationsPerDay the same per day
 * @param reversals changes that undid the direction of the change before within {@value
 *     #REVERSAL_MINUTES} minutes
 * @param reversalsPerDay the same per day
 * @param oscillation reversals / adaptations, 0 if there was no adaptation
 * @param saturatedShare share of the intervals with more load than the ready instances can take
 * @param lostShare share of the load that was never served, for it did not fit into the queue
 * @param slowShare share of the load that was served, but slower than the limit
 * @param violationShare lost and slow together: the violation of the objective
 * @param waiting what still waited at the end, in the unit of the trace's counts
 * @param peakInstances the greatest number ordered
 * @param reactionMedian from too few instances to enough again: the median episode, 0 if there was
 *     none
 * @param reactionP95 the 95th percentile of these episodes
 * @param reactionMax the longest
 */
public record ReplaySummary(
    Elasticity elasticity,
    double instanceHours,
    double cost,
    int adaptations,
    double adaptationsPerDay,
    int reversals,
    double reversalsPerDay,
    double oscillation,
    double saturatedShare,
    double lostShare,
    double slowShare,
    double violationShare,
    double waiting,
    int peakInstances,
    Duration reactionMedian,
    Duration reactionP95,
    Duration reactionMax) {
  /** A change counts as a reversal within so many minutes: {@value}. */
  public static final int REVERSAL_MINUTES = 10;

  private static final double HOUR = 3_600_000;
  private static final double DAY = 24 * HOUR;

  /** Sums up the intervals from one to another. */
  static ReplaySummary of(Timeline timeline, ServiceModel model, int initial, int from, int to) {
    long step = timeline.trace.intervalMillis();
    int ticks = to - from;
    long instanceTicks = 0;
    int peak = 0;
    int saturated = 0;
    double offered = 0;
    double lost = 0;
    double slow = 0;
    for (int i = from; i < to; i++) {
      double load = timeline.trace.value(i);
      instanceTicks += timeline.ordered[i];
      peak = Math.max(peak, timeline.ordered[i]);
      saturated += load > timeline.ready[i] * model.capacity ? 1 : 0;
      offered += model.perSecond(load) * step / 1000;
      lost += timeline.lost[i];
      slow += timeline.slow[i];
    }
    double days = ticks * step / DAY;
    double hours = instanceTicks * step / HOUR;
    int[] demand = Arrays.copyOfRange(timeline.demand, from, to);
    int[] ready = Arrays.copyOfRange(timeline.ready, from, to);
    int before = from == 0 ? initial : timeline.ordered[from - 1];
    long[] changes = changes(Arrays.copyOfRange(timeline.ordered, from, to), before, step);
    long[] reactions = reactions(demand, ready, step);
    double base = Math.max(offered, Double.MIN_NORMAL);
    return new ReplaySummary(
        Elasticity.ofTicks(demand, ready, step),
        hours,
        hours * model.price,
        (int) changes[0],
        changes[0] / days,
        (int) changes[1],
        changes[1] / days,
        changes[0] == 0 ? 0 : (double) changes[1] / changes[0],
        (double) saturated / ticks,
        lost / base,
        slow / base,
        (lost + slow) / base,
        timeline.backlog[to - 1],
        peak,
        quantile(reactions, 0.5),
        quantile(reactions, 0.95),
        quantile(reactions, 1));
  }

  /** Adaptations and reversals. */
  private static long[] changes(int[] ordered, int initial, long step) {
    long adaptations = 0;
    long reversals = 0;
    int before = initial;
    int direction = 0;
    long last = 0;
    for (int i = 0; i < ordered.length; i++) {
      int sign = Integer.signum(ordered[i] - before);
      if (sign != 0) {
        adaptations++;
        if (sign == -direction && (i - last) * step <= REVERSAL_MINUTES * 60_000L) {
          reversals++;
        }
        direction = sign;
        last = i;
        before = ordered[i];
      }
    }
    return new long[] {adaptations, reversals};
  }

  /** The lengths of all episodes with too few instances, sorted. */
  private static long[] reactions(int[] demand, int[] ready, long step) {
    long[] lengths = new long[16];
    int count = 0;
    long current = 0;
    for (int i = 0; i <= demand.length; i++) {
      if (i < demand.length && ready[i] < demand[i]) {
        current += step;
      } else if (current > 0) {
        if (count == lengths.length) {
          lengths = Arrays.copyOf(lengths, 2 * count);
        }
        lengths[count++] = current;
        current = 0;
      }
    }
    long[] sorted = Arrays.copyOf(lengths, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /** The nearest rank. */
  private static Duration quantile(long[] sorted, double share) {
    if (sorted.length == 0) {
      return Duration.ZERO;
    }
    int rank = (int) Math.ceil(share * sorted.length);
    return Duration.ofMillis(sorted[Math.max(1, rank) - 1]);
  }
}
