package dev.steelyard.simulator;

import dev.steelyard.lb.env.RandomSource;
import java.util.Arrays;

/**
 * The distributions. {@link StrictMath}, because {@link Math} may give other last bits on another
 * JVM, and one bit is another run.
 */
final class Distributions {
  /** The 99th percentile of the standard normal distribution. */
  static final double Z99 = 2.3263478740408408;

  private Distributions() {}

  record Fixed(long nanos) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      return nanos;
    }

    @Override
    public double meanNanos() {
      return nanos;
    }
  }

  record Uniform(long from, long to) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      return from + (long) (Stream.open(random) * (to - from + 1));
    }

    @Override
    public double meanNanos() {
      return (from + (double) to) / 2;
    }
  }

  record Exponential(double mean) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      return Math.round(-mean * StrictMath.log(1 - Stream.open(random)));
    }

    @Override
    public double meanNanos() {
      return mean;
    }
  }

  record LogNormal(double mu, double sigma) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      return Math.round(StrictMath.exp(mu + sigma * Normal.quantile(Stream.open(random))));
    }

    @Override
    public double meanNanos() {
      return StrictMath.exp(mu + sigma * sigma / 2);
    }
  }

  record Pareto(double least, double alpha, double greatest) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      double within = Stream.open(random) * (1 - StrictMath.pow(least / greatest, alpha));
      return Math.round(least * StrictMath.pow(1 - within, -1 / alpha));
    }

    @Override
    public double meanNanos() {
      double ratio = least / greatest;
      double norm = 1 - StrictMath.pow(ratio, alpha);
      return alpha == 1
          ? least * StrictMath.log(1 / ratio) / norm
          : least * alpha / (alpha - 1) * (1 - StrictMath.pow(ratio, alpha - 1)) / norm;
    }
  }

  /** Sorted, so that equal random bits mean equally long. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this class, never compared
  record Recorded(long[] sorted) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      return sorted[(int) (Stream.open(random) * sorted.length)];
    }

    @Override
    public double meanNanos() {
      return Arrays.stream(sorted).average().orElseThrow();
    }
  }

  record Linear(long base, int capacity) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      int there = Math.max(inFlight, 1);
      return there <= capacity ? base + Math.round((double) base * there / capacity) : 5 * base;
    }

    @Override
    public double meanNanos() {
      return base * (1 + 1.0 / capacity);
    }
  }

  record Scaled(Distribution of, double factor) implements Distribution {
    @Override
    public long draw(RandomSource random, int inFlight) {
      return Math.round(of.draw(random, inFlight) * factor);
    }

    @Override
    public double meanNanos() {
      return of.meanNanos() * factor;
    }
  }
}
