package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.resilience.BreakerHand.MILLI;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.Builder;
import dev.steelyard.lb.testing.Allocations;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Only a change of the state allocates, and a time window a bucket when it turns. */
class CircuitBreakerAllocationTest {
  private long now;
  private long calls;

  static Stream<Arguments> breakers() {
    Builder count = BreakerHand.rate(0.5, 20);
    Builder time = count.copy().timeWindow(Duration.ofSeconds(10), 10);
    Builder slow = time.copy().slowCallRate(0.9, Duration.ofNanos(1), 20);
    return Stream.of(count, time, slow)
        .flatMap(builder -> Stream.of(0, 10).map(every -> Arguments.of(builder, every)));
  }

  @ParameterizedTest
  @MethodSource("breakers")
  void aCallAllocatesNothing(Builder builder, int failEvery) throws Exception {
    CircuitBreaker breaker = builder.build();
    double bytes =
        Allocations.bytesPerRun(
            500_000,
            () -> {
              now += MILLI / 100; // 100 000 calls per bucket
              calls++;
              boolean fails = failEvery > 0 && calls % failEvery == 0;
              long permit = breaker.tryAcquire(now);
              breaker.record(permit, fails ? Outcome.FAILURE : Outcome.SUCCESS, fails ? 1 : 0, now);
            });
    assertTrue(bytes < 0.1, bytes + " bytes per call");
    assertTrue(breaker.state() == CircuitBreaker.State.CLOSED);
  }

  @ParameterizedTest
  @MethodSource("breakers")
  void aRefusalAllocatesNothing(Builder builder, int unused) throws Exception {
    CircuitBreaker breaker = builder.build();
    breaker.forceOpen(0);
    double bytes =
        Allocations.bytesPerRun(
            200_000,
            () -> {
              if (breaker.tryAcquire(0) >= 0 || breaker.wouldAdmit(0)) {
                throw new AssertionError();
              }
            });
    assertTrue(bytes < 0.1, bytes + " bytes per refusal");
  }
}
