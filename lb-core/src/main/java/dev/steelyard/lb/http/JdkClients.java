package dev.steelyard.lb.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's clients behind a balanced one. Redirects are followed on this side, because the JDK's
 * client would resolve the name of a service by DNS; so next to the client as the user built it,
 * there is one that follows none, and both are the same if the user's does not either. A service
 * that is reached by https has a client of its own: pooled connections are told apart by address,
 * and one that was verified for one service must not serve another.
 */
final class JdkClients {
  private final HttpClient asBuilt;
  private final HttpClient noRedirects;
  private final HttpClient.@Nullable Builder builder;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<HttpClient> all = new ArrayList<>();
  private volatile boolean shutdown;

  /** A ready-made client: it follows redirects as it does, and cannot be given a TLS context. */
  JdkClients(HttpClient ready) {
    this.builder = null;
    this.asBuilt = ready;
    this.noRedirects = ready;
    all.add(ready);
  }

  JdkClients(HttpClient.Builder builder) {
    this.builder = builder;
    this.asBuilt = builder.build();
    all.add(asBuilt);
    if (asBuilt.followRedirects() == HttpClient.Redirect.NEVER) {
      this.noRedirects = asBuilt;
    } else {
      this.noRedirects = buildWithoutRedirects(builder);
      all.add(noRedirects);
    }
  }

  private HttpClient buildWithoutRedirects(HttpClient.Builder from) {
    try {
      return from.followRedirects(HttpClient.Redirect.NEVER).build();
    } finally {
      from.followRedirects(asBuilt.followRedirects());
    }
  }

  HttpClient asBuilt() {
    return asBuilt;
  }

  HttpClient noRedirects() {
    return noRedirects;
  }

  /** How redirects are to be followed on this side. */
  HttpClient.Redirect redirects() {
    return builder == null ? HttpClient.Redirect.NEVER : asBuilt.followRedirects();
  }

  boolean canMakeTls() {
    return builder != null;
  }

  /** A new client that takes every peer for the service. */
  HttpClient makeTls(String service) throws IOException {
    if (builder == null) {
      throw new IllegalStateException("ready-made client");
    }
    lock.lock();
    try {
      if (shutdown) {
        throw new IOException("closed");
      }
      HttpClient client;
      try {
        SSLContext context = ServiceTls.context(asBuilt.sslContext(), service);
        client = buildWithoutRedirects(builder.sslContext(context));
      } finally {
        builder.sslContext(asBuilt.sslContext());
      }
      all.add(client);
      return client;
    } finally {
      lock.unlock();
    }
  }

  /** Whether failures may come from the clients' being closed. */
  boolean isShutdown() {
    return shutdown;
  }

  private List<HttpClient> current() {
    lock.lock();
    try {
      return List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }

  private void end(Consumer<HttpClient> how) {
    lock.lock();
    try {
      shutdown = NewerJdk.canClose();
    } finally {
      lock.unlock();
    }
    current().forEach(how);
  }

  void shutdown() {
    end(NewerJdk::shutdown);
  }

  void shutdownNow() {
    end(NewerJdk::shutdownNow);
  }

  void close() {
    shutdown(); // all at once, so that none is waited for before the others are told
    end(NewerJdk::close);
  }

  boolean isTerminated() {
    return current().stream().allMatch(NewerJdk::isTerminated);
  }

  boolean awaitTermination(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.in(timeout);
    for (HttpClient client : current()) {
      if (!NewerJdk.awaitTermination(client, deadline.remaining())) {
        return false;
      }
    }
    return true;
  }
}
