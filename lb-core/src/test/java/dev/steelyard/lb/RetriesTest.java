package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.RequestRefusedException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is sent again, where, and when. */
@Timeout(60)
class RetriesTest extends CallFixture {
  private static final FailurePolicy STANDARD = FailurePolicy.standard();

  private static Throwable failure(CompletableFuture<?> answer) {
    return assertThrows(CompletionException.class, answer::join).getCause();
  }

  private void answer(int attempt, String status) {
    sent.get(attempt).complete(status);
  }

  private void fail(int attempt, Throwable failure) {
    sent.get(attempt).completeExceptionally(failure);
  }

  @Test
  void aBadAnswerOfAnIdempotentCallIsAskedForElsewhere() {
    LoadBalancer balancer = balancer(3, STANDARD);
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    answer(0, "503");
    assertEquals(List.of(id(0), id(1)), instances, "at once");
    answer(1, "200");

    assertEquals("200", answer.join());
    assertEquals(1, total(balancer, EndpointSnapshot::overloaded));
  }

  @Test
  void aBadAnswerOfAnotherCallIsTheAnswer() {
    LoadBalancer balancer = balancer(3, STANDARD);
    CompletableFuture<String> answer = call(balancer, EMPTY);
    answer(0, "503");
    assertEquals("503", answer.join());
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void whenNoRetryIsLeftTheLastAnswerIsTheResultAndNotAnException() throws Exception {
    LoadBalancer balancer = balancer(9, STANDARD.withMaxRetries(1));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    answer(0, "503");
    answer(1, "500");
    assertEquals("500", answer.join());

    List<String> asked = new ArrayList<>();
    assertEquals(
        "500",
        balancer.call(
            IDEMPOTENT,
            instance -> {
              asked.add(instance.id());
              return asked.size() == 1 ? "503" : "500";
            }));
    assertEquals(2, asked.size());
  }

  @Test
  void whenTheBudgetIsExhaustedTheAnswerIsTheResult() {
    LoadBalancer balancer = balancer(9, STANDARD.withRetryBudget(0, 1));
    for (int i = 0; i < 3; i++) {
      CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
      sent.get(sent.size() - 1).complete("503");
      if (i == 0) {
        sent.get(sent.size() - 1).complete("503");
      }
      assertEquals("503", answer.join());
    }
    assertEquals(1, balancer.snapshot().retries());
  }

  @Test
  void onlyTheOutcomesThatWereSetAreRetried() {
    LoadBalancer balancer = balancer(3, STANDARD.withRetriedOutcomes(Outcome.OVERLOADED));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    answer(0, "500");
    assertEquals("500", answer.join());
    LoadBalancer never = balancer(3, STANDARD.withRetriedOutcomes());
    answer = call(never, IDEMPOTENT);
    answer(1, "503");
    assertEquals("503", answer.join());
  }

  @Test
  void aPredicateThatThrowsCountsAsNoAndTheCallCompletes() {
    // resilience4j#2209: the CompletionStage never completed.
    LoadBalancer balancer =
        balancer(
            3,
            STANDARD.withRetriedFailures(
                failure -> {
                  throw new IllegalStateException("on purpose");
                }));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    IOException reset = new IOException("reset");
    fail(0, reset);
    assertSame(reset, failure(answer));
    assertEquals(1, balancer.snapshot().callbackFaults());
  }

  @Test
  void aPredicateOfTheUsersDecidesAboutIdempotentCallsOnly() {
    LoadBalancer balancer =
        balancer(
            3, STANDARD.withRetriedFailures(failure -> failure instanceof ArithmeticException));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    fail(0, new ArithmeticException());
    answer(1, "200");
    assertEquals("200", answer.join());
    answer = call(balancer, EMPTY);
    fail(2, new ArithmeticException());
    assertInstanceOf(ArithmeticException.class, failure(answer));
  }

  @Test
  void whatWasRefusedHereIsSentElsewhereWhateverItDoesAndBlamesNobody() {
    // failsafe#119: a breaker that was open ended the retries; servicetalk#2457: a local limit
    // counted against the host.
    LoadBalancer balancer = balancer(4, STANDARD);
    CompletableFuture<String> answer = call(balancer, EMPTY);
    fail(
        0, new RequestRefusedException("inner", RequestRefusedException.Reason.CIRCUIT_OPEN, null));
    fail(1, new BindException("no port left"));
    time.advanceMillis(5);
    answer(2, "200");
    assertEquals("200", answer.join());
    assertEquals(2, total(balancer, EndpointSnapshot::ignored));
    assertEquals(0, total(balancer, EndpointSnapshot::failures));
  }

  @Test
  void theFirstRetryGoesAtOnceAndTheOthersWaitARandomTimeThatDoubles() {
    LoadBalancer balancer =
        balancer(
            9,
            STANDARD.withMaxRetries(5).withBackoff(Duration.ofMillis(10), Duration.ofMillis(30)));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    fail(0, new ConnectException());
    assertEquals(2, sent.size());
    long[] halves = {5, 10, 15, 15}; // of 10, 20 and then 30 ms
    for (int i = 0; i < halves.length; i++) {
      fail(1 + i, new ConnectException());
      time.advance(Duration.ofMillis(halves[i]).minusNanos(1));
      assertEquals(2 + i, sent.size());
      assertEquals(0, Fixtures.inFlight(balancer), "nobody is kept busy by who waits");
      time.advance(Duration.ofNanos(1));
      assertEquals(3 + i, sent.size());
    }
    assertEquals(6, new HashSet<>(instances).size());
    answer(5, "200");
    assertEquals("200", answer.join());
  }

  @Test
  void whenAllWereTriedTheSameAreTriedAgainButNotTheLastOne() {
    // dubbo#1737: with two hosts the retry went to the one that had just failed; finagle#585.
    LoadBalancer balancer = balancer(2, STANDARD.withMaxRetries(3));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    fail(0, new IOException());
    fail(1, new IOException());
    assertEquals(2, sent.size(), "all were tried: now it waits");
    time.advanceMillis(200);
    fail(2, new IOException());
    time.advanceMillis(200);
    assertEquals(List.of(id(0), id(1), id(0), id(1)), instances);
    answer(3, "200");
    assertEquals("200", answer.join());
  }

  @Test
  void aSingleInstanceIsTriedAgainAfterAWait() {
    LoadBalancer balancer = balancer(1, STANDARD);
    CompletableFuture<String> answer = call(balancer, EMPTY);
    fail(0, new ConnectException());
    assertEquals(1, sent.size());
    time.advanceMillis(5);
    answer(1, "200");
    assertEquals("200", answer.join());
  }

  @Test
  void theBudgetIsChargedBeforeTheWait() {
    // Envoy#30205: retries in back-off were not counted, and a thousand passed a 20 % budget.
    LoadBalancer balancer = balancer(1, STANDARD.withRetryBudget(0, 3));
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      answers.add(call(balancer, IDEMPOTENT));
    }
    for (int i = 0; i < 1000; i++) {
      fail(i, new IOException());
    }
    assertEquals(997, answers.stream().filter(CompletableFuture::isDone).count());
    assertEquals(3, time.pending());
    time.advanceMillis(10);
    assertEquals(1003, sent.size());
    for (int i = 1000; i < 1003; i++) {
      answer(i, "200");
    }
    assertTrue(answers.stream().allMatch(CompletableFuture::isDone));
  }

  @Test
  void theBudgetGrowsWithRequestsThatDoNotFail() {
    // envoy-mobile#811: the budget shrank as requests became retries.
    LoadBalancer balancer = balancer(9, STANDARD.withMaxRetries(1).withRetryBudget(0.2, 0));
    for (int i = 0; i < 1000; i++) {
      CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
      answer(sent.size() - 1, "200");
      assertTrue(answer.isDone());
    }
    for (int i = 0; i < 2000; i++) {
      CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
      while (!answer.isDone()) {
        fail(sent.size() - 1, new IOException());
      }
    }
    assertEquals(200, balancer.snapshot().retries());
  }

  @Test
  void aRetryThatCannotBeSentCostsNothing() {
    InstanceRegistry registry = registry(1);
    LoadBalancer balancer =
        keep(
            LoadBalancer.builder("orders", registry)
                .failurePolicy(STANDARD.withRetryBudget(0, 10).withoutEjection())
                .ticker(time)
                .scheduler(time)
                .build());
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    registry.deregister(id(0));
    fail(0, new ConnectException());
    assertInstanceOf(ConnectException.class, failure(answer));
    assertEquals(10, balancer.snapshot().retryBalance());
    assertEquals(0, balancer.snapshot().retriesRefused());
  }

  @Test
  void aWaitThatWouldPassTheDeadlineIsNotBegun() {
    // resilience4j#1283: slept the whole time although it knew that it would fail.
    LoadBalancer balancer =
        balancer(
            1,
            STANDARD
                .withBackoff(Duration.ofMillis(100), Duration.ofMillis(100))
                .withOverallTimeout(Duration.ofMillis(80)));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    time.advanceMillis(31);
    IOException reset = new IOException("reset");
    fail(0, reset); // the wait would be 50 ms, and 49 are left
    assertSame(reset, failure(answer));
    assertEquals(10, balancer.snapshot().retryBalance());
  }

  @Test
  void noAttemptOfABlockingCallBeginsAfterTheDeadline() {
    LoadBalancer balancer = balancer(9, STANDARD.withOverallTimeout(Duration.ofMillis(10)));
    List<String> asked = new ArrayList<>();
    assertThrows(
        ConnectException.class,
        () ->
            balancer.call(
                IDEMPOTENT,
                instance -> {
                  asked.add(instance.id());
                  time.advanceMillis(6);
                  throw new ConnectException();
                }));
    assertEquals(2, asked.size());
  }

  @Test
  void anInstanceThatAsksToBeLeftAloneIsWhileOthersCanServe() {
    LoadBalancer balancer = balancer(2, STANDARD);
    Attempts attempts = balancer.attempts(EMPTY);
    Lease lease = attempts.first();
    assertEquals(id(0), lease.instance().id());
    attempts.overloaded(lease, Duration.ofSeconds(2));
    lease.complete(Outcome.OVERLOADED);
    assertEquals(id(1), taken(balancer));
    time.advanceMillis(1_999);
    assertEquals(id(1), taken(balancer));
    time.advanceMillis(1);
    assertEquals(id(0), taken(balancer));
  }

  private static String taken(LoadBalancer balancer) {
    try (Lease lease = balancer.acquire(EMPTY)) {
      lease.succeed();
      return lease.instance().id();
    }
  }

  @Test
  void retryAfterIsBelievedWithinLimitsAndSaysNothingIfItIsNotPositive() {
    LoadBalancer balancer = balancer(2, STANDARD.withMaxRetryAfter(Duration.ofSeconds(1)));
    Attempts attempts = balancer.attempts(EMPTY);
    Lease lease = attempts.first();
    attempts.overloaded(lease, Duration.ofSeconds(-1));
    attempts.overloaded(lease, Duration.ZERO);
    attempts.overloaded(lease, Duration.ofDays(1_000_000));
    lease.complete(Outcome.OVERLOADED);
    assertEquals(id(1), taken(balancer));
    time.advanceMillis(1_000);
    assertEquals(id(0), taken(balancer));
  }

  private CompletableFuture<String> overloadedCall(LoadBalancer balancer, Duration retryAfter) {
    Attempts attempts = balancer.attempts(IDEMPOTENT);
    return attempts.run(
        attempt -> {
          instances.add(attempt.lease().instance().id());
          if (instances.size() == 1) {
            attempts.overloaded(attempt.lease(), retryAfter);
            assertFalse(attempt.take(Outcome.OVERLOADED));
            return CompletableFuture.completedFuture("thrown away");
          }
          assertTrue(attempt.take(Outcome.SUCCESS));
          attempt.lease().succeed();
          return CompletableFuture.completedFuture("200");
        });
  }

  @Test
  void whereNobodyElseCanServeTheRetryWaitsAsLongAsItIsAskedTo() {
    CompletableFuture<String> answer =
        overloadedCall(balancer(1, STANDARD), Duration.ofMillis(700));
    time.advanceMillis(699);
    assertFalse(answer.isDone());
    time.advanceMillis(1);
    assertEquals("200", answer.join());
    assertEquals(List.of(id(0), id(0)), instances);
  }

  @Test
  void whereOthersCanServeTheRetryDoesNotWait() {
    CompletableFuture<String> answer = overloadedCall(balancer(2, STANDARD), Duration.ofHours(1));
    assertEquals("200", answer.join());
    assertEquals(List.of(id(0), id(1)), instances);
  }

  @Test
  void cancellingWhileARetryWaitsEndsTheWaitAndWhatItHolds() {
    LoadBalancer balancer = balancer(1, STANDARD);
    CompletableFuture<String> held = overloadedCall(balancer, Duration.ofSeconds(3));
    assertEquals(1, Fixtures.inFlight(balancer), "an answer was thrown away for it");
    held.cancel(true);
    assertEquals(0, Fixtures.inFlight(balancer));
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    fail(0, new IOException());
    answer.cancel(true);
    assertEquals(0, time.pending());
    assertEquals(1, total(balancer, EndpointSnapshot::ignored));
  }

  @Test
  void anInterruptWhileARetryWaitsCancelsTheCall() throws Exception {
    LoadBalancer balancer = balancer(1, STANDARD);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    ConnectException refused = new ConnectException();
    Thread caller =
        new Thread(
            () -> {
              try {
                balancer.call(
                    IDEMPOTENT,
                    instance -> {
                      throw refused;
                    });
              } catch (Throwable failure) {
                thrown.set(failure);
                interrupted.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    while (time.pending() == 0) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    caller.join();
    assertInstanceOf(CancellationException.class, thrown.get());
    assertSame(refused, thrown.get().getCause());
    assertTrue(interrupted.get());
  }

  @Test
  void aBlockingCallWaitsForTheScheduler() throws Exception {
    LoadBalancer balancer = balancer(1, STANDARD);
    List<String> asked = new ArrayList<>();
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () ->
                answer.complete(
                    balancer.call(
                        IDEMPOTENT,
                        instance -> {
                          asked.add(instance.id());
                          return asked.size() == 1 ? "503" : "200";
                        })));
    caller.start();
    while (time.pending() == 0) {
      Thread.onSpinWait();
    }
    assertFalse(answer.isDone());
    time.advanceMillis(5);
    caller.join();
    assertEquals("200", answer.join());
  }

  @Test
  void aSchedulerThatRefusesFailsTheCallInsteadOfHangingIt() {
    LoadBalancer balancer =
        keep(
            builder(1, STANDARD)
                .scheduler(
                    (delay, task) -> {
                      throw new IllegalStateException("shut down");
                    })
                .build());
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    fail(0, new IOException("reset"));
    assertEquals("reset", failure(answer).getMessage());
    assertEquals(1, balancer.snapshot().callbackFaults());
  }

  @Test
  void anAnswerIsReturnedIfTheInstancesHaveGoneWhileTheRetryWaited() {
    InstanceRegistry registry = registry(1);
    LoadBalancer balancer =
        keep(
            LoadBalancer.builder("orders", registry)
                .classifier(byStatus())
                .ticker(time)
                .scheduler(time)
                .build());
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT);
    answer(0, "503");
    registry.deregister(id(0));
    time.advanceMillis(100);
    assertEquals("503", answer.join());
  }

  @Test
  void whatTheRequestExcludesIsNotTriedAgainEither() {
    LoadBalancer balancer = balancer(2, STANDARD);
    CompletableFuture<String> answer = call(balancer, IDEMPOTENT.excluding(List.of(id(1))));
    fail(0, new IOException());
    time.advanceMillis(100);
    fail(1, new IOException());
    time.advanceMillis(100);
    answer(2, "200");
    assertEquals("200", answer.join());
    assertEquals(List.of(id(0), id(0), id(0)), instances);
  }
}
