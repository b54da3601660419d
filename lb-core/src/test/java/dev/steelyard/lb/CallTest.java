package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocking calls and their retries. */
class CallTest {
  private final FakeTicker ticker = new FakeTicker();
  private final List<String> sent = new ArrayList<>();

  private LoadBalancerBuilder builder(int instances) {
    return LoadBalancer.builder("orders", registry(instances))
        .ticker(ticker)
        .scheduler(VirtualTime.atOnce());
  }

  /** Sends to one instance after the other until the failures have run out. */
  private String send(LoadBalancer balancer, RequestContext request, Exception... failures)
      throws Exception {
    sent.clear();
    return balancer.<String, Exception>call(
        request,
        instance -> {
          sent.add(instance.id());
          if (sent.size() <= failures.length) {
            throw failures[sent.size() - 1];
          }
          return "answer";
        });
  }

  private void assertThrown(
      Exception expected, LoadBalancer balancer, RequestContext request, Exception... failures) {
    assertSame(expected, assertThrows(Exception.class, () -> send(balancer, request, failures)));
  }

  private void assertAllDifferent(int attempts) {
    assertEquals(attempts, sent.size());
    assertEquals(attempts, new HashSet<>(sent).size(), () -> "sent to " + sent);
  }

  @Test
  void anAnswerIsReturnedAndEndsTheLease() throws Exception {
    LoadBalancer balancer = builder(3).build();
    assertEquals("answer", send(balancer, EMPTY));
    assertEquals(1, sent.size());
    assertEquals(0, Fixtures.inFlight(balancer));
    assertNull(balancer.<String, RuntimeException>call(instance -> null));
    assertEquals(0, balancer.snapshot().retries());
  }

  static Stream<Exception> surelyNotSent() {
    return Stream.of(
        new ConnectException("refused"),
        new HttpConnectTimeoutException("connect"),
        new SocketTimeoutException("Connect timed out"),
        new UncheckedIOException(new ConnectException("refused")),
        new CompletionException(new ConnectException("refused")));
  }

  @ParameterizedTest
  @MethodSource("surelyNotSent")
  void whatWasSurelyNotSentIsSentToAnotherInstance(Exception failure) throws Exception {
    LoadBalancer balancer = builder(5).build();
    assertEquals("answer", send(balancer, EMPTY, failure, failure));
    assertAllDifferent(3);
    assertEquals(2, balancer.snapshot().retries());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aCallIsSentAgainAtMostTwice() {
    LoadBalancer balancer = builder(9).build();
    ConnectException[] refused = new ConnectException[4];
    for (int i = 0; i < 4; i++) {
      refused[i] = new ConnectException("refused " + i);
    }
    assertThrown(refused[2], balancer, EMPTY, refused);
    assertAllDifferent(3);
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aRetryNeverGoesToAnInstanceThatHasFailed() throws Exception {
    // dubbo#1737: with two instances the retry returned the same one.
    for (int run = 0; run < 200; run++) {
      LoadBalancer balancer = builder(2).build();
      send(balancer, EMPTY, new ConnectException());
      assertAllDifferent(2);
    }
  }

  @Test
  void aRetryKeepsToWhatTheRequestExcludes() throws Exception {
    LoadBalancer balancer = builder(4).build();
    send(balancer, EMPTY.excluding(List.of(id(0), id(1))), new ConnectException());
    assertAllDifferent(2);
    assertTrue(sent.containsAll(List.of(id(2), id(3))), sent::toString);
  }

  static Stream<Exception> perhapsSent() {
    return Stream.of(
        new IOException("reset"),
        new SocketTimeoutException("Read timed out"),
        new UncheckedIOException(new IOException("reset")),
        new CompletionException(new IOException("reset")));
  }

  @ParameterizedTest
  @MethodSource("perhapsSent")
  void whatMayHaveBeenSentIsSentAgainOnlyIfThatDoesNoHarm(Exception failure) throws Exception {
    LoadBalancer balancer = builder(3).build();
    assertThrown(failure, balancer, EMPTY, failure);
    assertEquals(1, sent.size());
    assertEquals(0, balancer.snapshot().retries());

    assertEquals("answer", send(balancer, IDEMPOTENT, failure, failure));
    assertAllDifferent(3);
  }

  static Stream<Exception> neverRepeated() {
    return Stream.of(
        new HttpTimeoutException("the caller's deadline"),
        new InterruptedException(),
        new InterruptedIOException(),
        new ClosedByInterruptException(),
        new IllegalArgumentException("not the instance's fault"));
  }

  @ParameterizedTest
  @MethodSource("neverRepeated")
  void deadlinesInterruptsAndOtherExceptionsAreNotRepeated(Exception failure) {
    LoadBalancer balancer = builder(3).build();
    assertThrown(failure, balancer, IDEMPOTENT, failure);
    assertEquals(1, sent.size());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void anErrorIsThrownAndBlamesNobody() {
    LoadBalancer balancer = builder(1).build();
    AssertionError error = new AssertionError();
    assertSame(
        error,
        assertThrows(
            AssertionError.class,
            () ->
                balancer.call(
                    instance -> {
                      throw error;
                    })));
    assertEquals(1, Fixtures.only(balancer).ignored());
    assertEquals(0, Fixtures.only(balancer).inFlight());
  }

  @Test
  void withoutAnotherInstanceTheSameOneIsTriedAgainAndThenTheFailureItselfIsThrown() {
    LoadBalancer balancer = builder(1).build();
    ConnectException refused = new ConnectException();
    assertThrown(refused, balancer, IDEMPOTENT, refused, refused, refused);
    assertEquals(3, sent.size());
    assertEquals(0, refused.getSuppressed().length);
    assertEquals(2, balancer.snapshot().retries());
  }

  @Test
  void withoutAnyInstanceTheCallIsNotMade() {
    LoadBalancer balancer = builder(0).build();
    assertThrows(NoInstanceAvailableException.class, () -> send(balancer, IDEMPOTENT));
    assertEquals(List.of(), sent);
  }

  @Test
  void theBudgetBoundsTheRetriesAndTheFailureItselfIsThrown() {
    LoadBalancer balancer = builder(9).retryBudget(0, 3).build();
    ConnectException refused = new ConnectException();
    for (int i = 0; i < 10; i++) {
      assertThrown(refused, balancer, EMPTY, refused, refused, refused);
    }
    assertEquals(3, balancer.snapshot().retries());
    assertEquals(9, balancer.snapshot().retriesRefused());
    assertEquals(0, balancer.snapshot().retryBalance());
    ticker.advance(Duration.ofSeconds(1).plusNanos(2)); // a third of a second is rounded up
    assertEquals(3, balancer.snapshot().retryBalance());
  }

  @Test
  void requestsEarnRetries() throws Exception {
    LoadBalancer balancer = builder(9).retryBudget(0.5, 0).build();
    ConnectException refused = new ConnectException();
    for (int i = 0; i < 10; i++) {
      send(balancer, EMPTY);
    }
    assertEquals(5, balancer.snapshot().retryBalance());
    send(balancer, EMPTY, refused, refused);
    assertEquals(3, balancer.snapshot().retryBalance());
    assertEquals(2, balancer.snapshot().retries());
  }

  @Test
  void withoutRetriesACallIsMadeOnce() {
    LoadBalancer balancer = builder(9).maxRetries(0).build();
    ConnectException refused = new ConnectException();
    assertThrown(refused, balancer, IDEMPOTENT, refused);
    assertEquals(1, sent.size());
    assertEquals(0, balancer.snapshot().retriesRefused());
    assertEquals(10, balancer.snapshot().retryBalance(), "nothing was drawn on the budget");
  }

  @Test
  void asManyRetriesAreMadeAsWereSet() {
    LoadBalancer balancer = builder(20).maxRetries(10).retryBudget(0, 100).build();
    ConnectException refused = new ConnectException();
    Exception[] failures = new Exception[20];
    Arrays.fill(failures, refused);
    assertThrown(refused, balancer, EMPTY, failures);
    assertAllDifferent(11);
  }

  @Test
  void eachAttemptTeachesTheBalancer() throws Exception {
    LoadBalancer balancer = builder(3).selector(Fixtures.first()).build();
    send(balancer, IDEMPOTENT, new ConnectException(), new IOException("reset"));
    EndpointSnapshot unreachable = Fixtures.find(balancer, id(0));
    EndpointSnapshot reset = Fixtures.find(balancer, id(1));
    EndpointSnapshot answered = Fixtures.find(balancer, id(2));

    assertEquals(0.5, unreachable.failureRate(), 1e-6);
    assertEquals(1, unreachable.failures());
    assertEquals(0.125, reset.failureRate(), 1e-6);
    assertEquals(1, reset.failures());
    assertEquals(1, answered.successes());
  }

  @Test
  void anInterruptIsNoFailureOfTheInstance() {
    LoadBalancer balancer = builder(1).build();
    InterruptedException interrupt = new InterruptedException();
    assertThrown(interrupt, balancer, EMPTY, interrupt);
    assertEquals(1, Fixtures.only(balancer).cancelled());
    assertEquals(0, Fixtures.only(balancer).failureRate());
  }

  @Test
  void aNullCallIsRefusedBeforeAnInstanceIsBlamed() {
    LoadBalancer balancer = builder(1).build();
    assertThrows(NullPointerException.class, () -> balancer.call(null));
    assertThrows(NullPointerException.class, () -> balancer.call(null, instance -> "x"));
    assertThrows(NullPointerException.class, () -> balancer.callAsync(EMPTY, null));
    assertEquals(0, Fixtures.requests(balancer));
  }

  @Test
  void attemptsMadeByHandEndAsTheClassifierSays() {
    LoadBalancer balancer =
        builder(2)
            .selector(Selectors.roundRobin())
            .classifier((response, failure) -> Outcome.OVERLOADED)
            .build();
    Attempts attempts = balancer.attempts(IDEMPOTENT);
    Lease lease = attempts.first();
    assertEquals(Outcome.OVERLOADED, attempts.end(lease, "503"));
    assertTrue(lease.isEnded());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void anAttemptThatUsedUpItsBodyIsNotRepeated() {
    LoadBalancer balancer = builder(2).build();
    Attempts attempts = balancer.attempts(IDEMPOTENT);
    Lease lease = attempts.first();
    assertNull(attempts.retry(lease, new ConnectException(), false));
    assertTrue(lease.isEnded());
    assertEquals(0, balancer.snapshot().retries());
    assertEquals(10, balancer.snapshot().retryBalance());
  }

  @Test
  void aBalancerThatIsClosedMeanwhileThrowsTheFailureItself() {
    LoadBalancer balancer = builder(2).build();
    ConnectException refused = new ConnectException();
    assertSame(
        refused,
        assertThrows(
            ConnectException.class,
            () ->
                balancer.call(
                    instance -> {
                      balancer.close();
                      throw refused;
                    })));
    assertEquals(0, balancer.snapshot().callbackFaults());
  }
}
