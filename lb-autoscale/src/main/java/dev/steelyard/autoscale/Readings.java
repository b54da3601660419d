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
      return missing(metrics, metric, metric.name() + " was not given");
    }
    if (!Double.isNaN(column.pool)) {
      long age = metrics.time - column.poolTime;
      return age > staleAfter
          ? missing(
              metrics,
              metric,
              metric.name() + " is " + Format.span(age) + " old, limit " + Format.span(staleAfter))
          : pool(metrics, metric, column);
    }
    if (!column.perInstance()) {
      String why = column.missingWhy;
      return missing(metrics, metric, why != null ? why : metric.name() + " has no samples");
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
        true,
        0,
        column.poolTime,
        null);
  }

  private static Reading missing(ScalingMetrics metrics, Metric metric, String why) {
    int ignored = 0;
    int unready = 0;
    for (Phase phase : metrics.phases) {
      ignored += phase == Phase.TERMINATING || phase == Phase.FAILED ? 1 : 0;
      unready += phase == Phase.PENDING ? 1 : 0;
    }
    return new Reading(
        metric,
        Double.NaN,
        0,
        metrics.phases.length - ignored - unready,
        unready,
        ignored,
        0,
        0,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        false,
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
    int roomy = 0;
    int missingRoomy = 0;
    int unreadyRoomy = 0;
    double used = 0;
    double capacity = 0;
    double missingCapacity = 0;
    double unreadyCapacity = 0;
    double origin = 0;
    double distances = 0;
    double squares = 0;
    long oldest = Long.MAX_VALUE;
    boolean raised = metric.isRaisedByStartup();
    long oldestUsable = metrics.time - staleAfter;
    Phase[] phases = metrics.phases;
    double[] usage = column.usage;
    double[] rooms = column.capacity;
    long[] times = column.times;
    for (int i = 0; i < phases.length; i++) {
      Phase phase = phases[i];
      if (phase == Phase.TERMINATING || phase == Phase.FAILED) {
        ignored++;
        continue;
      }
      double room = rooms[i];
      boolean hasRoom = !Double.isNaN(room);
      double value = usage[i];
      if (phase == Phase.PENDING) {
        unready++;
        unreadyRoomy += hasRoom ? 1 : 0;
        unreadyCapacity += hasRoom ? room : 0;
      } else if (Double.isNaN(value) || times[i] < oldestUsable) {
        missing++;
        stale += Double.isNaN(value) ? 0 : 1;
        missingRoomy += hasRoom ? 1 : 0;
        missingCapacity += hasRoom ? room : 0;
      } else if (raised && starting(metrics, column, i, startupGrace, readinessDelay)) {
        unready++;
        unreadyRoomy += hasRoom ? 1 : 0;
        unreadyCapacity += hasRoom ? room : 0;
      } else {
        double share = value;
        if (hasRoom) {
          roomy++;
          capacity += room;
          share = 100 * value / room;
        }
        if (counted == 0) {
          origin = share;
        }
        counted++;
        used += value;
        oldest = Math.min(oldest, times[i]);
        double distance = share - origin;
        distances += distance;
        squares += distance * distance;
      }
    }
    int allRoomy = roomy + missingRoomy + unreadyRoomy;
    boolean capacities = allRoomy > 0;
    boolean mixed = capacities && roomy < counted;
    double value = Double.NaN;
    String why = null;
    if (counted == 0) {
      why = whyNone(metric, column, missing + unready, stale, unready);
    } else if (mixed) {
      why =
          metric.name()
              + ": the capacity of "
              + (counted - roomy)
              + " of "
              + counted
              + " instances is not given";
    } else if (metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL) {
      value = used;
    } else {
      value = capacities ? 100 * used / capacity : used / counted;
    }
    double typical = capacities ? (capacity + missingCapacity + unreadyCapacity) / allRoomy : 0;
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
        capacities ? missingCapacity + (missing - missingRoomy) * typical : Double.NaN,
        capacities ? unreadyCapacity + (unready - unreadyRoomy) * typical : Double.NaN,
        capacities && allRoomy < counted + missing + unready,
        false,
        counted > 1 ? spread(squares - distances * distances / counted, counted) : 0,
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

  /**
   * The standard deviation, in single precision: more digits than noise has, and the same whatever
   * the order in which instances are given.
   */
  private static double spread(double squares, int counted) {
    float deviation = (float) Math.sqrt(Math.max(0, squares) / (counted - 1));
    return deviation;
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
