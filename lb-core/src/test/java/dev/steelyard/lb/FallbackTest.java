package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.IDEMPOTENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done when nothing can serve: another value, or another balancer. */
@Timeout(60)
class FallbackTest extends CallFixture {
  private static final FailurePolicy STANDARD = FailurePolicy.standard();

  private LoadBalancer other(String... addresses) {
    return keep(
        LoadBalancer.builder("elsewhere", InstanceRegistry.of(addresses))
            .ticker(time)
            .scheduler(time)
            .build());
  }

  @Test
  void theFallbackSeesWhyThereIsNoAnswer() throws Exception {
    LoadBalancer nobody = balancer(0, STANDARD);
    List<Exception> seen = new ArrayList<>();
    String value =
        nobody.callOrElse(
            EMPTY,
            instance -> "never",
            failure -> {
              seen.add(failure);
              return "else";
            });
    assertEquals("else", value);
    assertInstanceOf(NoInstanceAvailableException.class, seen.get(0));

    LoadBalancer balancer = balancer(2, STANDARD.withoutRetries());
    IOException reset = new IOException("reset");
    balancer.<String, IOException>callOrElse(
        EMPTY,
        instance -> {
          throw reset;
        },
        failure -> {
          seen.add(failure);
          return "else";
        });
    assertSame(reset, seen.get(1));
    assertEquals(
        "503",
        balancer.<String, RuntimeException>callOrElse(EMPTY, i -> "503", failure -> "else"),
        "an answer is an answer");
  }

  @Test
  void errorsAndCancellationsDoNotGoToTheFallback() {
    LoadBalancer balancer = balancer(2, STANDARD);
    assertThrows(
        AssertionError.class,
        () ->
            balancer.<String, RuntimeException>callOrElse(
                EMPTY,
                instance -> {
                  throw new AssertionError();
                },
                failure -> "else"));
    assertThrows(
        InterruptedException.class,
        () ->
            balancer.<String, InterruptedException>callOrElse(
                EMPTY,
                instance -> {
                  throw new InterruptedException();
                },
                failure -> "else"));
    CompletableFuture<String> error =
        balancer.callAsyncOrElse(
            EMPTY, i -> CompletableFuture.failedFuture(new AssertionError()), f -> "else");
    assertInstanceOf(
        AssertionError.class, assertThrows(CompletionException.class, error::join).getCause());
    CompletableFuture<String> below = new CompletableFuture<>();
    CompletableFuture<String> cancelled = balancer.callAsyncOrElse(EMPTY, i -> below, f -> "else");
    below.cancel(true);
    assertTrue(cancelled.isCompletedExceptionally());
  }

  @Test
  void aFallbackThatThrowsFailsTheCallAndDoesNotHangIt() {
    LoadBalancer nobody = balancer(0, STANDARD);
    ArithmeticException fault = new ArithmeticException();
    CompletableFuture<String> answer =
        nobody.callAsyncOrElse(
            EMPTY,
            i -> new CompletableFuture<String>(),
            failure -> {
              throw fault;
            });
    assertSame(fault, assertThrows(CompletionException.class, answer::join).getCause());
  }

  @Test
  void cancellingAnAnswerWithAFallbackCancelsTheCall() {
    LoadBalancer balancer = balancer(2, STANDARD);
    CompletableFuture<String> attempt = new CompletableFuture<>();
    CompletableFuture<String> answer =
        balancer.callAsyncOrElse(EMPTY, i -> attempt, failure -> "else");
    answer.cancel(true);
    assertTrue(attempt.isCancelled());
  }

  @Test
  void withoutAnInstanceTheOtherBalancerServes() throws Exception {
    LoadBalancer other = other("http://far:1");
    LoadBalancer balancer = keep(builder(0, STANDARD).fallback(other).build());
    assertEquals("far:1", balancer.call(instance -> instance.id()));
    assertEquals(
        "far:1", balancer.callAsync(i -> CompletableFuture.completedFuture(i.id())).join());
    try (Lease lease = balancer.acquire(EMPTY)) {
      assertEquals("far:1", lease.instance().id());
      assertEquals(1, Fixtures.inFlight(other));
    }
    assertEquals(2, total(other, EndpointSnapshot::successes), "its own statistics");
  }

  @Test
  void retriesThatFindNothingElseGoToTheOtherBalancerBeforeTheyRepeat() {
    LoadBalancer other = other("http://far:1");
    LoadBalancer balancer = keep(builder(1, STANDARD).fallback(other).build());
    CompletableFuture<String> answer = call(balancer, EMPTY);
    sent.get(0).completeExceptionally(new ConnectException());
    assertEquals(List.of(Fixtures.id(0), "far:1"), instances);
    sent.get(1).complete("200");
    assertEquals("200", answer.join());
    assertEquals(1, balancer.snapshot().retries());
    assertEquals(0, other.snapshot().retries());
  }

  @Test
  void whenNeitherCanServeTheFirstOneSaysWhy() {
    LoadBalancer closed = other("http://far:1");
    LoadBalancer balancer =
        keep(builder(0, STANDARD).fallback(keep(builder(0, STANDARD).build())).build());
    LoadBalancer before = keep(builder(0, STANDARD).fallback(closed).build());
    closed.close();
    for (LoadBalancer each : List.of(balancer, before)) {
      assertEquals(
          "orders",
          assertThrows(NoInstanceAvailableException.class, () -> each.acquire(EMPTY)).balancer());
      Throwable cause =
          assertThrows(
                  CompletionException.class,
                  () -> each.callAsync(IDEMPOTENT, i -> new CompletableFuture<>()).join())
              .getCause();
      assertInstanceOf(NoInstanceAvailableException.class, cause);
    }
  }

  @Test
  void aFallbackMayHaveAFallback() {
    LoadBalancer last = other("http://last:1");
    LoadBalancer middle = keep(builder(0, STANDARD).fallback(last).build());
    LoadBalancer first = keep(builder(0, STANDARD).fallback(middle).build());
    assertEquals("last:1", first.call(instance -> instance.id()));
  }
}
