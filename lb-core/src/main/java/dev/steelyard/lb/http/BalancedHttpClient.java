package dev.steelyard.lb.http;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.LoadBalancerBuilder;
import dev.steelyard.lb.registry.Instance;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's HttpClient, except that a host of a URI may be the name of a service: such a request
 * goes to an instance that a {@link LoadBalancer} picks. All else of the request stays as it is,
 * and requests to other hosts go where they went.
 *
 * <p><b>Leases.</b> An instance counts as busy until the body of its answer has been read to the
 * end, has failed, or is given up; so a streamed body must be read or closed, as with the JDK's
 * client, and a WebSocket closed or aborted.
 *
 * <p><b>Retries.</b> A request that found no connection is sent to another instance; a GET, HEAD,
 * OPTIONS, TRACE, PUT or DELETE also if the connection failed later, or the answer has status 429
 * or 5xx, unless the request's timeout has passed, which spans all attempts. A body that has begun
 * to be read is sent again only if it is known to be repeatable: one of BodyPublishers' {@code
 * ofString}, {@code ofByteArray}, {@code ofFile} and {@code noBody}. How often, which else, hedges
 * and time limits: see {@link FailurePolicy} and {@link LoadBalancerBuilder#failurePolicy}.
 *
 * <p><b>TLS.</b> With an https instance the certificate is verified against the name of the
 * service, which is also sent as SNI. An https request never goes to an http instance: it fails
 * with an {@link javax.net.ssl.SSLException}.
 *
 * <p>If there is no instance, requests fail with a {@link java.net.ConnectException} whose cause is
 * a {@link dev.steelyard.lb.NoInstanceAvailableException}. Thread-safe.
 */
public final class BalancedHttpClient extends HttpClient implements AutoCloseable {
  private final JdkClients clients;
  private final Map<String, Service> services;

  BalancedHttpClient(JdkClients clients, Map<String, Service> services) {
    this.clients = clients;
    this.services = services;
  }

  /**
   * Returns a builder of a client that does what the clients of another builder do, and balances.
   *
   * @param delegate makes the clients that send; its settings are read at {@link
   *     BalancedHttpClientBuilder#build} and again when an https service is first used, so it must
   *     not be changed after {@code build()}
   * @return a new builder
   */
  public static BalancedHttpClientBuilder builder(HttpClient.Builder delegate) {
    requireNonNull(delegate, "delegate");
    return new BalancedHttpClientBuilder(() -> new JdkClients(delegate));
  }

  /**
   * Returns a builder of a client that sends through another one. It can reach http instances only,
   * because a ready-made client cannot be told what name to verify; and a redirect to a service, if
   * the client follows redirects, is not balanced.
   *
   * @param ready sends the requests; closing the balanced client closes it
   * @return a new builder
   */
  public static BalancedHttpClientBuilder builder(HttpClient ready) {
    requireNonNull(ready, "ready");
    return new BalancedHttpClientBuilder(() -> new JdkClients(ready));
  }

  /**
   * Returns which instance gave a response.
   *
   * @param response a response, of whichever client; its {@link HttpResponse#uri} and {@link
   *     HttpResponse#request} speak of the service
   * @return the instance; empty if the response is not from a service
   */
  public static Optional<Instance> instanceOf(HttpResponse<?> response) {
    return response instanceof BalancedResponse<?> balanced
        ? Optional.ofNullable(balanced.instance())
        : Optional.empty();
  }

  /** The service that a host stands for, or null. */
  @Nullable Service service(URI uri) {
    String host = uri.getHost();
    return host == null ? null : services.get(host.toLowerCase(Locale.ROOT));
  }

  JdkClients clients() {
    return clients;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    requireNonNull(handler, "responseBodyHandler");
    if (clients.redirects() == Redirect.NEVER) {
      return send(Hop.only(request, handler, null));
    }
    HttpResponse<T> previous = null;
    var redirect = new RedirectHop<>(clients.redirects(), request, handler, 0);
    while (true) {
      HttpResponse<T> answer = send(Hop.of(redirect, null));
      HttpResponse<T> response = BalancedResponse.after(previous, answer, redirect.request());
      var next = redirect.next();
      if (next == null) {
        return response;
      }
      previous = response;
      redirect = next;
    }
  }

  private <T> HttpResponse<T> send(Hop<T> hop) throws IOException, InterruptedException {
    Service service = service(hop.request().uri());
    if (service == null) {
      return clients.noRedirects().send(hop.request(), hop.handler());
    }
    Exchange<T> exchange = new Exchange<>(service, hop, service.context(hop.request()));
    return exchange.attempts().needsTimer()
        ? AsyncExchange.sendAndWait(service, exchange)
        : exchange.send();
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler, null);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
    requireNonNull(handler, "responseBodyHandler");
    if (clients.redirects() == Redirect.NEVER) {
      return sendAsync(Hop.only(request, handler, pushes));
    }
    return AsyncRedirects.follow(
        new RedirectHop<>(clients.redirects(), request, handler, 0), pushes, this::sendAsync);
  }

  private <T> CompletableFuture<HttpResponse<T>> sendAsync(Hop<T> hop) {
    Service service = service(hop.request().uri());
    return service == null
        ? clients.noRedirects().sendAsync(hop.request(), hop.handler(), hop.pushes())
        : AsyncExchange.send(service, hop);
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return new BalancedWebSocketBuilder(this);
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return clients.asBuilt().cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return clients.asBuilt().connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return clients.asBuilt().followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return clients.asBuilt().proxy();
  }

  @Override
  public SSLContext sslContext() {
    return clients.asBuilt().sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return clients.asBuilt().sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return clients.asBuilt().authenticator();
  }

  @Override
  public Version version() {
    return clients.asBuilt().version();
  }

  @Override
  public Optional<Executor> executor() {
    return clients.asBuilt().executor();
  }

  /**
   * Closes the clients that send, as HttpClient.close() of JDK 21 and later does: waits for the
   * requests under way. Before JDK 21 clients cannot be closed, and this does nothing. The
   * balancers are the caller's, and stay open.
   */
  @Override
  @SuppressWarnings("MissingOverride") // overrides only on JDK 21 and later
  public void close() {
    clients.close();
  }

  /** Begins to shut down, as HttpClient.shutdown() of JDK 21; does nothing on earlier ones. */
  @SuppressWarnings("MissingOverride") // overrides only on JDK 21 and later
  public void shutdown() {
    clients.shutdown();
  }

  /** Shuts down at once, as HttpClient.shutdownNow() of JDK 21; does nothing on earlier ones. */
  @SuppressWarnings("MissingOverride") // overrides only on JDK 21 and later
  public void shutdownNow() {
    clients.shutdownNow();
  }

  /**
   * Waits until all is shut down, as HttpClient.awaitTermination(Duration) of JDK 21.
   *
   * @param duration how long to wait at most
   * @return whether all is shut down; false before JDK 21
   * @throws InterruptedException if interrupted while waiting
   */
  @SuppressWarnings("MissingOverride") // overrides only on JDK 21 and later
  public boolean awaitTermination(Duration duration) throws InterruptedException {
    return clients.awaitTermination(requireNonNull(duration, "duration"));
  }

  /**
   * Returns whether all is shut down, as HttpClient.isTerminated() of JDK 21.
   *
   * @return false before JDK 21
   */
  @SuppressWarnings("MissingOverride") // overrides only on JDK 21 and later
  public boolean isTerminated() {
    return clients.isTerminated();
  }

  @Override
  public String toString() {
    return "BalancedHttpClient" + services.values();
  }
}
