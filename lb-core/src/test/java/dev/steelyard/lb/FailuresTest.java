package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.steelyard.lb.request.Outcome;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  private static Arguments row(
      Throwable failure, Outcome outcome, boolean unreachable, boolean isTransient) {
    return Arguments.of(failure, outcome, unreachable, isTransient);
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        row(new ConnectException("refused"), Outcome.FAILURE, true, true),
        row(new HttpConnectTimeoutException("connect"), Outcome.FAILURE, true, false),
        row(new NoRouteToHostException(), Outcome.FAILURE, true, true),
        row(new UnknownHostException(), Outcome.FAILURE, true, true),
        row(new UnresolvedAddressException(), Outcome.FAILURE, true, false),
        row(new SSLHandshakeException("bad certificate"), Outcome.FAILURE, true, true),
        row(new SocketTimeoutException("Connect timed out"), Outcome.FAILURE, true, true),
        row(new SocketTimeoutException("connect timed out"), Outcome.FAILURE, true, true),
        row(new SocketTimeoutException("Read timed out"), Outcome.FAILURE, false, true),
        row(new SocketTimeoutException(), Outcome.FAILURE, false, true),
        row(new SocketException("Connection reset"), Outcome.FAILURE, false, true),
        row(new SSLException("closed"), Outcome.FAILURE, false, true),
        row(new EOFException(), Outcome.FAILURE, false, true),
        row(new ClosedChannelException(), Outcome.FAILURE, false, true),
        row(new IOException(), Outcome.FAILURE, false, true),
        row(new FileNotFoundException(), Outcome.FAILURE, false, true),
        row(new HttpTimeoutException("deadline"), Outcome.FAILURE, false, false),
        row(new TimeoutException(), Outcome.FAILURE, false, false),
        row(new IllegalStateException(), Outcome.FAILURE, false, false),
        row(new InterruptedException(), Outcome.CANCELLED, false, false),
        row(new InterruptedIOException(), Outcome.CANCELLED, false, false),
        row(new ClosedByInterruptException(), Outcome.CANCELLED, false, false),
        row(new CancellationException(), Outcome.CANCELLED, false, false),
        row(new OutOfMemoryError(), Outcome.IGNORED, false, false),
        row(new AssertionError(), Outcome.IGNORED, false, false));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void eachFailureHasItsMeaning(
      Throwable failure, Outcome outcome, boolean unreachable, boolean isTransient) {
    assertEquals(outcome, ResponseClassifier.standard().classify(null, failure));
    assertEquals(unreachable, Failures.isUnreachable(failure));
    assertEquals(isTransient, Failures.isTransient(failure));
  }

  @Test
  void anAnswerOfAnyKindIsASuccess() {
    assertEquals(Outcome.SUCCESS, ResponseClassifier.standard().classify("an answer", null));
    assertEquals(Outcome.SUCCESS, ResponseClassifier.standard().classify(null, null));
  }

  @Test
  void wrappersAreTakenOffUntilSomethingIsLeft() {
    IOException inner = new IOException();
    assertSame(inner, Failures.unwrap(inner));
    assertSame(inner, Failures.unwrap(new CompletionException(inner)));
    assertSame(
        inner,
        Failures.unwrap(
            new ExecutionException(new CompletionException(new UncheckedIOException(inner)))));
    CompletionException bare = new CompletionException("no cause", null);
    assertSame(bare, Failures.unwrap(bare));
    RuntimeException own = new RuntimeException(inner);
    assertSame(own, Failures.unwrap(own), "no wrapper of a future's");
  }
}
