package dev.steelyard.examples;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long a killed instance goes on getting traffic.
 *
 * <p>The clock starts when the first attempt at it has failed: nothing could be known before. From
 * then on all attempts are counted in windows of 100 ms. A window carries traffic to the killed
 * instance if that got more than 1 % of its attempts, and more than a single one. The failover time
 * ends with the last attempt at the killed instance in the last such window; later ones are probes,
 * with which the balancer finds out whether it is back. Thread-safe.
 */
final class FailoverWatch {
  private static final long WINDOW_NANOS = 100_000_000;
  private static final long UNSET = Long.MIN_VALUE;

  private final AtomicLong firstFailure = new AtomicLong(UNSET);
  private final Map<Long, Window> windows = new ConcurrentHashMap<>();
  private volatile @Nullable String victim;

  /**
   * The result.
   *
   * @param millis from the first failure to the last attempt that was traffic, rounded up
   * @param attempts how many requests were sent to the instance in that time
   * @param probes how many were sent later
   * @param over whether it was over: false if the last window of the run still carried traffic
   */
  record Failover(long millis, long attempts, long probes, boolean over) {}

  private static final class Window {
    final LongAdder all = new LongAdder();
    final LongAdder victim = new LongAdder();
    final AtomicLong lastOfVictim = new AtomicLong();

    boolean carriesTraffic() {
      return victim.sum() > 1 && victim.sum() * 100 > all.sum();
    }
  }

  /** From now on this instance is watched; to be called just before it is killed. */
  void watch(String instanceId) {
    victim = instanceId;
  }

  /** The instance that was killed, or null while all live. */
  @Nullable String victim() {
    return victim;
  }

  /** An attempt at the watched instance has failed. */
  void failed(long nowNanos) {
    firstFailure.compareAndSet(UNSET, nowNanos);
  }

  /** Requests were sent, some of them perhaps to the watched instance. */
  void attempted(long toVictim, long toOthers, long nowNanos) {
    long start = firstFailure.get();
    if (start == UNSET) {
      return;
    }
    long elapsed = Math.max(nowNanos - start, 0);
    Window window = windows.computeIfAbsent(elapsed / WINDOW_NANOS, index -> new Window());
    window.all.add(toVictim + toOthers);
    if (toVictim > 0) {
      window.victim.add(toVictim);
      window.lastOfVictim.accumulateAndGet(elapsed, Math::max);
    }
  }

  /** To be called when all requests have ended. */
  Failover result() {
    long lastWindow = -1;
    long endOfRun = -1;
    for (Map.Entry<Long, Window> entry : windows.entrySet()) {
      endOfRun = Math.max(endOfRun, entry.getKey());
      if (entry.getValue().carriesTraffic()) {
        lastWindow = Math.max(lastWindow, entry.getKey());
      }
    }
    long nanos = 0;
    long attempts = 0;
    long probes = 0;
    for (Map.Entry<Long, Window> entry : windows.entrySet()) {
      Window window = entry.getValue();
      if (entry.getKey() <= lastWindow) {
        nanos = Math.max(nanos, window.lastOfVictim.get());
        attempts += window.victim.sum();
      } else {
        probes += window.victim.sum();
      }
    }
    boolean over = lastWindow < endOfRun || lastWindow < 0;
    return new Failover((nanos + 999_999) / 1_000_000, attempts, probes, over);
  }
}
