package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asynchronous calls, their retries, and callers that give up. */
@Timeout(60)
class CallAsyncTest {
  private final LoadBalancer balancer =
      LoadBalancer.builder("orders", registry(5))
          .ticker(new FakeTicker())
          .scheduler(VirtualTime.atOnce())
          .build();
  private final List<String> instances = new ArrayList<>();
  private final List<CompletableFuture<String>> sent = new ArrayList<>();

  private CompletableFuture<String> call(RequestContext request) {
    return balancer.callAsync(
        request,
        instance -> {
          instances.add(instance.id());
          CompletableFuture<String> answer = new CompletableFuture<>();
          sent.add(answer);
          return answer;
        });
  }

  private long total(ToLongFunction<EndpointSnapshot> count) {
    return balancer.snapshot().endpoints().stream().mapToLong(count).sum();
  }

  private static Throwable failure(CompletableFuture<?> answer) {
    return assertThrows(ExecutionException.class, answer::get).getCause();
  }

  @Test
  void anAnswerCompletesTheCallAndEndsTheLease() {
    CompletableFuture<String> answer = call(EMPTY);
    assertFalse(answer.isDone());
    assertEquals(1, Fixtures.inFlight(balancer));

    sent.get(0).complete("answer");

    assertEquals("answer", answer.join());
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals(1, total(EndpointSnapshot::successes));
  }

  @Test
  void anAnswerThatIsThereAtOnceOrIsNullWorks() {
    assertEquals(
        "now",
        balancer.callAsync(EMPTY, instance -> CompletableFuture.completedStage("now")).join());
    CompletableFuture<String> nothing =
        balancer.callAsync(EMPTY, instance -> CompletableFuture.completedFuture(null));
    assertNull(nothing.join());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aFailureToConnectIsRepeatedElsewhere() {
    CompletableFuture<String> answer = call(EMPTY);
    sent.get(0).completeExceptionally(new ConnectException());
    assertFalse(answer.isDone());
    assertEquals(1, Fixtures.inFlight(balancer));
    sent.get(1).completeExceptionally(new CompletionException(new ConnectException()));
    sent.get(2).complete("third");

    assertEquals("third", answer.join());
    assertEquals(3, new HashSet<>(instances).size());
    assertEquals(2, balancer.snapshot().retries());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void theLastFailureIsTheResultWithoutWrappers() {
    CompletableFuture<String> answer = call(IDEMPOTENT);
    IOException last = new IOException("last");
    sent.get(0).completeExceptionally(new IOException("first"));
    sent.get(1).completeExceptionally(new IOException("second"));
    sent.get(2).completeExceptionally(new CompletionException(new ExecutionException(last)));

    assertSame(last, failure(answer));
    assertEquals(3, sent.size());
    assertEquals(3, total(EndpointSnapshot::failures));
  }

  @Test
  void whatMayHaveBeenSentIsNotRepeatedUnlessThatDoesNoHarm() {
    CompletableFuture<String> answer = call(EMPTY);
    IOException reset = new IOException("reset");
    sent.get(0).completeExceptionally(reset);

    assertSame(reset, failure(answer));
    assertEquals(1, sent.size());
  }

  @Test
  void withoutAnInstanceTheFutureFailsAndNothingIsThrown() {
    LoadBalancer nobody = LoadBalancer.builder("orders", registry(0)).build();
    CompletableFuture<String> answer =
        nobody.callAsync(EMPTY, instance -> CompletableFuture.completedFuture("never"));
    assertInstanceOf(NoInstanceAvailableException.class, failure(answer));
  }

  @Test
  void cancellingTheCallCancelsTheAttemptAndEndsTheLease() {
    // spring-cloud WebClient filter: a cancelled request was never completed; the gauge crept up.
    CompletableFuture<String> answer = call(EMPTY);
    assertTrue(answer.cancel(true));

    assertTrue(sent.get(0).isCancelled());
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals(1, total(EndpointSnapshot::cancelled));
    assertEquals(0, balancer.snapshot().retries());
    assertTrue(answer.isCancelled());
  }

  @Test
  void aTimeOutOnTheCallCancelsTheAttemptAndEndsTheLease() {
    CompletableFuture<String> answer = call(EMPTY).orTimeout(1, TimeUnit.MILLISECONDS);

    assertInstanceOf(TimeoutException.class, failure(answer));
    assertThrows(CancellationException.class, () -> sent.get(0).get(30, TimeUnit.SECONDS));
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals(1, total(EndpointSnapshot::cancelled));
  }

  @Test
  void completingTheCallFromOutsideEndsTheLease() {
    CompletableFuture<String> answer = call(EMPTY);
    answer.complete("from outside");

    assertTrue(sent.get(0).isCancelled());
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals("from outside", answer.join());
  }

  @Test
  void cancellingDuringARetryCancelsTheRetry() {
    CompletableFuture<String> answer = call(EMPTY);
    sent.get(0).completeExceptionally(new ConnectException());
    answer.cancel(false);

    assertTrue(sent.get(1).isCancelled());
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals(2, sent.size());
  }

  @Test
  void cancellingWhileARetryIsBeingSentCancelsIt() {
    List<CompletableFuture<String>> futures = new ArrayList<>();
    List<CompletableFuture<String>> result = new ArrayList<>();
    CompletableFuture<String> answer =
        balancer.callAsync(
            EMPTY,
            instance -> {
              if (!futures.isEmpty()) {
                result.get(0).cancel(true);
              }
              futures.add(new CompletableFuture<>());
              return futures.get(futures.size() - 1);
            });
    result.add(answer);
    futures.get(0).completeExceptionally(new ConnectException());

    assertEquals(2, futures.size());
    assertTrue(futures.get(1).isCancelled());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aCallCancelledWhileARetryIsPickedIsNotSentAgain() {
    List<CompletableFuture<String>> result = new ArrayList<>();
    LoadBalancer picky =
        LoadBalancer.builder("orders", registry(2))
            .selector(
                Fixtures.selector(
                    candidates ->
                        (request, excluded, now) -> {
                          if (!excluded.isEmpty()) {
                            result.get(0).cancel(true);
                            return candidates.endpoint(1);
                          }
                          return candidates.endpoint(0);
                        }))
            .build();
    result.add(
        picky.callAsync(
            EMPTY,
            instance -> {
              sent.add(new CompletableFuture<>());
              return sent.get(sent.size() - 1);
            }));
    sent.get(0).completeExceptionally(new ConnectException());

    assertEquals(1, sent.size());
    assertEquals(0, Fixtures.inFlight(picky));
  }

  @Test
  void aLateAnswerAfterACancellationIsHarmless() {
    List<CompletableFuture<String>> stubborn = new ArrayList<>();
    CompletableFuture<String> answer =
        balancer.callAsync(
            EMPTY,
            instance -> {
              CompletableFuture<String> deaf =
                  new CompletableFuture<>() {
                    @Override
                    public boolean cancel(boolean mayInterrupt) {
                      return false;
                    }
                  };
              stubborn.add(deaf);
              return deaf;
            });
    answer.cancel(true);
    assertEquals(0, Fixtures.inFlight(balancer));
    BalancerSnapshot before = balancer.snapshot();

    stubborn.get(0).complete("late");

    assertEquals(before, balancer.snapshot());
    assertTrue(answer.isCancelled());
  }

  @Test
  void aLateFailureAfterACancellationIsNeitherRepeatedNorAVerdict() {
    CompletableFuture<String> inner = new CompletableFuture<>();
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<String> answer =
        balancer.callAsync(
            IDEMPOTENT,
            instance -> {
              calls.incrementAndGet();
              return inner.minimalCompletionStage(); // a cancellation does not reach it
            });
    answer.cancel(true);
    inner.completeExceptionally(new ConnectException());

    assertEquals(1, calls.get());
    assertEquals(0, total(EndpointSnapshot::failures));
    assertEquals(1, total(EndpointSnapshot::cancelled));
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void anAttemptThatNeverEndsKeepsItsLeaseAndNothingElse() {
    CompletableFuture<String> never = call(EMPTY);
    for (int i = 1; i <= 100; i++) {
      CompletableFuture<String> answer = call(EMPTY);
      sent.get(i).complete("answer");
      assertEquals("answer", answer.join());
    }
    assertFalse(never.isDone());
    assertEquals(1, Fixtures.inFlight(balancer));
    balancer.close();
    assertFalse(never.isDone());
    sent.get(0).complete("at last");
    assertEquals("at last", never.join());
  }

  @Test
  void anAttemptThatIsCancelledFromBelowCancelsTheCallWithoutBlame() {
    CompletableFuture<String> answer = call(IDEMPOTENT);
    sent.get(0).cancel(true);

    assertTrue(answer.isCancelled());
    assertEquals(1, sent.size());
    assertEquals(1, total(EndpointSnapshot::cancelled));
    assertEquals(0, total(EndpointSnapshot::failures));
  }

  @Test
  void aCallThatThrowsFailsTheFutureAndIsRepeatedLikeAnyOther() {
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<String> answer =
        balancer.callAsync(
            EMPTY,
            instance -> {
              if (calls.incrementAndGet() == 1) {
                throw new UncheckedIOException(new ConnectException());
              }
              throw new IllegalStateException("client is shut down");
            });
    assertEquals(2, calls.get());
    assertEquals("client is shut down", failure(answer).getMessage());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aCallThatThrowsAnErrorFailsTheFuture() {
    AssertionError error = new AssertionError();
    CompletableFuture<String> answer =
        balancer.callAsync(
            EMPTY,
            instance -> {
              throw error;
            });
    assertSame(error, failure(answer));
    assertEquals(1, total(EndpointSnapshot::ignored));
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aCallThatReturnsNullFailsTheFuture() {
    CompletableFuture<String> answer = balancer.callAsync(EMPTY, instance -> null);
    assertEquals("the call has returned null", failure(answer).getMessage());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aStageThatCannotBeMadeAFutureIsStillEndedByACancellation() {
    CompletionStage<String> opaque =
        new CompletableFuture<String>() {
          @Override
          public CompletableFuture<String> toCompletableFuture() {
            throw new UnsupportedOperationException();
          }
        };
    CompletableFuture<String> answer = balancer.callAsync(EMPTY, instance -> opaque);
    answer.cancel(true);

    assertEquals(0, Fixtures.inFlight(balancer));
    assertTrue(answer.isCancelled());
  }

  @Test
  void anAnswerAndACancellationThatRaceEndTheLeaseOnce() throws Exception {
    for (int round = 0; round < 500; round++) {
      LoadBalancer fresh = LoadBalancer.builder("orders", registry(1)).build();
      CompletableFuture<String> attempt = new CompletableFuture<>();
      CompletableFuture<String> answer = fresh.callAsync(EMPTY, instance -> attempt);
      AtomicInteger role = new AtomicInteger();
      AdmissionWordTest.together(
          2, () -> role.getAndIncrement() == 0 ? answer.cancel(true) : attempt.complete("answer"));

      EndpointSnapshot end = Fixtures.only(fresh);
      assertEquals(0, end.inFlight());
      assertEquals(1, end.successes() + end.cancelled());
      assertTrue(answer.isDone() && attempt.isDone());
    }
  }

  @Test
  void aFailureAndACancellationThatRaceLeaveNothingInFlight() throws Exception {
    for (int round = 0; round < 500; round++) {
      LoadBalancer fresh = LoadBalancer.builder("orders", registry(3)).build();
      List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
      CompletableFuture<String> answer =
          fresh.callAsync(
              EMPTY,
              instance -> {
                CompletableFuture<String> attempt = new CompletableFuture<>();
                attempts.add(attempt);
                return attempt;
              });
      AtomicInteger role = new AtomicInteger();
      AdmissionWordTest.together(
          2,
          () ->
              role.getAndIncrement() == 0
                  ? answer.cancel(true)
                  : attempts.get(0).completeExceptionally(new ConnectException()));

      assertEquals(0, Fixtures.inFlight(fresh));
      assertTrue(answer.isCancelled());
      assertTrue(attempts.stream().allMatch(CompletableFuture::isDone));
    }
  }

  @Test
  void theClassifierSeesTheAnswer() {
    LoadBalancer strict =
        LoadBalancer.builder("orders", registry(1))
            .classifier((response, failure) -> Outcome.OVERLOADED)
            .build();
    assertEquals(
        "503",
        strict.callAsync(EMPTY, instance -> CompletableFuture.completedFuture("503")).join());
    assertEquals(1, Fixtures.only(strict).overloaded());
  }
}
