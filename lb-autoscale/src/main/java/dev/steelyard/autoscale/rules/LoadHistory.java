package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Series;
import java.util.Arrays;

/**
 * What {@link Predictive} knows from one decision to the next: the load in buckets of equal length,
 * the forecast made last, and how good the model was. Unpacked from a {@link Memory} for one
 * evaluation, changed, and packed again; never leaves that evaluation.
 */
final class LoadHistory {
  /** How the last judgement ended. */
  enum Verdict {
    /** Too little has been seen to judge any model. */
    LEARNING,
    /** A model was judged. */
    JUDGED,
    /** No model could work with what was seen. */
    REFUSED
  }

  private static final long NEVER = Long.MIN_VALUE;
  private static final int FIXED = 12;

  final long bucket;
  private final int keep;
  Series closed;
  Series forecast;

  /** When the open bucket began. */
  private long open;

  private double sum;
  private double count;

  /** The end of the last bucket of which a forecast was made, or models were judged, or tuned. */
  long fitted;

  long judged;
  long tuned;
  Verdict verdict;
  int model;
  double error;
  double ratio;
  double trust;

  /** Three smoothing parameters of each model, NaN where it was not tuned. */
  final double[] parameters;

  LoadHistory(Memory memory, long bucket, int keep, int models) {
    this.bucket = bucket;
    this.keep = keep;
    this.parameters = new double[3 * models];
    // A rule with other buckets or models than those remembered begins anew.
    boolean same = memory.number(0, 0) == bucket && memory.numbers() == FIXED + parameters.length;
    Memory known = same ? memory : Memory.EMPTY;
    this.closed = known.series(0).last(keep);
    this.forecast = known.series(1);
    this.open = time(known, 1);
    this.sum = known.number(2, 0);
    this.count = known.number(3, 0);
    this.fitted = time(known, 4);
    this.judged = time(known, 5);
    this.tuned = time(known, 6);
    this.verdict = verdict(known.number(7, 0));
    this.model = (int) known.number(8, 0);
    this.error = known.number(9, Double.NaN);
    this.ratio = known.number(10, Double.NaN);
    this.trust = known.number(11, 0);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = known.number(FIXED + i, Double.NaN);
    }
  }

  Memory pack() {
    double[] numbers = new double[FIXED + parameters.length];
    numbers[0] = bucket;
    numbers[1] = open;
    numbers[2] = sum;
    numbers[3] = count;
    numbers[4] = fitted;
    numbers[5] = judged;
    numbers[6] = tuned;
    numbers[7] = verdict == Verdict.LEARNING ? 0 : verdict == Verdict.JUDGED ? 1 : 2;
    numbers[8] = model;
    numbers[9] = error;
    numbers[10] = ratio;
    numbers[11] = trust;
    System.arraycopy(parameters, 0, numbers, FIXED, parameters.length);
    return Memory.of(numbers).with(closed, forecast);
  }

  /**
   * Takes a sample into the open bucket; closes that bucket first if its time is over.
   *
   * @param load the sample, NaN if there is none
   * @return whether a bucket was closed
   */
  boolean add(long now, double load) {
    long start = start(now);
    boolean over = open != NEVER && start > open && count > 0;
    if (over) {
      closed = closed.append(open, sum / count).last(keep);
    }
    if (open == NEVER || start > open) {
      open = start;
      sum = 0;
      count = 0;
    }
    if (!Double.isNaN(load)) {
      sum += load;
      count++;
    }
    return over;
  }

  long start(long now) {
    return Math.floorDiv(now, bucket) * bucket;
  }

  /** When the bucket after the last closed one begins. */
  long end() {
    return closed.size() == 0 ? NEVER : closed.time(closed.size() - 1) + bucket;
  }

  /**
   * The closed buckets without gaps. One that is missing is taken from the season before, or else
   * from its predecessor; what lies before a gap of more than a season is forgotten.
   */
  double[] values(int season) {
    if (closed.size() == 0) {
      return new double[0];
    }
    int first = closed.size() - 1;
    while (first > 0 && closed.time(first) - closed.time(first - 1) <= season * bucket) {
      first--;
    }
    long origin = closed.time(first);
    int size = (int) Math.min(keep, (end() - origin) / bucket);
    long from = end() - size * bucket;
    double[] values = new double[size];
    Arrays.fill(values, Double.NaN);
    for (int i = first; i < closed.size(); i++) {
      if (closed.time(i) >= from) {
        values[(int) ((closed.time(i) - from) / bucket)] = closed.value(i);
      }
    }
    for (int i = 0; i < size; i++) {
      if (Double.isNaN(values[i])) {
        values[i] = i >= season ? values[i - season] : i > 0 ? values[i - 1] : 0;
      }
    }
    return values;
  }

  /** The value of the last closed bucket. */
  double latest() {
    return closed.size() == 0 ? Double.NaN : closed.value(closed.size() - 1);
  }

  private static long time(Memory memory, int index) {
    return (long) memory.number(index, NEVER);
  }

  private static Verdict verdict(double number) {
    return number == 1 ? Verdict.JUDGED : number == 2 ? Verdict.REFUSED : Verdict.LEARNING;
  }
}
