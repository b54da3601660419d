package dev.steelyard.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts and times what clients see. */
final class Recorder {
  private static final int DIGITS = 3;

  private final long from;
  private final Histogram all = new Histogram(DIGITS);
  private final Histogram slot = new Histogram(DIGITS);
  private final TreeMap<String, Long> failures = new TreeMap<>();
  private final List<Sample> samples = new ArrayList<>();
  private long sent;
  private long answered;
  private long succeeded;
  private double nanos;
  private long slotFrom;
  private long slotSent;
  private long slotAnswered;
  private long slotFailed;

  /** Counts requests that are sent from a time on; samples have all. */
  Recorder(long fromNanos) {
    this.from = fromNanos;
  }

  void sent(long atNanos) {
    slotSent++;
    if (atNanos - from >= 0) {
      sent++;
    }
  }

  void ended(long sentNanos, long tookNanos, @Nullable Answer answer, @Nullable Throwable why) {
    boolean isSuccess = answer != null && answer.isSuccess();
    slotAnswered++;
    slotFailed += isSuccess ? 0 : 1;
    slot.recordValue(tookNanos);
    if (sentNanos - from < 0) {
      return;
    }
    answered++;
    nanos += tookNanos;
    all.recordValue(tookNanos);
    if (isSuccess) {
      succeeded++;
    } else {
      String cause =
          answer != null
              ? "status " + answer.status()
              : why == null ? "none" : why.getClass().getSimpleName();
      failures.merge(cause, 1L, Long::sum);
    }
  }

  /** A request that nobody has answered when the run ends has taken at least so long. */
  void unanswered(long sentNanos, long ageNanos) {
    if (sentNanos - from >= 0) {
      all.recordValue(ageNanos);
      failures.merge("unanswered", 1L, Long::sum);
    }
  }

  void sample(List<Integer> attempts, List<Integer> inFlight, int ejected, long elapsedNanos) {
    samples.add(
        new Sample(
            Duration.ofNanos(slotFrom),
            slotSent,
            slotAnswered,
            slotFailed,
            Duration.ofNanos(slot.getValueAtPercentile(50)),
            Duration.ofNanos(slot.getValueAtPercentile(99)),
            ejected,
            attempts,
            inFlight));
    slot.reset();
    slotFrom = elapsedNanos;
    slotSent = 0;
    slotAnswered = 0;
    slotFailed = 0;
  }

  SimulationResult result(
      String scenario, long seed, Duration lasted, List<ServerResult> servers, long attempts) {
    return new SimulationResult(
        scenario,
        seed,
        lasted,
        new SimulationResult.Counts(sent, answered, succeeded, attempts),
        answered == 0 ? 0 : nanos / answered / 1e9,
        all,
        failures,
        servers,
        samples);
  }
}
