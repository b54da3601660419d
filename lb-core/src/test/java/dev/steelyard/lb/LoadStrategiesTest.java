package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.Traffic.Service;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The strategies that learn or ask, under the balancer. */
@Timeout(120)
class LoadStrategiesTest {
  private static final Service HEALTHY = Service.answers(Duration.ofMillis(20));

  private static double share(long[] counts, int host) {
    return (double) counts[host] / Arrays.stream(counts).sum();
  }

  /** Ten hosts that answer probes as they are: what this client has in flight, and their time. */
  private static Traffic prequal(Service first) {
    Traffic[] traffic = new Traffic[1];
    Function<Instance, CompletionStage<LoadReport>> probe =
        instance -> {
          int inFlight = Fixtures.find(traffic[0].balancer(), instance.id()).inFlight();
          Service service = instance.id().equals(Fixtures.id(0)) ? first : HEALTHY;
          Map<String, Double> named =
              Map.of(
                  LoadReport.REQUESTS_IN_FLIGHT,
                  (double) inFlight,
                  LoadReport.LATENCY_MILLIS,
                  service.nanos() / 1e6);
          return CompletableFuture.completedStage(new LoadReport(0, 0, 0, 0, 0, named));
        };
    traffic[0] = new Traffic(Selectors.prequal(probe), 10, HEALTHY).host(0, first);
    return traffic[0];
  }

  private static Traffic leastResponseTime(Service first) {
    return new Traffic(Selectors.leastResponseTime(), 10, HEALTHY).host(0, first);
  }

  static Stream<Function<Service, Traffic>> strategies() {
    return Stream.of(LoadStrategiesTest::prequal, LoadStrategiesTest::leastResponseTime);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void aBlackHoleGetsLessThanAFiftieth(Function<Service, Traffic> strategy) {
    // Dubbo's shortestresponse sent it 1996 of 2000 requests.
    for (double perSecond : new double[] {200, 800}) {
      Traffic traffic = strategy.apply(Service.fails(Duration.ofNanos(400_000)));
      double share = share(traffic.run(Duration.ofSeconds(10), perSecond), 0);
      assertTrue(share < 0.02, perSecond + "/s: " + share);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void aHostThatRefusesConnectionsGetsLessThanAFiftieth(Function<Service, Traffic> strategy) {
    Traffic traffic = strategy.apply(Service.refuses(Duration.ofNanos(50_000)));
    double share = share(traffic.run(Duration.ofSeconds(20), 500), 0);
    assertTrue(share < 0.02, "share " + share);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void aHostThatIsTenTimesSlowerGetsLessThanAFiftieth(Function<Service, Traffic> strategy) {
    Traffic traffic = strategy.apply(Service.answers(Duration.ofMillis(200)));
    double share = share(traffic.run(Duration.ofSeconds(20), 500), 0);
    assertTrue(share < 0.02, "share " + share);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void equalHostsShareEqually(Function<Service, Traffic> strategy) {
    long[] counts = strategy.apply(HEALTHY).run(Duration.ofSeconds(20), 500);
    for (int host = 0; host < 10; host++) {
      assertEquals(0.1, share(counts, host), 0.04, Arrays.toString(counts));
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void aHostThatStopsFailingIsBack(Function<Service, Traffic> strategy) {
    Traffic traffic = strategy.apply(HEALTHY);
    traffic.run(Duration.ofSeconds(5), 500);
    traffic.host(0, Service.fails(Duration.ofMillis(1))).run(Duration.ofSeconds(10), 500);
    traffic.host(0, HEALTHY).run(Duration.ofSeconds(6), 500);
    double share = share(traffic.run(Duration.ofSeconds(10), 500), 0);
    assertEquals(0.1, share, 0.03);
  }

  /** An answer for each of the first probes, at no cost, and then none. */
  private static final class Once extends CompletableFuture<LoadReport> {
    private int answers = 64;

    @Override
    public CompletableFuture<LoadReport> whenComplete(
        BiConsumer<? super LoadReport, ? super Throwable> action) {
      if (answers > 0) {
        answers--;
        Map<String, Double> named =
            Map.of(LoadReport.REQUESTS_IN_FLIGHT, 1.0, LoadReport.LATENCY_MILLIS, 2.0);
        action.accept(new LoadReport(0, 0, 0, 0, 0, named), null);
      }
      return this;
    }
  }

  private static Selector strategy(String name) {
    CompletableFuture<LoadReport> once = new Once();
    CompletableFuture<LoadReport> failed =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<LoadReport> whenComplete(
              BiConsumer<? super LoadReport, ? super Throwable> action) {
            action.accept(null, FAILURE);
            return this;
          }
        };
    return switch (name) {
      case "least response time" -> Selectors.leastResponseTime();
      case "prequal" -> Selectors.prequal(instance -> once);
      case "prequal without answers" -> Selectors.prequal(instance -> failed);
      case "three choices" -> Selectors.powerOfChoices(3);
      default -> Selectors.powerOfChoices(10);
    };
  }

  private static final Exception FAILURE = new Exception();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "least response time",
        "prequal",
        "prequal without answers",
        "three choices",
        "ten choices"
      })
  void aPickAllocatesNothing(String strategy) throws Exception {
    for (double[] weights : List.of(new double[] {1, 1, 1, 1, 1}, new double[] {1, 2, 3, 4, 5})) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
      Candidates candidates = Candidates.of(fleet, weights, RandomSource.threadLocal());
      Picker picker = strategy(strategy).prepare(candidates, null);
      double bytes =
          AllocationTest.bytesPerRun(
              () -> {
                if (picker.pick(EMPTY, Exclusions.none(), 0) == null) {
                  throw new AssertionError();
                }
              });
      assertTrue(bytes < 1, bytes + " bytes per pick");
    }
  }

  @Test
  void aRequestOfTheDefaultStrategyAllocatesItsLease() throws Exception {
    LoadBalancer balancer = LoadBalancer.builder("orders", Fixtures.registry(10)).build();
    for (int i = 0; i < 1_000; i++) {
      balancer.acquire(EMPTY).succeed();
    }
    double bytes = AllocationTest.bytesPerRun(() -> balancer.acquire(EMPTY).succeed());
    assertTrue(bytes <= 33, bytes + " bytes per request");
  }
}
