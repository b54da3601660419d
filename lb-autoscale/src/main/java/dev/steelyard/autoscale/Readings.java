package dev.steelyard.autoscale;

import dev.steelyard.autoscale.ScalingMetrics.Column;
import dev.steelyard.autoscale.ScalingMetrics.Phase;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Reading} of the samples: one pass over the instances, nothing kept but sums. */
final class Readings {
  private Readings() {}

  /**
   * Reads a metric.
   *
   * @param startupGrace so long after its start, an instance's sample may be of its start-up
   * @param readinessDelay an instance that became unready within so long of its start has never
   *     been ready
   * @param staleAfter a sample older than this is missing
   */
  static Reading read(
      ScalingMetrics metrics,
      Metric metric,
      long startupGrace,
      long readinessDelay,
      long staleAfter) {
    Column column = metrics.column(metric);
    if (column == null) {
      return missing(metric, metric.name() + " was not given");
    }
    if (!Double.isNaN(column.pool)) {
      long age = metrics.time - column.poolTime;
      return age > staleAfter
          ? missing(
              metric,
              metric.name() + " is " + Format.span(age) + " old, limit " + Format.span(staleAfter))
          : pool(metrics, metric, column);
    }
    if (!column.perInstance()) {
      String why = column.missingWhy;
      return missing(metric, why != null ? why : metric.name() + " has no samples");
    }
    return perInstance(metrics, metric, column, startupGrace, readinessDelay, staleAfter);
  }

  private static Reading pool(ScalingMetrics metrics, Metric metric, Column column) {
    return new Reading(
        metric,
        column.pool,
        metrics.ready,
        0,
        Math.max(0, metrics.running - metrics.ready),
        0,
        0,
        column.pool,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        false,
        0,
        column.poolTime,
        null);
  }

  private static Reading missing(Metric metric, String why) {
    return new Reading(
        metric,
        Double.NaN,
        0,
        0,
        0,
        0,
        0,
        0,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        false,
        0,
        ScalingMetrics.UNKNOWN,
        why);
  }

  private static Reading perInstance(
      ScalingMetrics metrics,
      Metric metric,
      Column column,
      long startupGrace,
      long readinessDelay,
      long staleAfter) {
    int counted = 0;
    int missing = 0;
    int unready = 0;
    int ignored = 0;
    int stale = 0;
    int withCapacity = 0;
    int known = 0;
    double used = 0;
    double capacity = 0;
    double missingCapacity = 0;
    double unreadyCapacity = 0;
    double mean = 0;
    double squares = 0;
    long oldest = Long.MAX_VALUE;
    boolean raised = metric.isRaisedByStartup();
    for (int i = 0; i < metrics.phases.length; i++) {
      Phase phase = metrics.phases[i];
      if (phase == Phase.TERMINATING || phase == Phase.FAILED) {
        ignored++;
        continue;
      }
      known++;
      double room = column.capacity[i];
      boolean hasRoom = !Double.isNaN(room);
      if (hasRoom) {
        withCapacity++;
      }
      double value = column.usage[i];
      boolean old = metrics.time - column.times[i] > staleAfter;
      if (phase == Phase.PENDING) {
        unready++;
        unreadyCapacity += hasRoom ? room : 0;
      } else if (Double.isNaN(value) || old) {
        missing++;
        stale += Double.isNaN(value) ? 0 : 1;
        missingCapacity += hasRoom ? room : 0;
      } else if (raised && starting(metrics, column, i, startupGrace, readinessDelay)) {
        unready++;
        unreadyCapacity += hasRoom ? room : 0;
      } else {
        counted++;
        used += value;
        capacity += hasRoom ? room : 0;
        oldest = Math.min(oldest, column.times[i]);
        double share = hasRoom ? 100 * value / room : value;
        double delta = share - mean;
        mean += delta / counted;
        squares += delta * (share - mean);
      }
    }
    boolean capacities = withCapacity > 0;
    double value = Double.NaN;
    if (counted > 0) {
      if (metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL) {
        value = used;
      } else {
        value = capacities ? 100 * used / capacity : used / counted;
      }
    }
    String why = counted > 0 ? null : whyNone(metric, column, known, stale, unready);
    return new Reading(
        metric,
        value,
        counted,
        missing,
        unready,
        ignored,
        stale,
        used,
        capacities ? capacity : Double.NaN,
        missingCapacity,
        unreadyCapacity,
        capacities && withCapacity < known,
        counted > 1 ? Math.sqrt(squares / (counted - 1)) : 0,
        counted > 0 ? oldest : ScalingMetrics.UNKNOWN,
        why);
  }

  private static String whyNone(Metric metric, Column column, int known, int stale, int unready) {
    @Nullable String given = column.missingWhy;
    if (given != null) {
      return given;
    }
    return metric.name()
        + ": none of "
        + known
        + " instances has a sample that counts ("
        + unready
        + " not ready, "
        + stale
        + " too old)";
  }

  /** Kubernetes' rule: whether the sample may be of the time before the instance was ready. */
  private static boolean starting(
      ScalingMetrics metrics, Column column, int i, long startupGrace, long readinessDelay) {
    long started = metrics.startedAt[i];
    byte readiness = metrics.readiness[i];
    if (readiness < 0) {
      return true;
    }
    if (started == ScalingMetrics.UNKNOWN) {
      return readiness == 0;
    }
    long since = metrics.readySince[i] == ScalingMetrics.UNKNOWN ? started : metrics.readySince[i];
    if (metrics.time < started + startupGrace) {
      return readiness == 0 || column.times[i] < since + column.windows[i];
    }
    return readiness == 0 && since < started + readinessDelay;
  }
}
