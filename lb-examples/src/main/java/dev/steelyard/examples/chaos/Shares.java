package dev.steelyard.examples.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * The counts of a run over time, and what follows from them. Rows are added in order of time by one
 * thread; the questions are asked when that has ended.
 */
final class Shares {
  /** In place of a time that did not come. */
  static final long NEVER = -1;

  private static final long SECOND = 1_000_000_000;
  private static final double GONE = 0.01;
  private static final double BACK = 0.8;

  private final List<Row> rows = new ArrayList<>();

  /**
   * Totals at one moment.
   *
   * @param nanos when
   * @param attempts at each instance
   * @param sent requests sent by the callers
   * @param good requests answered as they should
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(long nanos, long[] attempts, long sent, long good) {
    long all() {
      long all = 0;
      for (long count : attempts) {
        all += count;
      }
      return all;
    }

    long at(int... indexes) {
      long count = 0;
      for (int index : indexes) {
        count += attempts[index];
      }
      return count;
    }
  }

  void add(Row row) {
    rows.add(row);
  }

  /**
   * From the injection to the moment after which the bad instances get less than 1 % of all
   * attempts in every sliding window that lies within the fault. A window is a second, or half of
   * the fault if that is shorter. A single attempt in a window is a probe, not traffic.
   */
  long awayMillis(long injected, long healing, int... bad) {
    long window = Math.min(SECOND, (healing - injected) / 2);
    long away = NEVER;
    for (int i = last(healing - window); i >= 0 && rows.get(i).nanos() >= injected; i--) {
      Row from = rows.get(i);
      Row to = rows.get(last(from.nanos() + window));
      long atBad = to.at(bad) - from.at(bad);
      if (atBad > 1 && atBad >= GONE * (to.all() - from.all())) {
        break;
      }
      away = (from.nanos() - injected) / 1_000_000;
    }
    return away;
  }

  /**
   * From the end of the fault to the beginning of the first sliding second in which the bad
   * instances got at least 80 % of their fair share.
   */
  long backMillis(long healed, int... bad) {
    return firstSecond(
        healed,
        (from, to) -> {
          double fair = (double) bad.length / from.attempts().length;
          long all = to.all() - from.all();
          return all > 0 && to.at(bad) - from.at(bad) >= BACK * fair * all;
        });
  }

  /**
   * When all instances were bad: to the beginning of the first sliding second in which at least 80
   * % as many requests were answered as were sent.
   */
  long answeringMillis(long healed) {
    return firstSecond(
        healed, (from, to) -> to.good() - from.good() >= BACK * (to.sent() - from.sent()));
  }

  /** The part of the attempts that went to the bad instances; 0 if there were none. */
  double share(long fromNanos, long toNanos, int... bad) {
    Row from = rows.get(last(fromNanos));
    Row to = rows.get(last(toNanos));
    long all = to.all() - from.all();
    return all == 0 ? 0 : (double) (to.at(bad) - from.at(bad)) / all;
  }

  /** When the bad share begins to count: a second after the injection, or half of a short fault. */
  static long settled(long injected, long healing) {
    return injected + Math.min(SECOND, (healing - injected) / 2);
  }

  private interface Window {
    boolean holds(Row from, Row to);
  }

  private long firstSecond(long start, Window window) {
    long end = rows.get(rows.size() - 1).nanos();
    for (Row from : rows) {
      if (from.nanos() >= start
          && from.nanos() + SECOND <= end
          && window.holds(from, rows.get(last(from.nanos() + SECOND)))) {
        return (from.nanos() - start) / 1_000_000;
      }
    }
    return NEVER;
  }

  /** The index of the last row not after a moment, or the first one. */
  private int last(long nanos) {
    int low = 0;
    int high = rows.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (rows.get(middle).nanos() <= nanos) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
