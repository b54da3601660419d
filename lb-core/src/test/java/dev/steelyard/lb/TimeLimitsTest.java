package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static dev.steelyard.lb.Fixtures.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits of an attempt and of a call. */
@Timeout(60)
class TimeLimitsTest extends CallFixture {
  private static final FailurePolicy PER_TRY =
      FailurePolicy.standard().withPerTryTimeout(Duration.ofMillis(100));

  private static Throwable failure(CompletableFuture<?> answer) {
    return assertThrows(CompletionException.class, answer::join).getCause();
  }

  @Test
  void anAttemptThatTakesTooLongIsAFailureAndIsSentElsewhere() {
    LoadBalancer balancer = balancer(3, PER_TRY);
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    time.advanceMillis(99);
    assertEquals(1, sent.size());
    time.advanceMillis(1);
    assertTrue(sent.get(0).isCancelled());
    assertEquals(List.of(id(0), id(1)), instances);
    sent.get(1).complete("200");
    assertEquals("200", answer.join());
    assertEquals(1, Fixtures.find(balancer, id(0)).failures());
    assertEquals(0, total(balancer, EndpointSnapshot::cancelled));
  }

  @Test
  void aCallThatIsNotIdempotentFailsInsteadOfBeingSentAgain() {
    LoadBalancer balancer = balancer(3, PER_TRY);
    CompletableFuture<String> answer = call(balancer, EMPTY);
    time.advanceMillis(100);
    assertInstanceOf(TimeoutException.class, failure(answer));
    assertEquals(1, sent.size());
  }

  @Test
  void aLateAnswerOfAnAttemptThatWasGivenUpIsNotTheAnswer() {
    LoadBalancer balancer = balancer(3, PER_TRY);
    CompletableFuture<String> deaf = new CompletableFuture<>();
    CompletableFuture<String> answer =
        balancer.callAsync(
            IDEMPOTENT,
            instance -> {
              instances.add(instance.id());
              return instances.size() == 1
                  ? deaf.minimalCompletionStage()
                  : new CompletableFuture<String>();
            });
    time.advanceMillis(100);
    deaf.complete("200 late");
    assertFalse(answer.isDone());
    answer.cancel(true);
    assertEquals(0, total(balancer, EndpointSnapshot::successes));
  }

  @Test
  void theOverallLimitEndsWhateverIsUnderWay() {
    LoadBalancer balancer =
        balancer(5, PER_TRY.withMaxRetries(4).withOverallTimeout(Duration.ofMillis(250)));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    share = 0;
    time.advanceMillis(249);
    assertEquals(3, sent.size());
    assertFalse(answer.isDone());
    time.advanceMillis(1);
    assertInstanceOf(TimeoutException.class, failure(answer));
    assertTrue(sent.stream().allMatch(CompletableFuture::isDone));
    assertEquals(3, total(balancer, EndpointSnapshot::failures));
  }

  @Test
  void anAnswerInTimeLeavesNoTimerBehind() {
    LoadBalancer balancer = balancer(3, PER_TRY.withOverallTimeout(Duration.ofSeconds(1)));
    for (int i = 0; i < 100; i++) {
      call(balancer, IDEMPOTENT);
      sent.get(i).complete("200");
    }
    assertEquals(0, time.pending());
    assertEquals(
        "now", balancer.callAsync(EMPTY, any -> CompletableFuture.completedFuture("now")).join());
  }

  @Test
  void theAdaptiveLimitIsAMultipleOfWhatIsUsualWithinBounds() {
    FailurePolicy adaptive =
        FailurePolicy.standard()
            .withAdaptivePerTryTimeout(3, Duration.ofMillis(20), Duration.ofMillis(500));
    LoadBalancer unknown = balancer(3, adaptive);
    assertLimit(unknown, 500);
    LoadBalancer usual = balancer(3, adaptive);
    usually(usual, 100);
    assertLimit(usual, 300);
    LoadBalancer fast = balancer(3, adaptive);
    usually(fast, 1);
    assertLimit(fast, 20);
    LoadBalancer slow = balancer(3, adaptive);
    usually(slow, 400);
    assertLimit(slow, 500);
  }

  private void assertLimit(LoadBalancer balancer, long millis) {
    CompletableFuture<String> answer = call(balancer, EMPTY);
    time.advanceMillis(millis * 93 / 100);
    assertFalse(answer.isDone());
    time.advanceMillis(millis * 14 / 100);
    assertInstanceOf(TimeoutException.class, failure(answer));
  }

  @Test
  void whatIsGivenUpReleasesItsPlace() {
    // concurrency-limits#81, #133, #139: the permit was not released on a cancellation.
    LoadBalancer balancer = balancer(3, PER_TRY);
    for (int i = 0; i < 50; i++) {
      CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
      time.advanceMillis(i);
      if (i % 2 == 0) {
        answer.cancel(true);
      } else {
        sent.get(sent.size() - 1).completeExceptionally(new IllegalStateException());
      }
      assertEquals(0, Fixtures.inFlight(balancer));
    }
  }
}
