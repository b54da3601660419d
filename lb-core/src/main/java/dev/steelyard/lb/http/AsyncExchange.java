package dev.steelyard.lb.http;

import dev.steelyard.lb.Attempts.Try;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One request whose answer comes later: {@link dev.steelyard.lb.Attempts#run} with the JDK's
 * client. What a failure says is looked at here first, because only here it is known whether the
 * caller's handler, publisher or client is to blame.
 */
final class AsyncExchange<T> {
  private final Exchange<T> exchange;
  private final HttpRequest request;
  private final @Nullable PushPromiseHandler<T> pushes;

  // What the JDK's client has thrown, in place of answering it: then this one throws it, too.
  private volatile @Nullable RuntimeException refused;

  private AsyncExchange(Exchange<T> exchange) {
    this.exchange = exchange;
    this.request = exchange.hop().request();
    this.pushes = exchange.hop().pushes();
  }

  static <T> CompletableFuture<HttpResponse<T>> send(Service service, Hop<T> hop) {
    RequestContext context;
    try {
      context = service.context(hop.request());
    } catch (RuntimeException | Error noKey) {
      return CompletableFuture.failedFuture(new CompletionException(noKey));
    }
    return send(service, new Exchange<>(service, hop, context));
  }

  static <T> CompletableFuture<HttpResponse<T>> send(Service service, Exchange<T> exchange) {
    AsyncExchange<T> async = new AsyncExchange<>(exchange);
    CompletableFuture<HttpResponse<T>> answer = exchange.attempts().run(async::begin);
    RuntimeException refused = async.refused;
    if (refused != null && answer.isCompletedExceptionally()) {
      throw refused;
    }
    return ExchangeFuture.of(
        answer,
        failure -> Exchange.translated(failure, service, exchange.isBegun()),
        response -> {
          if (response instanceof BalancedResponse<T> balanced) {
            balanced.abandon();
          }
        });
  }

  /** Sends, and waits for the answer as the JDK's client does. */
  static <T> HttpResponse<T> sendAndWait(Service service, Exchange<T> exchange)
      throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    CompletableFuture<HttpResponse<T>> sent = send(service, exchange);
    try {
      return sent.get();
    } catch (InterruptedException interrupt) {
      sent.cancel(true);
      throw interrupt;
    } catch (CancellationException cancelled) {
      throw new IOException(cancelled.getMessage(), cancelled);
    } catch (ExecutionException failed) {
      throw thrown(failed.getCause() == null ? failed : failed.getCause());
    }
  }

  /** Of the same type, but with the stack of the caller, which is what a caller wants to see. */
  private static IOException thrown(Throwable cause) {
    String message = cause.getMessage();
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof IllegalArgumentException || cause instanceof SecurityException) {
      throw (RuntimeException) cause;
    }
    if (cause instanceof IOException ours && ours.getCause() instanceof RuntimeException) {
      return ours; // that there is no instance, or that a limit has refused the request
    }
    IOException thrown;
    if (cause instanceof HttpConnectTimeoutException) {
      thrown = new HttpConnectTimeoutException(message);
    } else if (cause instanceof HttpTimeoutException) {
      thrown = new HttpTimeoutException(message);
    } else if (cause instanceof ConnectException) {
      thrown = new ConnectException(message);
    } else if (cause instanceof SSLHandshakeException) {
      thrown = new SSLHandshakeException(message);
    } else if (cause instanceof SSLException) {
      thrown = new SSLException(message);
    } else {
      thrown = new IOException(message);
    }
    thrown.initCause(cause);
    return thrown;
  }

  private CompletableFuture<HttpResponse<T>> begin(Try attempt) {
    Attempt<T> current;
    try {
      current = exchange.attempt(attempt.lease(), attempt::take);
    } catch (IOException | RuntimeException unsendable) {
      attempt.repeatableIf(() -> false);
      return CompletableFuture.failedFuture(unsendable);
    }
    attempt.repeatableIf(() -> exchange.isRepeatable(current));
    if (!exchange.mayBeHedged()) {
      attempt.unhedged();
    }
    CompletableFuture<HttpResponse<T>> answer;
    try {
      answer = current.client().sendAsync(current.request(), current, toRequest(pushes));
    } catch (RuntimeException unsendable) {
      refused = unsendable;
      current.end(Outcome.IGNORED);
      attempt.repeatableIf(() -> false);
      throw unsendable;
    }
    attempt.onCancel(
        () -> {
          current.abandon();
          answer.cancel(true);
        });
    return answer.handle((response, failure) -> ended(attempt, current, response, failure));
  }

  private HttpResponse<T> ended(
      Try attempt,
      Attempt<T> current,
      @Nullable HttpResponse<T> response,
      @Nullable Throwable failure) {
    if (response != null) {
      return exchange.answered(current, response);
    }
    Throwable cause =
        failure == null ? new IllegalStateException("neither answer nor failure") : failure;
    if (exchange.isOwn(Exchange.cause(cause))) {
      current.end(Outcome.IGNORED);
      attempt.repeatableIf(() -> false);
    }
    throw cause instanceof CompletionException wrapped ? wrapped : new CompletionException(cause);
  }

  /** The caller is told of the request it made, not of the one that was sent to the instance. */
  private @Nullable PushPromiseHandler<T> toRequest(@Nullable PushPromiseHandler<T> handler) {
    return handler == null
        ? null
        : (initiating, push, acceptor) -> handler.applyPushPromise(request, push, acceptor);
  }
}
