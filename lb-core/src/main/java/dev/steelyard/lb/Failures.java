package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.RequestRefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;

/** What an exception says about a request. */
final class Failures {
  private Failures() {}

  /** Takes off the wrappers that futures and streams put around an exception. */
  static Throwable unwrap(Throwable failure) {
    Throwable inner = failure;
    while (inner.getCause() != null
        && (inner instanceof CompletionException
            || inner instanceof ExecutionException
            || inner instanceof UncheckedIOException)) {
      inner = inner.getCause();
    }
    return inner;
  }

  static Outcome outcome(Throwable failure) {
    if (isCancellation(failure)) {
      return Outcome.CANCELLED;
    }
    return failure instanceof Error || isLocal(failure) ? Outcome.IGNORED : Outcome.FAILURE;
  }

  /** Whether the request surely was not sent, so that it may be sent elsewhere whatever it does. */
  static boolean isUnsent(Throwable failure) {
    return isUnreachable(failure) || isLocal(failure);
  }

  /**
   * Whether this side refused it: a limiter or breaker inside the call, or a machine that has no
   * port left. No fault of the instance's (servicetalk#2457).
   */
  static boolean isLocal(Throwable failure) {
    return failure instanceof RequestRefusedException || failure instanceof BindException;
  }

  /** Whether there was no connection, so that the request surely was not sent. */
  static boolean isUnreachable(Throwable failure) {
    return failure instanceof ConnectException
        || failure instanceof HttpConnectTimeoutException
        || failure instanceof NoRouteToHostException
        || failure instanceof UnknownHostException
        || failure instanceof UnresolvedAddressException
        || failure instanceof SSLHandshakeException
        || isConnectTimeout(failure);
  }

  /** A Socket tells a timeout of connecting from one of reading by nothing but its message. */
  private static boolean isConnectTimeout(Throwable failure) {
    String message = failure.getMessage();
    return failure instanceof SocketTimeoutException
        && message != null
        && message.toLowerCase(Locale.ROOT).startsWith("connect timed out");
  }

  /**
   * Whether an idempotent request may be sent again. An HttpTimeoutException is left out: it is the
   * deadline that the caller gave to the request, and another attempt would begin after it.
   */
  static boolean isTransient(Throwable failure) {
    return failure instanceof IOException
        && !(failure instanceof HttpTimeoutException)
        && !isCancellation(failure);
  }

  /** Whether it is the caller who gave up. */
  static boolean isCancellation(Throwable failure) {
    return failure instanceof CancellationException
        || failure instanceof InterruptedException
        || failure instanceof ClosedByInterruptException
        || (failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException));
  }
}
