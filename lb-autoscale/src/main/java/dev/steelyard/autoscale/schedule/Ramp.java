package dev.steelyard.autoscale.schedule;

/**
 * Steps up before an occurrence and down after it, as in Zalando's ScalingSchedule: at a fraction
 * {@code f} of the way the level is {@code floor(f * steps)}. On the way down the way is measured
 * to the end of the ramp, so a level still holds at the millisecond at which its part ends.
 *
 * @param length of each of the two ramps in milliseconds, 0 for none
 * @param steps number of steps, at least 1
 */
record Ramp(long length, int steps) {
  static final Ramp NONE = new Ramp(0, 1);

  /** The level at a time before the start: 0 to steps - 1, or steps from the start on. */
  int levelBefore(long start, long millis) {
    if (millis >= start) {
      return steps;
    }
    long way = millis - (start - length);
    return way <= 0 ? 0 : Math.toIntExact(way * steps / length);
  }

  /** The level at a time not before the end; 0 where the ramp is over. */
  int levelAfter(long end, long millis) {
    long way = end + length - millis;
    return way <= 0 ? 0 : Math.toIntExact(way * steps / length);
  }

  /** When the level before the start next rises; the start itself at the latest. */
  long nextRise(long start, long millis) {
    if (length == 0) {
      return start;
    }
    return start - length + partsUp(levelBefore(start, millis) + 1);
  }

  /** When the level after the end next falls; only while it is above 0. */
  long nextFall(long end, long millis) {
    return end + length - partsUp(levelAfter(end, millis)) + 1;
  }

  /** The last millisecond at which the level is full, plus one. */
  long fullUntil(long end) {
    return length == 0 ? end : end + 1;
  }

  private long partsUp(int parts) {
    return (parts * length + steps - 1) / steps;
  }
}
