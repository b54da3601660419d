package dev.steelyard.lb.http;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Methods that HttpClient has since JDK 21 and HttpResponse since 25, where they are. */
final class NewerJdk {
  private static final @Nullable MethodHandle CLOSE = find(HttpClient.class, "close", void.class);
  private static final @Nullable MethodHandle SHUTDOWN =
      find(HttpClient.class, "shutdown", void.class);
  private static final @Nullable MethodHandle SHUTDOWN_NOW =
      find(HttpClient.class, "shutdownNow", void.class);
  private static final @Nullable MethodHandle IS_TERMINATED =
      find(HttpClient.class, "isTerminated", boolean.class);
  private static final @Nullable MethodHandle AWAIT_TERMINATION =
      find(HttpClient.class, "awaitTermination", boolean.class, Duration.class);
  private static final @Nullable MethodHandle CONNECTION_LABEL =
      find(HttpResponse.class, "connectionLabel", Optional.class);

  private NewerJdk() {}

  private static @Nullable MethodHandle find(
      Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(owner, name, MethodType.methodType(result, parameters));
    } catch (NoSuchMethodException | IllegalAccessException olderJdk) {
      return null;
    }
  }

  /** Whether clients can be closed: since JDK 21. */
  static boolean canClose() {
    return CLOSE != null;
  }

  static void close(HttpClient client) {
    invoke(CLOSE, client);
  }

  static void shutdown(HttpClient client) {
    invoke(SHUTDOWN, client);
  }

  static void shutdownNow(HttpClient client) {
    invoke(SHUTDOWN_NOW, client);
  }

  static boolean isTerminated(HttpClient client) {
    return Boolean.TRUE.equals(invoke(IS_TERMINATED, client));
  }

  static boolean awaitTermination(HttpClient client, Duration timeout) throws InterruptedException {
    if (AWAIT_TERMINATION == null) {
      return false;
    }
    try {
      return (boolean) AWAIT_TERMINATION.invoke(client, timeout);
    } catch (InterruptedException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  static Optional<String> connectionLabel(HttpResponse<?> response) {
    Object label = invoke(CONNECTION_LABEL, response);
    return label == null ? Optional.empty() : (Optional<String>) label;
  }

  private static @Nullable Object invoke(@Nullable MethodHandle method, Object target) {
    if (method == null) {
      return null;
    }
    try {
      return method.invoke(target);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
