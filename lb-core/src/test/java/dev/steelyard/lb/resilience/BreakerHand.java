package dev.steelyard.lb.resilience;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A breaker with a clock that the test moves, and all that its listener was told. */
final class BreakerHand {
  static final long SECOND = 1_000_000_000L;
  static final long MILLI = 1_000_000L;

  final CircuitBreaker breaker;
  final List<Transition> told = new ArrayList<>();
  long now;

  BreakerHand(CircuitBreaker.Builder builder) {
    this(builder, 0);
  }

  BreakerHand(CircuitBreaker.Builder builder, long now) {
    this.now = now;
    this.breaker = builder.ticker(() -> this.now).build();
    var unused = breaker.listen(told::add);
  }

  /** No back-off and no jitter, so that times are plain: open for 5 s, 3 probes, 2 to succeed. */
  static CircuitBreaker.Builder plain() {
    return CircuitBreaker.builder("b").noBackoff().openJitter(0);
  }

  /** One rule: a run of failures. */
  static CircuitBreaker.Builder run(int failures) {
    return plain().noFailureRate().consecutiveFailures(failures);
  }

  /** One rule: a share of failures. */
  static CircuitBreaker.Builder rate(double threshold, int minimumCalls) {
    return plain().consecutiveFailures(0).failureRate(threshold, minimumCalls);
  }

  BreakerHand calls(int times, Outcome outcome) {
    return calls(times, outcome, -1);
  }

  BreakerHand calls(int times, Outcome outcome, long durationNanos) {
    for (int i = 0; i < times; i++) {
      breaker.record(breaker.tryAcquire(now), outcome, durationNanos, now);
    }
    return this;
  }

  BreakerHand fail(int times) {
    return calls(times, Outcome.FAILURE);
  }

  BreakerHand succeed(int times) {
    return calls(times, Outcome.SUCCESS);
  }

  BreakerHand pass(long nanos) {
    now += nanos;
    return this;
  }

  BreakerHand pass(Duration time) {
    return pass(time.toNanos());
  }

  void record(long permit, Outcome outcome) {
    breaker.record(permit, outcome, -1, now);
  }

  long acquire() {
    return breaker.tryAcquire(now);
  }

  CircuitBreaker.State state() {
    return breaker.state();
  }

  CircuitBreaker.Metrics metrics() {
    return breaker.metrics(now);
  }

  List<String> history() {
    return told.stream().map(t -> t.from() + ">" + t.to() + " " + t.cause()).toList();
  }

  /** Takes permits until it is refused. */
  List<Long> permits() {
    List<Long> permits = new ArrayList<>();
    for (long permit = acquire(); permit >= 0 && permits.size() < 100; permit = acquire()) {
      permits.add(permit);
    }
    return permits;
  }
}
