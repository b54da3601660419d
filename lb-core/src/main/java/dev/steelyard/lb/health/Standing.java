package dev.steelyard.lb.health;

/**
 * What is known of an instance, as one immutable value.
 *
 * @param health the integer of {@link HealthScale}
 * @param passed whether the last check passed
 * @param reason why not; "not checked yet" before the first
 * @param passes checks passed in a row
 * @param failures checks failed in a row
 * @param checks all checks that came to a verdict
 * @param timeouts those that took too long
 * @param endedAtNanos when the last one ended
 * @param tookNanos how long the last one took
 * @param kept whether it should be DOWN and was not set so, because too many are
 */
record Standing(
    int health,
    boolean passed,
    String reason,
    int passes,
    int failures,
    long checks,
    long timeouts,
    long endedAtNanos,
    long tookNanos,
    boolean kept) {

  static Standing unknown(int health) {
    return new Standing(health, false, "not checked yet", 0, 0, 0, 0, 0, 0, false);
  }

  Standing withHealth(int now) {
    return new Standing(
        now, passed, reason, passes, failures, checks, timeouts, endedAtNanos, tookNanos, false);
  }

  /** After a check. */
  Standing after(Verdict verdict, int now, boolean nowKept, long nowNanos, long duration) {
    return new Standing(
        now,
        verdict.passed(),
        verdict.reason(),
        verdict.passed() ? passes + 1 : 0,
        verdict.passed() ? 0 : failures + 1,
        checks + 1,
        timeouts + (verdict.timedOut() ? 1 : 0),
        nowNanos,
        duration,
        nowKept);
  }

  /** After failed requests that count as a failed check, but are none. */
  Standing afterRequests(Verdict verdict, int now, boolean nowKept) {
    return new Standing(
        now,
        false,
        verdict.reason(),
        0,
        failures + 1,
        checks,
        timeouts,
        endedAtNanos,
        tookNanos,
        nowKept);
  }
}
