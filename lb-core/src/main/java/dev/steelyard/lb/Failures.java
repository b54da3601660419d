package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
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
    return failure instanceof Error ? Outcome.IGNORED : Outcome.FAILURE;
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

  private static boolean isCancellation(Throwable failure) {
    return failure instanceof CancellationException
        || failure instanceof InterruptedException
        || failure instanceof ClosedByInterruptException
        || (failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException));
  }
}
