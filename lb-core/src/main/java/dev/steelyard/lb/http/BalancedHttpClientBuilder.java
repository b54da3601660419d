package dev.steelyard.lb.http;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.ResponseClassifier;
import dev.steelyard.lb.request.RequestContext;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a client; not thread-safe. */
public final class BalancedHttpClientBuilder {
  private final Supplier<JdkClients> delegate;
  private final Map<String, LoadBalancer> balancers = new HashMap<>();
  private HostHeader hostHeader = HostHeader.INSTANCE;
  private ResponseClassifier classifier = HttpOutcomes.INSTANCE;
  private Function<HttpRequest, @Nullable String> requestKey = request -> null;

  BalancedHttpClientBuilder(Supplier<JdkClients> delegate) {
    this.delegate = delegate;
  }

  /**
   * Makes a host name stand for the instances of a balancer. The port of a request's URI has no
   * say.
   *
   * @param host a host name as in a URI, in whichever case, without a port; no address
   * @param balancer picks the instances; whose they are, and who closes it, is the caller's matter
   * @return this builder
   * @throws IllegalArgumentException if it is not a host name, or given twice
   */
  public BalancedHttpClientBuilder service(String host, LoadBalancer balancer) {
    requireNonNull(balancer, "balancer");
    String name = ServiceName.check(host);
    check(!balancers.containsKey(name), "service", host, "each host once");
    balancers.put(name, balancer);
    return this;
  }

  /**
   * Sets what requests to instances carry as their {@code Host}. Default: {@link
   * HostHeader#INSTANCE}.
   *
   * @param policy the policy; see there what {@link HostHeader#SERVICE} needs
   * @return this builder
   */
  public BalancedHttpClientBuilder hostHeader(HostHeader policy) {
    this.hostHeader = requireNonNull(policy, "hostHeader");
    return this;
  }

  /**
   * Sets what an answer tells about the instance. It is given the {@link
   * HttpResponse.ResponseInfo}, when the answer begins, or the failure. Default: status 503 and 429
   * are OVERLOADED, other 5xx a FAILURE, all else a SUCCESS; failures as in {@link
   * ResponseClassifier#standard()}. It replaces the balancer's own.
   *
   * @param verdict the classifier
   * @return this builder
   */
  public BalancedHttpClientBuilder classifier(ResponseClassifier verdict) {
    this.classifier = requireNonNull(verdict, "classifier");
    return this;
  }

  /**
   * Sets what tells the key of a request to a service: the user, session or tenant that it belongs
   * to. It becomes {@link RequestContext#key}, which strategies that hash go by, and sticky
   * sessions. {@link RequestKeys} has the usual ones. Default: no request has a key.
   *
   * <p>Called once for each request, not for its retries, before an instance is chosen: for a
   * WebSocket with a GET that has the URI and the headers of its handshake, and for each hop of a
   * chain of redirects that are followed with the request of that hop. So a redirect to another
   * origin, which is sent without its cookies, has no key that is taken from them.
   *
   * @param key fast and thread-safe; null and blank are no key; what it throws is what the request
   *     fails with
   * @return this builder
   */
  public BalancedHttpClientBuilder requestKey(Function<HttpRequest, @Nullable String> key) {
    this.requestKey = requireNonNull(key, "requestKey");
    return this;
  }

  /**
   * Makes the client.
   *
   * @return a new client
   * @throws IllegalStateException if there is no service, or the Host header cannot be kept
   */
  public BalancedHttpClient build() {
    if (balancers.isEmpty()) {
      throw new IllegalStateException("service: none (expected: at least one)");
    }
    if (hostHeader == HostHeader.SERVICE) {
      ServiceName.checkHostHeaderIsAllowed();
    }
    JdkClients clients = delegate.get();
    HttpClient.Version version = clients.asBuilt().version();
    if (hostHeader == HostHeader.SERVICE && version != HttpClient.Version.HTTP_1_1) {
      clients.shutdown();
      throw new IllegalStateException(
          "hostHeader: SERVICE (expected: INSTANCE unless the version of the client is HTTP_1_1;"
              + " it is "
              + version
              + ", which sends the address of the instance as :authority)");
    }
    Map<String, Service> services = new HashMap<>();
    balancers.forEach(
        (host, balancer) ->
            services.put(
                host, new Service(host, balancer, classifier, hostHeader, requestKey, clients)));
    return new BalancedHttpClient(clients, Map.copyOf(services));
  }
}
