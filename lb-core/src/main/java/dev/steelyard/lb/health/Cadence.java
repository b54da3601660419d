package dev.steelyard.lb.health;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceStatus;

/**
 * When the next check is. Delays begin when a check ends, so a slow instance is not asked more
 * often.
 *
 * <p>Three draws keep checks apart. The first checks of instances that are there when the monitor
 * starts are spread over one fast interval. The delay after an instance's first check is drawn from
 * a whole interval, so phases are uniform from then on, whatever the first round looked like and
 * whoever else began at the same moment. And every later delay is a little longer than its base.
 */
record Cadence(
    long intervalNanos,
    long fastNanos,
    long downNanos,
    long noTrafficNanos,
    double jitter,
    RandomSource random) {

  long firstRound() {
    return uniform(fastNanos);
  }

  long next(
      HealthScale scale, InstanceStatus status, int health, boolean requested, boolean firstDelay) {
    if (status == InstanceStatus.STARTING || scale.inTransition(health)) {
      return jittered(fastNanos);
    }
    long base =
        health == 0 ? downNanos : requested || noTrafficNanos == 0 ? intervalNanos : noTrafficNanos;
    return firstDelay ? fastNanos + uniform(base) : jittered(base);
  }

  long fast() {
    return jittered(fastNanos);
  }

  private long jittered(long base) {
    return base + uniform((long) (base * jitter));
  }

  /** 0 to bound - 1, by 53 bits of the draw; 0 if the bound is 0. */
  private long uniform(long bound) {
    return (long) ((random.nextLong() >>> 11) * 0x1.0p-53 * bound);
  }
}
