package dev.steelyard.lb.http;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.ResponseClassifier;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A host name that stands for the instances of a balancer. */
final class Service {
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
  private static final RequestContext REPEATABLE = RequestContext.empty().idempotent(true);

  private final String host;
  private final LoadBalancer balancer;
  private final ResponseClassifier classifier;
  private final HostHeader hostHeader;
  private final Function<HttpRequest, @Nullable String> requestKey;
  private final JdkClients clients;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable HttpClient tls;

  Service(
      String host,
      LoadBalancer balancer,
      ResponseClassifier classifier,
      HostHeader hostHeader,
      Function<HttpRequest, @Nullable String> requestKey,
      JdkClients clients) {
    this.host = host;
    this.balancer = balancer;
    this.classifier = classifier;
    this.hostHeader = hostHeader;
    this.requestKey = requestKey;
    this.clients = clients;
  }

  /** What a request brings to the choice; throws what the function for its key throws. */
  RequestContext context(HttpRequest request) {
    String key = requestKey.apply(request);
    boolean repeatable = IDEMPOTENT.contains(request.method());
    if (key == null || key.isBlank()) {
      return repeatable ? REPEATABLE : RequestContext.empty();
    }
    RequestContext context = RequestContext.forKey(key);
    return repeatable ? context.idempotent(true) : context;
  }

  Attempts attempts(RequestContext request) {
    return balancer.attempts(request, classifier);
  }

  HostHeader hostHeader() {
    return hostHeader;
  }

  JdkClients clients() {
    return clients;
  }

  String host() {
    return host;
  }

  /** Whether the request's URI or the instance's asks for TLS. */
  static boolean isSecure(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    return scheme.equals("https") || scheme.equals("wss");
  }

  /**
   * The client that reaches an instance.
   *
   * @throws IOException if none may: the address asks for something else than the request does
   */
  HttpClient clientFor(URI request, Instance instance) throws IOException {
    String scheme = instance.uri().getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals("http")) {
      if (isSecure(request)) {
        throw refused(instance, "an https instance for an " + request.getScheme() + " request");
      }
      return clients.noRedirects();
    }
    if (!scheme.equals("https")) {
      throw refused(instance, "an http or https instance");
    }
    HttpClient client = tls;
    return client == null ? makeTls(instance) : client;
  }

  private HttpClient makeTls(Instance instance) throws IOException {
    if (!clients.canMakeTls()) {
      throw refused(
          instance,
          "an http instance; for https, make the BalancedHttpClient from an HttpClient.Builder"
              + " instead of a ready-made HttpClient, which cannot verify the name of a service");
    }
    lock.lock();
    try {
      HttpClient client = tls;
      if (client == null) {
        client = clients.makeTls(host);
        tls = client;
      }
      return client;
    } finally {
      lock.unlock();
    }
  }

  private SSLException refused(Instance instance, String rule) {
    return new SSLException(
        "instance of " + host + ": " + instance.uri() + " (expected: " + rule + ")");
  }

  @Override
  public String toString() {
    return host + " -> " + balancer;
  }
}
