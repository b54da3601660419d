package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Series;

/**
 * What {@link TrueRate} remembers: requests to scale down that wait, the last scale-up and what was
 * expected of it, the rates seen at other sizes. Unpacked for one evaluation, then packed again.
 */
final class RateHistory {
  private static final long NEVER = Long.MIN_VALUE;
  private static final double NONE = -1;

  /** The most sizes that are kept. */
  private static final int SIZES = 50;

  Series requests;
  Series sizes;
  Series rates;

  /** When the first of the waiting requests was made. */
  private long firstRequest;

  /** To which number the last scale-down was asked for, or none. */
  private double askedDown;

  /** The last scale-up that was asked for: from, to, the rate then, the rate expected, when. */
  private double upFrom;

  private double upTo;
  private double upRate;
  private double upExpected;
  private long upTime;

  /** The true rate of one instance, seen last; NaN if never. */
  double perInstance;

  /** Whether this evaluation goes by it because nothing better is known. Not remembered. */
  boolean recalled;

  RateHistory(Memory memory, long since) {
    firstRequest = (long) memory.number(0, NEVER);
    askedDown = memory.number(1, NONE);
    upFrom = memory.number(2, 0);
    upTo = memory.number(3, 0);
    upRate = memory.number(4, 0);
    upExpected = memory.number(5, 0);
    upTime = (long) memory.number(6, NEVER);
    perInstance = memory.number(7, Double.NaN);
    requests = memory.series(0);
    sizes = memory.series(1).since(since);
    rates = memory.series(2).since(since);
    if (upTime < since) {
      upTo = 0;
    }
  }

  Memory pack() {
    return Memory.of(
            (double) firstRequest,
            askedDown,
            upFrom,
            upTo,
            upRate,
            upExpected,
            (double) upTime,
            perInstance)
        .with(requests, sizes, rates);
  }

  /** A scale-down that was asked for has happened: what asked for it is served. */
  void seen(int current) {
    if (askedDown != NONE && current == (int) askedDown) {
      cancelDown();
    }
  }

  void cancelDown() {
    firstRequest = NEVER;
    askedDown = NONE;
    requests = Series.EMPTY;
  }

  /** Remembers a request to scale down. */
  void requestDown(long now, int size, long interval) {
    if (firstRequest == NEVER) {
      firstRequest = now;
    }
    requests = requests.since(now - interval).append(now, size);
  }

  /** Until when requests to scale down wait. */
  long waitsUntil(long interval) {
    return firstRequest + interval;
  }

  void askDown(int size) {
    askedDown = size;
    upTo = 0; // the last change is no scale-up any more
  }

  void askUp(long now, int from, int to, double rate, double expected) {
    if (from == (int) upFrom && to == (int) upTo) {
      return; // still the same one, not yet done
    }
    upFrom = from;
    upTo = to;
    upRate = rate;
    upExpected = expected;
    upTime = now;
  }

  /** Whether the present size came from the last scale-up, in whole or, where limited, in part. */
  boolean isScaledUp(int current) {
    return upTo > 0 && current > upFrom && current <= upTo;
  }

  long upTime() {
    return upTime;
  }

  /** How much of the expected gain in rate has come; infinite where none was expected. */
  double effect(int current, double rate) {
    double expected = (upExpected - upRate) * (current - upFrom) / (upTo - upFrom);
    if (!(expected > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    return (rate - upRate) / expected;
  }

  /** Keeps the rate at this size, once per stay at it. */
  void observe(long now, int size, double rate) {
    if (sizes.size() == 0 || sizes.value(sizes.size() - 1) != size) {
      sizes = sizes.append(now, size).last(SIZES);
      rates = rates.append(now, rate).last(SIZES);
    }
  }
}
