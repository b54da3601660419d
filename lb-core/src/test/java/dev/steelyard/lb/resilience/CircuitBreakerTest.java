package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void opensProbesAndCloses() {
    CircuitBreaker breaker = CircuitBreaker.builder("b").openJitter(0).build();
    for (int i = 0; i < 5; i++) {
      breaker.record(breaker.tryAcquire(0), Outcome.FAILURE, -1, 0);
    }
    assertEquals(State.OPEN, breaker.state());
    assertEquals(CircuitBreaker.REFUSED, breaker.tryAcquire(5 * SECOND - 1));
    long one = breaker.tryAcquire(5 * SECOND);
    long two = breaker.tryAcquire(5 * SECOND);
    assertTrue(one >= 0 && two >= 0 && one != two);
    breaker.record(one, Outcome.SUCCESS, -1, 5 * SECOND);
    breaker.record(two, Outcome.SUCCESS, -1, 5 * SECOND);
    assertEquals(State.CLOSED, breaker.state());
  }
}
