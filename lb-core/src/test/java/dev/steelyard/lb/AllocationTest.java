package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.route.Member;
import dev.steelyard.lb.route.RoutePickers;
import dev.steelyard.lb.route.RoutePlanner;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Strategy;
import dev.steelyard.lb.testing.Allocations;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A pick allocates nothing, and a request one lease of 32 bytes. */
class AllocationTest {
  private static final int PICKS = 1_000_000;

  static Stream<Arguments> pickers() {
    return Stream.of(Strategy.values())
        .filter(strategy -> strategy != Strategy.PREQUAL) // its probes allocate
        .flatMap(
            strategy ->
                Stream.of(new double[] {1, 1, 1, 1, 1}, new double[] {1, 2, 3, 4, 5})
                    .map(weights -> Arguments.of(strategy, weights)));
  }

  @ParameterizedTest
  @MethodSource("pickers")
  void aPickAllocatesNothing(Strategy strategy, double[] weights) throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    Picker picker =
        strategy
            .selector()
            .prepare(Candidates.of(fleet, weights, RandomSource.threadLocal()), null);

    double bytes =
        bytesPerRun(
            () -> {
              Endpoint picked = picker.pick(EMPTY, Exclusions.none(), 0);
              if (picked == null) {
                throw new AssertionError();
              }
            });

    assertTrue(bytes < 1, bytes + " bytes per pick");
  }

  @Test
  void aRoutedPickAllocatesNothing() throws Exception {
    List<FakeEndpoint> fleet =
        IntStream.range(0, 12)
            .mapToObj(
                i ->
                    Instance.of("host-" + i + ":80")
                        .withMetadata("zone", "z" + i % 2)
                        .withMetadata("v", "v" + i % 3))
            .map(FakeEndpoint::new)
            .toList();
    List<Member> members =
        fleet.stream().map(e -> new Member(e.instance(), InstanceStatus.UP, 1)).toList();
    Routing routing =
        Routing.none().subset("zone", "v").subset("zone").split("v", Map.of("v0", 0.1, "v2", 0.9));
    Picker picker =
        RoutePickers.prepare(
            RoutePlanner.plan(routing, members),
            Strategy.RANDOM.selector(),
            fleet,
            RandomSource.threadLocal(),
            null);
    RequestContext keyed = RequestContext.forKey("user-42").withHint("zone", "z1");
    RequestContext absent = EMPTY.withHint("zone", "z1").withHint("v", "v9");

    double bytes =
        bytesPerRun(
            () -> {
              if (picker.pick(keyed, Exclusions.none(), 0) == null
                  || picker.pick(absent, Exclusions.none(), 0) == null
                  || picker.pick(EMPTY, Exclusions.none(), 0) == null) {
                throw new AssertionError();
              }
            });

    assertTrue(bytes < 1, bytes + " bytes per pick");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PREQUAL") // its probes allocate
  void aRequestAllocatesItsLease(Strategy strategy) throws Exception {
    InstanceRegistry registry = registry(10);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry).selector(strategy.selector()).build();
    for (int i = 0; i < 1_000; i++) {
      balancer.acquire(EMPTY).succeed(); // proves all
    }

    double bytes = bytesPerRun(() -> balancer.acquire(EMPTY).succeed());

    assertTrue(bytes <= 33, bytes + " bytes per request");
  }

  static double bytesPerRun(Runnable work) throws Exception {
    return Allocations.bytesPerRun(PICKS, work);
  }
}
