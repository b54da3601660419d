package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What instances report about their load in the header of their answers. */
class LoadReportHeaderTest extends HttpTestCase {
  private final AtomicLong now = new AtomicLong(1);

  private RawServer reporting(String header) throws IOException {
    return closing(
        RawServer.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nendpoint-load-metrics: "
                + header
                + "\r\n\r\nok"));
  }

  private LoadBalancer balancer(boolean used, String... addresses) {
    var builder =
        LoadBalancer.builder("orders", InstanceRegistry.of(addresses))
            .selector(Selectors.roundRobin())
            .ticker(now::get);
    if (used) {
      // Without a blackout; the timer never comes by itself in this test.
      builder.reportedLoad(Duration.ZERO, Duration.ofSeconds(180), Duration.ofHours(1), 1);
    }
    LoadBalancer balancer = builder.build();
    balancers.add(balancer);
    return balancer;
  }

  private double reported(LoadBalancer balancer, int index) {
    balancer.clearOverride("nobody"); // any change has the weights computed anew
    return endpoint(balancer, index).weight().reported();
  }

  @Test
  void the_header_of_an_answer_becomes_a_factor_of_the_weight() throws Exception {
    RawServer busy = reporting("TEXT cpu_utilization=0.8,rps_fractional=100");
    RawServer idle = reporting("cpu_utilization=0.2, rps_fractional=100");
    LoadBalancer balancer = balancer(true, busy.address(), idle.address());
    for (int i = 0; i < 4; i++) {
      send(client(balancer), request().build());
    }

    assertEquals(0.4, reported(balancer, 0), 1e-9); // 125 beside 500
    assertEquals(1.6, reported(balancer, 1), 1e-9);
  }

  @Test
  void a_header_that_says_nothing_readable_is_counted_and_does_no_harm() throws Exception {
    RawServer odd = reporting("TEXT cpu_utilization=many");
    LoadBalancer balancer = balancer(true, odd.address());

    assertEquals("ok", send(client(balancer), request().build()).body());
    assertEquals(1, balancer.snapshot().callbackFaults());
    assertEquals(1, reported(balancer, 0));
  }

  @Test
  void without_the_knob_nothing_is_read() throws Exception {
    RawServer odd = reporting("TEXT cpu_utilization=many");
    LoadBalancer balancer = balancer(false, odd.address());

    send(client(balancer), request().build());
    assertEquals(0, balancer.snapshot().callbackFaults());
  }
}
