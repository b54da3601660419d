package dev.steelyard.lb.health;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.http.HttpClient;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The client of a probe: the caller's, or one that is made when it is first needed and let go when
 * the last monitor that uses it is closed.
 */
final class ProbeClient {
  private static final int THREADS = 2;
  private static final @Nullable MethodHandle SHUTDOWN_NOW = shutdownNow();

  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable HttpClient given;
  private final @Nullable SSLContext context;
  private @Nullable HttpClient own;
  private int users;

  private ProbeClient(@Nullable HttpClient given, @Nullable SSLContext context) {
    this.given = given;
    this.context = context;
  }

  static ProbeClient given(HttpClient client) {
    return new ProbeClient(client, null);
  }

  static ProbeClient own(@Nullable SSLContext context) {
    return new ProbeClient(null, context);
  }

  HttpClient get() {
    if (given != null) {
      return given;
    }
    lock.lock();
    try {
      if (own == null) {
        own = make();
      }
      return own;
    } finally {
      lock.unlock();
    }
  }

  void attach() {
    lock.lock();
    try {
      users++;
    } finally {
      lock.unlock();
    }
  }

  void detach() {
    HttpClient unused = null;
    lock.lock();
    try {
      users--;
      if (users == 0) {
        unused = own;
        own = null;
      }
    } finally {
      lock.unlock();
    }
    if (unused != null && SHUTDOWN_NOW != null) {
      shutdown(SHUTDOWN_NOW, unused);
    }
  }

  private HttpClient make() {
    // The client's default pool keeps its threads for a minute.
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            ProbeThreads.named("steelyard-health-http"));
    executor.allowCoreThreadTimeOut(true);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .executor(executor)
            .version(HttpClient.Version.HTTP_1_1) // no upgrade header that old servers choke on
            .followRedirects(HttpClient.Redirect.NEVER);
    return context == null ? builder.build() : builder.sslContext(context).build();
  }

  /** HttpClient has it since JDK 21. */
  private static @Nullable MethodHandle shutdownNow() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(HttpClient.class, "shutdownNow", MethodType.methodType(void.class));
    } catch (NoSuchMethodException | IllegalAccessException olderJdk) {
      return null;
    }
  }

  private static void shutdown(MethodHandle shutdownNow, HttpClient client) {
    try {
      shutdownNow.invoke(client);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
