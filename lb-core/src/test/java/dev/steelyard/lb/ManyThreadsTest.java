package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.inFlight;
import static dev.steelyard.lb.Fixtures.registry;
import static dev.steelyard.lb.Fixtures.requests;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.select.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ManyThreadsTest {
  private static final int THREADS = 32;
  private static final int EACH = 1_000;

  static Stream<Selector> selectors() {
    return Stream.concat(
        Stream.of(Strategy.values()).map(Strategy::selector),
        Stream.of(
            Selectors.ringHash(),
            Selectors.maglev(),
            Selectors.rendezvous(),
            Selectors.boundedLoad(Selectors.maglev()),
            Selectors.failover()));
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void thirtyTwoThreadsOnFourInstancesLoseNoCount(Selector selector) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(4)).selector(selector).build()) {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<?>> threads = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        threads.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < EACH; i++) {
                    Lease lease = balancer.acquire(RequestContext.forKey(thread + "-" + i));
                    assertTrue(i % 7 == 0 ? lease.fail() : lease.succeed());
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> thread : threads) {
        thread.get(50, TimeUnit.SECONDS);
      }
      assertEquals(0, inFlight(balancer));
      assertEquals(THREADS * EACH, requests(balancer));
      long ended =
          balancer.snapshot().endpoints().stream()
              .mapToLong(endpoint -> endpoint.successes() + endpoint.failures())
              .sum();
      assertEquals(THREADS * EACH, ended);
    } finally {
      pool.shutdown();
    }
  }
}
