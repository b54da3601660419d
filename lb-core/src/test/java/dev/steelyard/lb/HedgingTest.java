package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static dev.steelyard.lb.Fixtures.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second attempt beside one that takes long; 10 ms are usual. */
@Timeout(60)
class HedgingTest extends CallFixture {
  private static final FailurePolicy HEDGED =
      FailurePolicy.standard().withHedging(0.95, 0.1).withRetryBudget(0.2, 10);

  private LoadBalancer balancer;

  @BeforeEach
  void tenMillisecondsAreUsual() {
    balancer = usual(3, HEDGED);
  }

  private LoadBalancer usual(int size, FailurePolicy policy) {
    LoadBalancer fresh = balancer(size, policy);
    usually(fresh, 10);
    return fresh;
  }

  /** A call whose hedge has begun. */
  private CompletableFuture<String> hedged() {
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    time.advanceMillis(9);
    assertEquals(1, sent.size());
    time.advanceMillis(2);
    assertEquals(List.of(id(0), id(1)), instances, "another instance");
    assertEquals(1, balancer.snapshot().hedges());
    return answer;
  }

  @Test
  void theHedgeMayWinAndThePrimaryIsCancelled() {
    CompletableFuture<String> answer = hedged();
    sent.get(1).complete("200 hedge");
    assertEquals("200 hedge", answer.join());
    assertTrue(sent.get(0).isCancelled());
    assertEquals(1, Fixtures.find(balancer, id(0)).cancelled());
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void thePrimaryMayWinAndTheHedgeIsCancelled() {
    CompletableFuture<String> answer = hedged();
    sent.get(0).complete("200 primary");
    assertEquals("200 primary", answer.join());
    assertTrue(sent.get(1).isCancelled());
    assertEquals(1, Fixtures.find(balancer, id(1)).cancelled());
  }

  @Test
  void aHedgeThatFailsNeverBeatsThePrimary() {
    // resilience4j Hedge: anyOf lets a failing secondary win.
    CompletableFuture<String> answer = hedged();
    sent.get(1).completeExceptionally(new IOException("reset"));
    assertFalse(answer.isDone());
    sent.get(0).complete("200");
    assertEquals("200", answer.join());
    assertEquals(2, sent.size());
  }

  @Test
  void aBadAnswerDoesNotBeatWhatIsUnderWayEither() {
    CompletableFuture<String> answer = hedged();
    sent.get(0).complete("500");
    assertFalse(answer.isDone());
    sent.get(1).complete("200");
    assertEquals("200", answer.join());
    assertEquals(1, Fixtures.find(balancer, id(0)).failures());
  }

  @Test
  void ifBothFailTheRetriesGoOnWithWhatTheHedgeHasLeft() {
    CompletableFuture<String> answer = hedged();
    sent.get(0).completeExceptionally(new IOException("first"));
    sent.get(1).completeExceptionally(new IOException("second"));
    assertEquals(List.of(id(0), id(1), id(2)), instances);
    IOException last = new IOException("third");
    sent.get(2).completeExceptionally(last);
    // resilience4j Hedge: a checked cause was cast to RuntimeException.
    assertSame(last, assertThrows(CompletionException.class, answer::join).getCause());
    assertEquals(3, sent.size(), "two retries: one was the hedge");
  }

  @Test
  void ifBothAnswerBadlyAndNoRetryIsLeftTheLastAnswerIsTheResult() {
    balancer = usual(3, HEDGED.withMaxRetries(1));
    CompletableFuture<String> answer = hedged();
    sent.get(1).complete("503");
    sent.get(0).complete("500");
    assertEquals("500", answer.join());
  }

  @Test
  void aFailureBeforeTheDelayIsRetriedAndNotHedged() {
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    sent.get(0).completeExceptionally(new IOException("fast"));
    assertEquals(2, sent.size());
    assertEquals(0, balancer.snapshot().hedges());
    sent.get(1).complete("200");
    assertEquals("200", answer.join());
  }

  @Test
  void aCallThatIsNotIdempotentIsNotHedged() {
    CompletableFuture<String> answer = call(balancer, EMPTY);
    time.advanceMillis(1_000);
    assertEquals(1, sent.size());
    sent.get(0).complete("200");
    assertEquals("200", answer.join());
  }

  @Test
  void nothingIsHedgedBeforeItIsKnownWhatIsUsual() {
    LoadBalancer fresh = balancer(3, HEDGED);
    CompletableFuture<String> answer = call(fresh, IDEMPOTENT);
    time.advanceMillis(10_000);
    assertEquals(1, sent.size());
    sent.get(0).complete("200");
    assertEquals("200", answer.join());
  }

  @Test
  void withoutAnotherInstanceNothingIsHedgedAndNothingIsCharged() {
    balancer = usual(1, HEDGED);
    double before = balancer.snapshot().retryBalance();
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    time.advanceMillis(50);
    assertEquals(1, sent.size());
    assertEquals(before, balancer.snapshot().retryBalance());
    sent.get(0).complete("200");
    assertEquals("200", answer.join());
  }

  @Test
  void aHedgeThatTheBudgetRefusesLeavesTheCallToThePrimary() {
    // grpc-java#7222, #7337: a throttled hedge hung the call until its deadline.
    balancer = usual(3, HEDGED.withRetryBudget(0, 0));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    time.advanceMillis(50);
    assertEquals(1, sent.size());
    sent.get(0).completeExceptionally(new IOException("reset"));
    assertTrue(answer.isCompletedExceptionally());
  }

  @Test
  void hedgesHaveACapOfTheirOwnAndDrawOnTheCommonBudget() {
    balancer = usual(3, HEDGED.withHedging(0.5, 0.1));
    int hedgesAllowed = 0;
    for (int i = 0; i < 300; i++) {
      CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
      time.advanceMillis(i % 3 == 0 ? 14 : 9);
      for (CompletableFuture<String> attempt : List.copyOf(sent)) {
        attempt.complete("200");
      }
      assertTrue(answer.isDone());
      hedgesAllowed += sent.size() - 1;
      sent.clear();
    }
    assertTrue(hedgesAllowed >= 30 && hedgesAllowed <= 40, "10 % of 400, not " + hedgesAllowed);
    assertEquals(hedgesAllowed, balancer.snapshot().hedges());
  }

  @Test
  void withoutRetriesACallIsStillHedgedOnce() {
    balancer = usual(3, FailurePolicy.standard().withoutRetries().withHedging(0.95, 0.1));
    CompletableFuture<String> answer = hedged();
    sent.get(0).completeExceptionally(new IOException("first"));
    sent.get(1).completeExceptionally(new IOException("second"));
    assertTrue(answer.isCompletedExceptionally());
    assertEquals(2, sent.size());
  }

  @Test
  void theCallersCancellationCancelsBothAndNothingBeginsAfterwards() {
    CompletableFuture<String> answer = hedged();
    answer.cancel(true);
    assertTrue(sent.get(0).isCancelled() && sent.get(1).isCancelled());
    assertEquals(2, total(balancer, EndpointSnapshot::cancelled));
    CompletableFuture<String> early = call(balancer, IDEMPOTENT);
    early.cancel(true);
    time.advanceMillis(100);
    assertEquals(3, sent.size());
  }

  @Test
  void aLoserWhoseCancellationRunsForeignCodeDoesNotHoldTheCallUp() {
    // grpc-java#10314: winners that cancelled losers under a lock deadlocked.
    CompletableFuture<String> answer = hedged();
    var unused =
        sent.get(0)
            .whenComplete(
                (value, failure) -> {
                  assertFalse(answer.isDone());
                  answer.complete("from the loser");
                });
    sent.get(1).complete("200");
    assertEquals("from the loser", answer.join());
  }

  @Test
  void theDelayIsNeverShorterThanTheLeast() {
    balancer = usual(3, FailurePolicy.standard().withHedging(0.95, 0.1, Duration.ofMillis(40)));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    time.advanceMillis(39);
    assertEquals(1, sent.size());
    time.advanceMillis(1);
    assertEquals(2, sent.size());
    sent.get(0).complete("200");
    assertEquals("200", answer.join());
  }

  @Test
  void failuresDoNotMakeTheUsualShorter() {
    // Finagle's BackupRequestFilter: fast failures would skew the histogram.
    LoadBalancer fresh = balancer(3, HEDGED.withoutRetries());
    for (int i = 0; i < 200; i++) {
      CompletableFuture<String> answer = call(fresh, IDEMPOTENT);
      sent.get(i).complete("500");
      assertEquals("500", answer.join());
    }
    assertEquals(-1, fresh.latency(0.5, time.nanos()));
  }
}
