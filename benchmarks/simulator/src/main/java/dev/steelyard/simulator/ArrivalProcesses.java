package dev.steelyard.simulator;

import dev.steelyard.lb.env.RandomSource;

/** The arrival processes. */
final class ArrivalProcesses {
  private static final double SECOND = 1e9;

  private ArrivalProcesses() {}

  /** How much of a Poisson process of rate 1 passes until the next event. */
  private static double exponential(RandomSource random) {
    return -StrictMath.log(1 - Stream.open(random));
  }

  record Even(double perSecond) implements Arrivals {
    @Override
    public Course begin(RandomSource random) {
      return new Course() {
        private long number;

        @Override
        public long next(long nowNanos) {
          return Math.round(number++ * (SECOND / perSecond)); // not added up: no rounding adds up
        }
      };
    }
  }

  record Poisson(double perSecond) implements Arrivals {
    @Override
    public Course begin(RandomSource random) {
      double mean = SECOND / perSecond;
      return now -> Checks.sum(now, Math.round(exponential(random) * mean));
    }
  }

  record Bursts(double quietPerSecond, Distribution quiet, double busyPerSecond, Distribution busy)
      implements Arrivals {
    @Override
    public Course begin(RandomSource random) {
      return new Course() {
        private boolean isBusy;
        private long end = quiet.draw(random, 0);

        @Override
        public long next(long nowNanos) {
          double left = exponential(random);
          long from = nowNanos;
          while (true) {
            double perNano = (isBusy ? busyPerSecond : quietPerSecond) / SECOND;
            double passes = perNano * (end - from);
            if (left <= passes && perNano > 0) {
              return from + Math.round(left / perNano);
            }
            left -= passes;
            from = end;
            isBusy = !isBusy;
            end = Checks.sum(end, Math.max((isBusy ? busy : quiet).draw(random, 0), 1));
          }
        }
      };
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // a copy that never leaves this class
  record Recorded(long stepNanos, double[] perSecond) implements Arrivals {
    @Override
    public Course begin(RandomSource random) {
      return now -> {
        double left = exponential(random);
        double from = (double) now;
        for (int step = (int) (now / stepNanos); step < perSecond.length; step++) {
          double perNano = perSecond[step] / SECOND;
          double end = (step + 1.0) * stepNanos;
          double passes = perNano * (end - from);
          if (left <= passes && perNano > 0) {
            return Math.round(from + left / perNano);
          }
          left -= passes;
          from = end;
        }
        return Long.MAX_VALUE;
      };
    }
  }
}
