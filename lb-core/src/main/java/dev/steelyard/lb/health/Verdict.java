package dev.steelyard.lb.health;

/**
 * What a check came to.
 *
 * @param passed whether the instance works
 * @param reason why not; empty if it works
 * @param timedOut whether it is silence that says so
 */
record Verdict(boolean passed, String reason, boolean timedOut) {
  static final Verdict PASSED = new Verdict(true, "", false);

  static Verdict failed(String reason) {
    return new Verdict(false, reason, false);
  }

  static Verdict silent(String reason) {
    return new Verdict(false, reason, true);
  }
}
