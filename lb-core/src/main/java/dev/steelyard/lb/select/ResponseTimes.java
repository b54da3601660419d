package dev.steelyard.lb.select;

import dev.steelyard.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * How long requests to one endpoint have taken lately: the mean of what it answered, each older
 * sample weighing {@code exp(-age / }{@value #FADING_SECONDS}{@code s)}.
 *
 * <p><b>A plain mean</b>, not one that jumps to every peak: in heavy tails and pauses a single slow
 * answer says little about the next one, and a host that is shunned for it leaves its load to
 * others. No more than {@value #MOST_SAMPLES} samples are held against a new one, and after a
 * silence of {@value #SILENCE} of the time constant all before it are held for one, so that a host
 * that has become another one is known again after a few.
 *
 * <p><b>Idle.</b> While nothing is in flight the mean is taken as less with every second since the
 * last answer, fading by {@value #IDLE_SECONDS} s: so one that was slow is tried again, by a single
 * request. With a request in flight it counts in full: a host that does not answer must not become
 * attractive by its silence.
 *
 * <p><b>What counts.</b> Successes. What failed or was given up counts if it took longer than the
 * mean: it would have taken at least that. If it failed, all before is forgotten: a host that is
 * slow and fails is not the one that it was. A failure that came fast says nothing about time.
 *
 * <p><b>Concurrency.</b> Ended requests come from many threads. One at a time may update, by a flag
 * that is taken with a compare-and-set and given back with a release store; a sample that finds the
 * flag taken is left out, being one of many. The sums are plain fields that only the owner of the
 * flag touches. Readers get the mean and its time from one word, read opaquely: it is complete in
 * itself and orders nothing else. 0 says that nothing is known.
 */
final class ResponseTimes {
  static final int FADING_SECONDS = 5;
  static final int IDLE_SECONDS = 10;
  static final int MOST_SAMPLES = 250;
  static final double SILENCE = 0.5;

  private static final double FADING_NANOS = TimeUnit.SECONDS.toNanos(FADING_SECONDS);
  private static final double IDLE_NANOS = TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
  private static final double SERIES_LIMIT = 0.01;
  // About a millisecond: elapsed ticks are right for 26 days, and then count as none.
  private static final int TICK_SHIFT = 20;
  private static final long LOW_HALF = 0xFFFFFFFFL;
  private static final VarHandle BUSY;
  private static final VarHandle WORD;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(ResponseTimes.class, "busy", int.class);
      WORD = lookup.findVarHandle(ResponseTimes.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Endpoint endpoint;

  @SuppressWarnings("UnusedVariable") // accessed through BUSY
  private int busy;

  @SuppressWarnings("UnusedVariable") // accessed through WORD
  private long word;

  private double count;
  private double mean;
  private long updatedNanos;

  ResponseTimes(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /**
   * What a further request would wait for: the mean, or for how long an answer is overdue, times
   * the square of the requests per unit of weight, this one included. The square, because the mean
   * holds what others send, too, so that the own requests alone tell of what is happening now; and
   * because queues grow faster than the requests in them near the limit. What is proven but has no
   * mean (its answers were not timed, or another strategy was in use) goes by its average latency.
   */
  double expectedWait(double inverseWeight, long nowNanos) {
    int inFlight = endpoint.inFlight();
    double outstanding = inFlight * inverseWeight;
    if (endpoint.isUnproven()) {
      return outstanding == 0 ? 0 : TwoChoicesPicker.AVOIDED_LOAD * (1 + outstanding);
    }
    long now = (long) WORD.getOpaque(this);
    double nanos =
        now == 0
            ? endpoint.latencyNanos(nowNanos)
            : Math.max(mean(now, inFlight, nowNanos), (double) endpoint.silentNanos(nowNanos));
    return (nanos + 1) * (1 + outstanding) * (1 + outstanding);
  }

  private static double mean(long word, int inFlight, long nowNanos) {
    double mean = Float.intBitsToFloat((int) (word >>> 32));
    int elapsed = ticks(nowNanos) - (int) word;
    return inFlight > 0 || elapsed <= 0
        ? mean
        : mean * fading((double) ((long) elapsed << TICK_SHIFT) / IDLE_NANOS);
  }

  /** A request has ended. */
  void ended(Outcome outcome, long nanos, long nowNanos) {
    if (nanos >= 0 && counts(outcome, nanos) && BUSY.compareAndSet(this, 0, 1)) {
      learn((double) nanos, outcome.isFailure(), nowNanos);
      BUSY.setRelease(this, 0);
    }
  }

  private boolean counts(Outcome outcome, long nanos) {
    return switch (outcome) {
      case SUCCESS -> true;
      case CANCELLED -> nanos > latest();
      case FAILURE, OVERLOADED -> latest() > 0 && nanos > latest();
      case IGNORED -> false;
    };
  }

  /** The mean without regard to time, in nanoseconds; 0 if not known. */
  double latest() {
    return Float.intBitsToFloat((int) ((long) WORD.getOpaque(this) >>> 32));
  }

  private void learn(double nanos, boolean isAnew, long nowNanos) {
    double age = Math.max(nowNanos - updatedNanos, 0) / FADING_NANOS;
    double most = isAnew ? 0 : age > SILENCE ? 1 : MOST_SAMPLES;
    count = Math.min(count, most) * fading(age) + 1;
    updatedNanos = nowNanos;
    mean += (nanos - mean) / count;
    // Never 0, which means that nothing is known.
    int upper = Float.floatToRawIntBits(Math.max((float) mean, Float.MIN_VALUE));
    WORD.setOpaque(this, (long) upper << 32 | (ticks(nowNanos) & LOW_HALF));
  }

  private static double fading(double x) {
    // The series is within 2e-7 here, and spares the common case a call of Math.exp.
    return x < SERIES_LIMIT ? 1 - x + x * x / 2 : Math.exp(-x);
  }

  private static int ticks(long nowNanos) {
    return (int) (nowNanos >> TICK_SHIFT);
  }
}
