package dev.steelyard.lb.health;

import dev.steelyard.lb.registry.Instance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;

/** The probes that are a few lines each. */
final class NetworkProbes {
  private static final String SERVING = "SERVING";
  private static final String SERVING_NUMBER = "1";

  private NetworkProbes() {}

  static CompletionStage<Boolean> connect(Instance instance) throws IOException {
    if (instance.port() < 0) {
      throw new ProbeFailure("no port in " + instance.uri());
    }
    // A channel, unlike a Socket, lets an interrupt end a connect.
    try (SocketChannel channel = SocketChannel.open()) {
      return CompletableFuture.completedStage(
          channel.connect(new InetSocketAddress(instance.host(), instance.port())));
    }
  }

  static CompletionStage<Boolean> ping(Instance instance, int timeoutMillis) throws IOException {
    if (InetAddress.getByName(instance.host()).isReachable(timeoutMillis)) {
      return CompletableFuture.completedStage(true);
    }
    throw new ProbeFailure("no echo within " + timeoutMillis + " ms");
  }

  static CompletionStage<Boolean> serving(CompletionStage<?> call) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    var unused =
        call.whenComplete(
            (status, failure) -> {
              String name = String.valueOf(status);
              if (failure != null) {
                result.completeExceptionally(failure);
              } else if (name.equals(SERVING) || name.equals(SERVING_NUMBER)) {
                result.complete(true);
              } else {
                result.completeExceptionally(
                    new ProbeFailure("serving status " + name + " (expected: SERVING)"));
              }
            });
    return cancelling(result, call);
  }

  static CompletionStage<Boolean> blocking(
      Instance instance, Predicate<? super Instance> works, Executor executor) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    FutureTask<?> task =
        new FutureTask<>(
            () -> {
              try {
                result.complete(works.test(instance));
              } catch (Throwable failure) {
                result.completeExceptionally(failure);
              }
            },
            Boolean.TRUE);
    executor.execute(task);
    var unused =
        result.whenComplete(
            (works2, failure) -> {
              if (result.isCancelled()) {
                task.cancel(true);
              }
            });
    return result;
  }

  /** Passes a cancellation on: a dependent stage does not do so by itself. */
  static <T> CompletableFuture<T> cancelling(CompletableFuture<T> result, CompletionStage<?> call) {
    var unused =
        result.whenComplete(
            (value, failure) -> {
              if (result.isCancelled()) {
                Check.cancel(call);
              }
            });
    return result;
  }
}
