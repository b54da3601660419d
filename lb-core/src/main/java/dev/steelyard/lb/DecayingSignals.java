package dev.steelyard.lb;

import java.util.concurrent.TimeUnit;

/**
 * The arithmetic of averages that fade with time, each packed with its time into one word.
 *
 * <pre>
 *   63 .................. 32   31 ................... 0
 *   value, an IEEE float       time in ticks, unsigned
 * </pre>
 *
 * A word of 0 means "nothing known". One word can be read and replaced at once, so a reader never
 * sees a value with another value's time, and a writer never loses a peak: it computes from the
 * word it read and compares-and-sets.
 *
 * <p>A tick is the largest power of two of nanoseconds that is at most 1/4096 of the time constant.
 * The value moves by at least 1/8192 of a difference per tick, two thousand times the rounding of a
 * float, so rounding cannot hold an average away from what is measured. Two samples within a tick
 * are one moment: the second one counts only if it is a peak, which is the formula's own answer for
 * no elapsed time. Ticks wrap after at least 2^19 time constants (two months for ten seconds);
 * elapsed ticks are an unsigned difference, of which the last sixteenth is read as a clock that ran
 * backwards, and counts as none.
 */
final class DecayingSignals {
  private static final double SERIES_LIMIT = 0.01;

  private final int tickShift;
  private final long tickMask;
  private final long backwards;
  private final double perTick;

  DecayingSignals(long timeConstantNanos) {
    int shift = 63 - Long.numberOfLeadingZeros(Math.max(timeConstantNanos / 4096, 1));
    this.tickShift = shift;
    // Ticks of 2^33 ns and more wrap with the clock, before they fill their 32 bits.
    this.tickMask = -1L >>> Math.max(shift, Integer.SIZE);
    this.backwards = tickMask - (tickMask >>> 4);
    this.perTick = (double) (1L << shift) / timeConstantNanos;
  }

  static DecayingSignals ofMillis(long timeConstantMillis) {
    return new DecayingSignals(TimeUnit.MILLISECONDS.toNanos(timeConstantMillis));
  }

  /** The value as it has faded by now. */
  double read(long word, long nowNanos) {
    return word == 0 ? 0 : value(word) * fading(word, nowNanos);
  }

  /**
   * A sample for a peak-sensitive average: above it, it replaces it; below, it pulls it down by
   * elapsed time.
   */
  long sample(long word, double sample, long nowNanos) {
    if (word == 0 || sample > value(word)) {
      return pack(sample, nowNanos);
    }
    double fading = fading(word, nowNanos);
    return fading == 1 ? word : pack(value(word) * fading + sample * (1 - fading), nowNanos);
  }

  /**
   * Keeps the average from fading, and raises it if the sample is above it: what a failure does to
   * a latency.
   */
  long hold(long word, double sample, long nowNanos) {
    return word == 0 ? 0 : pack(Math.max(value(word), sample), nowNanos);
  }

  /** Moves the faded value a share of the way to 1. */
  long raise(long word, double share, long nowNanos) {
    double value = read(word, nowNanos);
    return pack(value + (1 - value) * share, nowNanos);
  }

  /** Multiplies the faded value, and forgets it when it is below a limit. */
  long lower(long word, double factor, double forgetBelow, long nowNanos) {
    double value = read(word, nowNanos) * factor;
    return value < forgetBelow ? 0 : pack(value, nowNanos);
  }

  /** How long ago the word was written; 0 if the clock ran backwards. */
  long elapsedNanos(long word, long nowNanos) {
    long elapsed = (ticks(nowNanos) - word) & tickMask;
    return elapsed >= backwards ? 0 : elapsed << tickShift;
  }

  private double fading(long word, long nowNanos) {
    long elapsed = (ticks(nowNanos) - word) & tickMask;
    if (elapsed == 0 || elapsed >= backwards) {
      return 1;
    }
    double x = elapsed * perTick;
    // The series is within 2e-7 here, and spares the common case a call of Math.exp.
    return x < SERIES_LIMIT ? 1 - x + x * x / 2 : Math.exp(-x);
  }

  private long ticks(long nowNanos) {
    return (nowNanos >> tickShift) & tickMask;
  }

  private static double value(long word) {
    return Float.intBitsToFloat((int) (word >>> 32));
  }

  private long pack(double value, long nowNanos) {
    // Never 0, which means "nothing known": the smallest float stands for what has faded away.
    float stored = Math.max((float) value, Float.MIN_VALUE);
    return (long) Float.floatToRawIntBits(stored) << 32 | ticks(nowNanos);
  }
}
