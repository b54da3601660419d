package dev.steelyard.lb.http;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Drives the attempts of one request whose answer comes later, on the threads on which the JDK's
 * client completes its futures.
 *
 * <p>When the caller's future is completed by anything else than an attempt (a cancellation, a
 * timeout), the attempt under way is given up: its lease first, so that the error which the
 * cancelled exchange reports is not taken for a failure of the instance. Races are decided by the
 * lease, which ends once, and the future, which completes once: an attempt that begins after the
 * future is done gives itself up, and so does one whose answer nobody takes.
 */
final class AsyncExchange<T> {
  private final Exchange<T> exchange;
  private final HttpRequest request;
  private final @Nullable PushPromiseHandler<T> pushes;
  private final ExchangeFuture<HttpResponse<T>> result = new ExchangeFuture<>();
  private volatile @Nullable UnderWay<T> current;
  private volatile boolean settled;

  private record UnderWay<T>(Attempt<T> attempt, CompletableFuture<HttpResponse<T>> answer) {
    void giveUp() {
      attempt.abandon();
      answer.cancel(true);
    }
  }

  private AsyncExchange(Exchange<T> exchange, Hop<T> hop) {
    this.exchange = exchange;
    this.request = hop.request();
    this.pushes = hop.pushes();
  }

  static <T> CompletableFuture<HttpResponse<T>> send(Service service, Hop<T> hop) {
    RequestContext context;
    try {
      context = service.context(hop.request());
    } catch (RuntimeException | Error noKey) {
      return CompletableFuture.failedFuture(new CompletionException(noKey));
    }
    Exchange<T> exchange = new Exchange<>(service, hop, context);
    Attempt<T> first;
    try {
      first = exchange.first();
    } catch (IOException e) {
      return CompletableFuture.failedFuture(new CompletionException(e));
    }
    AsyncExchange<T> async = new AsyncExchange<>(exchange, hop);
    var unused = async.result.whenComplete((answer, failure) -> async.done());
    async.begin(first);
    return async.result;
  }

  private void done() {
    UnderWay<T> underWay = current;
    if (!settled && underWay != null) {
      underWay.giveUp();
    }
  }

  private void begin(Attempt<T> attempt) {
    CompletableFuture<HttpResponse<T>> answer;
    try {
      answer = attempt.client().sendAsync(attempt.request(), attempt, toRequest(pushes));
    } catch (Throwable refused) {
      // Thrown and not answered: the request is not one that can be sent.
      attempt.end(Outcome.IGNORED);
      throw refused;
    }
    UnderWay<T> underWay = new UnderWay<>(attempt, answer);
    current = underWay;
    if (result.isDone()) {
      underWay.giveUp();
    }
    var unused = answer.whenComplete((value, failure) -> ended(attempt, value, failure));
  }

  private void ended(
      Attempt<T> attempt, @Nullable HttpResponse<T> answer, @Nullable Throwable failure) {
    if (answer != null) {
      HttpResponse<T> response = exchange.answered(attempt, answer);
      settled = true;
      if (!result.complete(response)) {
        attempt.abandon();
      }
    } else if (failure != null) {
      failed(attempt, failure);
    }
  }

  private void failed(Attempt<T> attempt, Throwable failure) {
    if (result.isDone()) {
      attempt.abandon();
      return;
    }
    try {
      Attempt<T> next = exchange.next(attempt, failure);
      if (next != null) {
        begin(next);
        return;
      }
    } catch (IOException | RuntimeException | Error refused) {
      fail(new CompletionException(refused));
      return;
    }
    fail(failure);
  }

  private void fail(Throwable failure) {
    settled = true;
    result.completeExceptionally(failure);
  }

  /** The caller is told of the request it made, not of the one that was sent to the instance. */
  private @Nullable PushPromiseHandler<T> toRequest(@Nullable PushPromiseHandler<T> handler) {
    return handler == null
        ? null
        : (initiating, push, acceptor) -> handler.applyPushPromise(request, push, acceptor);
  }
}
