package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.EndpointSnapshot;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the tests have in common; after each, nothing is in flight. */
@Timeout(120)
abstract class HttpTestCase {
  static final URI ORDERS = URI.create("http://orders/v1/42");

  final List<AutoCloseable> resources = new ArrayList<>();
  final List<LoadBalancer> balancers = new ArrayList<>();

  @AfterEach
  final void nothingIsInFlightAndAllIsClosed() throws Exception {
    for (AutoCloseable resource : resources) {
      resource.close();
    }
    for (LoadBalancer balancer : balancers) {
      assertEquals(0, inFlight(balancer), balancer::toString);
      balancer.close();
    }
  }

  <R extends AutoCloseable> R closing(R resource) {
    resources.add(resource);
    return resource;
  }

  LoadBalancer balancer(String... addresses) {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", InstanceRegistry.of(addresses))
            .selector(Selectors.roundRobin())
            .retryBudget(1, 1000)
            .build();
    balancers.add(balancer);
    return balancer;
  }

  static BalancedHttpClient client(LoadBalancer balancer) {
    return client(balancer, HttpClient.newBuilder());
  }

  static BalancedHttpClient client(LoadBalancer balancer, HttpClient.Builder delegate) {
    return BalancedHttpClient.builder(delegate).service("orders", balancer).build();
  }

  static HttpRequest.Builder request() {
    return HttpRequest.newBuilder(ORDERS);
  }

  static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  static EndpointSnapshot endpoint(LoadBalancer balancer, int index) {
    return balancer.snapshot().endpoints().get(index);
  }

  static int inFlight(LoadBalancer balancer) {
    return balancer.snapshot().endpoints().stream().mapToInt(EndpointSnapshot::inFlight).sum();
  }

  static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  static Instance instance(String address) {
    return Instance.of(address);
  }
}
