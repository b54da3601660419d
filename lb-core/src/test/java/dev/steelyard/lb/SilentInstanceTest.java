package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is under way takes at least as long as nothing has been heard of it. */
class SilentInstanceTest {
  private final VirtualTime time = new VirtualTime();
  private InstanceRegistry registry;
  private LoadBalancer balancer;

  @BeforeEach
  void twoInstancesOfTheSameSpeed() {
    registry = InstanceRegistry.builder().scheduler(time).build();
    registry.register(Instance.of("http://10.0.0.1:80").withId("a"));
    registry.register(Instance.of("http://10.0.0.2:80").withId("b"));
    balancer =
        LoadBalancer.builder("silent", registry)
            .selector(Selectors.peakEwma())
            .ticker(time)
            .scheduler(time)
            .random(RandomSource.seeded(1))
            .build();
    for (int i = 0; i < 20; i++) {
      take(i % 2 == 0 ? "a" : "b", 50);
    }
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private Lease begin(String id) {
    String other = id.equals("a") ? "b" : "a";
    return balancer.acquire(RequestContext.empty().excluding(List.of(other)));
  }

  private void take(String id, long millis) {
    Lease lease = begin(id);
    time.advanceMillis(millis);
    lease.succeed();
  }

  private double latencyMillis(String id) {
    return balancer.snapshot().endpoints().stream()
        .filter(endpoint -> endpoint.instance().id().equals(id))
        .mapToDouble(endpoint -> requireNonNull(endpoint.latency()).toNanos() / 1e6)
        .sum();
  }

  @Test
  void whoOwesAnAnswerLooksAsSlowAsItHasBeenSilent() {
    Lease owed = begin("a");
    time.advanceMillis(20);
    assertEquals(50, latencyMillis("a"), 1, "not yet later than usual");
    time.advanceMillis(1_980);
    assertEquals(2_000, latencyMillis("a"), 5);
    owed.succeed();
    assertEquals(2_000, latencyMillis("a"), 5);
  }

  @Test
  void whoIsSilentBecauseNobodyAsksDoesNot() {
    time.advanceMillis(3_600_000);
    Lease first = begin("a");
    time.advanceMillis(1);
    assertTrue(latencyMillis("a") < 2, () -> "" + latencyMillis("a"));
    first.succeed();
  }

  @Test
  void aStreamThatIsOpenIsNotAnAnswerOwed() {
    Lease stream = begin("a");
    time.advanceMillis(50);
    stream.answered();
    time.advanceMillis(30_000);
    assertTrue(latencyMillis("a") <= 50, () -> "" + latencyMillis("a"));
    Lease other = begin("a");
    time.advanceMillis(1);
    assertTrue(latencyMillis("a") <= 50, "silent since the other began, which is now");
    other.succeed();
    stream.succeed();
    Lease owed = begin("a");
    time.advanceMillis(500);
    assertEquals(500, latencyMillis("a"), 5, "the stream is not counted any more");
    owed.succeed();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2})
  void theDefaultLearnsFromAnswersWhoseBodiesAreStillToCome(double weight) {
    registry.update(Instance.of("http://10.0.0.1:80").withId("a").withWeight(weight));
    balancer.selector(Selectors.leastResponseTime());
    for (int i = 0; i < 200; i++) {
      String id = i % 2 == 0 ? "a" : "b";
      Lease lease = begin(id);
      // The mean of a is 20 ms and its peak 500; b takes 50, always.
      time.advanceMillis(id.equals("b") ? 50 : i == 198 ? 500 : 15);
      lease.answered();
      time.advanceMillis(1);
      lease.succeed();
    }
    int first = 0;
    for (int i = 0; i < 100; i++) {
      Lease lease = balancer.acquire(RequestContext.empty());
      first += lease.instance().id().equals("a") ? 1 : 0;
      lease.complete(Outcome.IGNORED);
    }
    assertTrue(first >= 90, "requests to the one whose mean is less: " + first);
  }

  @Test
  void whatStopsToAnswerGetsAFewRequestsAndNotMoreWithTime() {
    int silent = 0;
    for (int i = 0; i < 1_000; i++) { // 100 a second, and b answers within 50 ms
      Lease lease = balancer.acquire(RequestContext.empty());
      if (lease.instance().id().equals("a")) {
        silent++;
      } else {
        var unused = time.schedule(Duration.ofMillis(50), lease::succeed);
      }
      time.advanceMillis(10);
    }
    assertTrue(silent <= 12, "requests without an answer: " + silent);
  }
}
