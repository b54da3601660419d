package dev.steelyard.benchmarks.guard;

/** What is compared with each other. */
public enum GuardGroup {
  BREAKER_COUNT("Circuit breaker, last " + Breakers.WINDOW + " calls"),
  BREAKER_TIME("Circuit breaker, last 10 s"),
  RATE_ADMITTED("Rate limiter, admitted"),
  RATE_REFUSED("Rate limiter, refused"),
  BUDGET_DEPOSIT("Retry budget, a request"),
  BUDGET_RETRY("Retry budget, a request and its retry"),
  BULKHEAD("Bulkhead, in and out"),
  ADAPTIVE_SAMPLE("Adaptive concurrency, a sample with one clock read"),
  ADAPTIVE_REQUEST("Adaptive concurrency, a request with two clock reads");

  private final String title;

  GuardGroup(String title) {
    this.title = title;
  }

  /**
   * Returns the name for reading.
   *
   * @return the guard, and the work
   */
  public String title() {
    return title;
  }

  /**
   * Returns whether calls that fail are measured as well.
   *
   * @return whether that makes another path
   */
  public boolean isAboutFailures() {
    return this == BREAKER_COUNT || this == BREAKER_TIME;
  }

  /**
   * Returns whether one read of the clock is the floor.
   *
   * @return whether time is all that decides
   */
  public boolean isAboutTime() {
    return this == RATE_ADMITTED || this == RATE_REFUSED;
  }

  /** What each call that is measured must be told. */
  boolean isAdmitting() {
    return this != RATE_REFUSED;
  }
}
