package dev.steelyard.lb.select;

import dev.steelyard.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * What one endpoint's answers have taught about it: a line that says how long a request takes by
 * the number of requests in flight, itself included.
 *
 * <p><b>Fit.</b> Weighted least squares, updated sample by sample (D. H. D. West, "Updating mean
 * and variance estimates", 1979), each older sample weighing {@code exp(-age / }{@value
 * #FADING_SECONDS}{@code s)}. Loads that hardly vary say nothing about a slope, so {@value #PRIOR}
 * sample's worth of an assumption is added: that half of the time comes from the load. The slope is
 * at most what leaves an intercept of 0, and at least {@value #LEAST_SLOPE} of the mean time, or
 * equal endpoints, of which chance has made one look a little better, would not share. A line that
 * is made steeper for that is turned about a load of 1, not about the mean: else the endpoint that
 * has had more load would look the better one, and so get more.
 *
 * <p><b>What counts.</b> Successes. What failed or was given up counts if it took longer than
 * predicted: it would have taken at least that. A failure that came fast says nothing about time.
 *
 * <p><b>Concurrency.</b> Ended requests come from many threads. One at a time may update, by a flag
 * that is taken with a compare-and-set and given back with a release store; a sample that finds the
 * flag taken is left out, being one of many. The sums are plain fields that only the owner of the
 * flag touches. Readers get the line from one word, both of its floats at once, read opaquely: a
 * line is complete in itself and orders nothing else. 0 says that nothing is known.
 */
final class LearnedModel implements LoadListener {
  static final int FADING_SECONDS = 10;
  static final double LEAST_SLOPE = 0.01;
  static final double PRIOR = 1;

  private static final double FADING_NANOS = TimeUnit.SECONDS.toNanos(FADING_SECONDS);
  private static final double PRIOR_SHARE = 0.5;
  private static final long LOW_HALF = 0xFFFFFFFFL;
  private static final VarHandle BUSY;
  private static final VarHandle LINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(LearnedModel.class, "busy", int.class);
      LINE = lookup.findVarHandle(LearnedModel.class, "line", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Endpoint endpoint;
  private final PickTime time;

  @SuppressWarnings("UnusedVariable") // accessed through BUSY
  private int busy;

  @SuppressWarnings("UnusedVariable") // accessed through LINE
  private long line;

  private double count;
  private double meanLoad;
  private double meanNanos;
  private double loadSquares;
  private double products;
  private long updatedNanos;

  LearnedModel(Endpoint endpoint, PickTime time) {
    this.endpoint = endpoint;
    this.time = time;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** How long a request takes at a load of 1 or more, in nanoseconds; below 0 if not known. */
  double predict(double load) {
    long word = (long) LINE.getOpaque(this);
    if (word == 0) {
      return -1;
    }
    return Float.intBitsToFloat((int) (word >>> 32)) + Float.intBitsToFloat((int) word) * load;
  }

  @Override
  public void began() {
    // The load is looked at when the request ends.
  }

  @Override
  public void ended(Outcome outcome, long nanos) {
    double load = endpoint.inFlight() + 1.0;
    boolean counts =
        switch (outcome) {
          case SUCCESS -> true;
          case CANCELLED -> nanos > predict(load);
          case FAILURE, OVERLOADED -> predict(load) >= 0 && nanos > predict(load);
          case IGNORED -> false;
        };
    if (counts && nanos >= 0 && BUSY.compareAndSet(this, 0, 1)) {
      learn(load, (double) nanos, time.nanos());
      BUSY.setRelease(this, 0);
    }
  }

  private void learn(double load, double nanos, long nowNanos) {
    double fading = Math.exp(-Math.max(nowNanos - updatedNanos, 0) / FADING_NANOS);
    updatedNanos = nowNanos;
    count = count * fading + 1;
    double loadOff = load - meanLoad;
    double nanosOff = nanos - meanNanos;
    meanLoad += loadOff / count;
    meanNanos += nanosOff / count;
    loadSquares = loadSquares * fading + loadOff * (load - meanLoad);
    products = products * fading + loadOff * (nanos - meanNanos);

    double through0 = meanNanos / meanLoad;
    double fitted = (products + PRIOR * PRIOR_SHARE * through0) / (loadSquares + PRIOR);
    double slope = Math.min(Math.max(fitted, 0), through0);
    double more = Math.max(LEAST_SLOPE * meanNanos - slope, 0);
    LINE.setOpaque(this, pack(meanNanos - slope * meanLoad - more, slope + more));
  }

  private static long pack(double intercept, double slope) {
    // Rounding must neither make it negative nor 0, which means that nothing is known.
    int upper = Float.floatToRawIntBits((float) Math.max(intercept, 0));
    int lower = Float.floatToRawIntBits(Math.max((float) slope, Float.MIN_VALUE));
    return (long) upper << 32 | (lower & LOW_HALF);
  }
}
