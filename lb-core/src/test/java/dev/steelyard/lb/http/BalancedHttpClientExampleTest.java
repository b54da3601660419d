package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The example of docs/http.md. */
class BalancedHttpClientExampleTest extends HttpTestCase {

  @Test
  void the_example_works() throws Exception {
    RawServer first = closing(RawServer.answering(RawServer.OK));
    RawServer second = closing(RawServer.answering(RawServer.OK));

    InstanceRegistry orders = InstanceRegistry.of(first.address(), second.address());
    LoadBalancer balancer = LoadBalancer.builder("orders", orders).build();
    balancers.add(balancer);

    HttpClient http =
        BalancedHttpClient.builder(HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)))
            .service("orders", balancer)
            .build();

    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://orders/v1/42"))
            .timeout(Duration.ofSeconds(5))
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());

    assertEquals("ok", response.body());
  }
}
