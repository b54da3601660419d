package dev.steelyard.lb.http;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.ResponseClassifier;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Collects the settings of a client; not thread-safe. */
public final class BalancedHttpClientBuilder {
  private final Supplier<JdkClients> delegate;
  private final Map<String, LoadBalancer> balancers = new HashMap<>();
  private HostHeader hostHeader = HostHeader.INSTANCE;
  private ResponseClassifier classifier = HttpOutcomes.INSTANCE;

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
            services.put(host, new Service(host, balancer, classifier, hostHeader, clients)));
    return new BalancedHttpClient(clients, Map.copyOf(services));
  }
}
