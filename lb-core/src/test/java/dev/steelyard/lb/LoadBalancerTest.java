package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.first;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.only;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.ScriptedRandom;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.select.Strategy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoadBalancerTest {
  private final InstanceRegistry registry = registry(3);

  private LoadBalancer balancer() {
    return LoadBalancer.builder("orders", registry).build();
  }

  private static NoInstanceAvailableException refused(Executable acquire) {
    return assertThrows(NoInstanceAvailableException.class, acquire);
  }

  @ParameterizedTest
  @EnumSource
  void everyStrategyServesEveryInstance(Strategy strategy) {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry).selector(strategy.selector()).build();
    Set<String> served = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      served.add(balancer.<String, RuntimeException>call(instance -> instance.id()));
    }
    assertEquals(Set.of(id(0), id(1), id(2)), served);
    assertEquals(300, Fixtures.requests(balancer));
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void theRequestGetsAnInstanceItDoesNotExclude() {
    LoadBalancer balancer = balancer();
    RequestContext request = EMPTY.excluding(List.of(id(0), id(2), "unknown"));
    for (int i = 0; i < 100; i++) {
      try (Lease lease = balancer.acquire(request)) {
        assertEquals(id(1), lease.instance().id());
      }
    }
  }

  @Test
  void theBalancerFollowsTheRegistry() {
    InstanceRegistry empty = InstanceRegistry.of();
    LoadBalancer balancer = LoadBalancer.builder("orders", empty).build();
    NoInstanceAvailableException none = refused(() -> balancer.acquire(EMPTY));
    assertEquals("orders: no instance is registered", none.getMessage());
    assertEquals(Map.of(), none.counts());
    assertEquals("orders", none.balancer());

    empty.register(instance(7));
    assertEquals(id(7), balancer.acquire(EMPTY).instance().id());
    empty.replaceAll(List.of(instance(8)));
    assertEquals(id(8), balancer.acquire(EMPTY).instance().id());
    empty.deregister(id(8));
    refused(() -> balancer.acquire(EMPTY));
  }

  @Test
  void whereNoInstanceIsAvailableEachCauseIsCounted() {
    InstanceRegistry mixed = InstanceRegistry.builder().build();
    mixed.register(instance(0), InstanceStatus.STARTING);
    mixed.register(instance(1), InstanceStatus.DRAINING);
    mixed.register(instance(2), InstanceStatus.DRAINING);
    mixed.register(instance(3), InstanceStatus.MAINTENANCE);
    mixed.register(instance(4), InstanceStatus.DOWN);
    mixed.register(instance(5).withWeight(0));
    mixed.register(instance(6).withWeight(0), InstanceStatus.DEGRADED);
    mixed.register(instance(7).withWeight(0), InstanceStatus.DOWN);
    mixed.register(instance(8));
    mixed.register(instance(9), InstanceStatus.DEGRADED);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", mixed)
            .selector((candidates, previous) -> (request, excluded, now) -> null)
            .build();

    NoInstanceAvailableException none =
        refused(() -> balancer.acquire(EMPTY.excluding(List.of(id(8), id(4)))));

    assertEquals(
        Map.of(
            Cause.STARTING, 1,
            Cause.DRAINING, 2,
            Cause.MAINTENANCE, 1,
            Cause.DOWN, 2,
            Cause.WEIGHT_ZERO, 2,
            Cause.EXCLUDED, 1,
            Cause.NOT_SELECTED, 1),
        none.counts());
    assertEquals(
        "orders: none of 10 instances is available (1 STARTING, 2 DRAINING, 1 MAINTENANCE, 2 DOWN,"
            + " 2 WEIGHT_ZERO, 1 EXCLUDED, 1 NOT_SELECTED)",
        none.getMessage());
    none.counts().clear();
    assertEquals(7, none.counts().size(), "a copy");
  }

  @ParameterizedTest
  @EnumSource
  void onlyInstancesThatAcceptRequestsGetThem(InstanceStatus status) {
    registry.setStatus(id(0), status);
    LoadBalancer balancer = balancer();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      seen.add(balancer.acquire(EMPTY).instance().id());
    }
    assertEquals(status.acceptsNewRequests(), seen.contains(id(0)));
    assertTrue(seen.contains(id(1)) && seen.contains(id(2)));
  }

  @Test
  void aDegradedInstanceGetsAQuarterOfItsWeight() {
    registry.setStatus(id(0), InstanceStatus.DEGRADED);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry).selector(Selectors.roundRobin()).build();
    for (int i = 0; i < 9_000; i++) {
      balancer.acquire(EMPTY).succeed();
    }
    assertEquals(1_000, find(balancer, id(0)).requests(), 10);
    assertEquals(factors(1, 0.25), find(balancer, id(0)).weight());
    assertEquals(0.25, find(balancer, id(0)).weight().effective());
  }

  @Test
  void anInstanceOfWeightZeroGetsNothingUntilItsWeightIsRaised() {
    registry.update(instance(0).withWeight(0));
    LoadBalancer balancer = balancer();
    for (int i = 0; i < 300; i++) {
      assertFalse(balancer.acquire(EMPTY).instance().id().equals(id(0)));
    }
    registry.update(instance(0).withWeight(1e308));
    for (int i = 0; i < 300; i++) {
      balancer.acquire(EMPTY).succeed();
    }
    assertTrue(find(balancer, id(0)).requests() > 0);
  }

  @Test
  void aSnapshotTellsEveryThing() {
    FakeTicker ticker = new FakeTicker();
    registry.setStatus(id(2), InstanceStatus.MAINTENANCE);
    registry.register(instance(1).withWeight(2));
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .ticker(ticker)
            .selector(first())
            .failurePolicy(FailurePolicy.standard().withRetryBudget(0, 3).withoutEjection())
            .build();
    for (Outcome outcome : Outcome.values()) {
      for (int i = 0; i <= outcome.ordinal(); i++) {
        balancer.acquire(EMPTY).complete(outcome);
      }
    }
    balancer.acquire(EMPTY);
    balancer.acquire(EMPTY);

    BalancerSnapshot snapshot = balancer.snapshot();

    assertEquals("orders", snapshot.name());
    assertEquals(registry.snapshot().version(), snapshot.registryVersion());
    assertTrue(snapshot.selector().startsWith("dev.steelyard.lb.Fixtures"), snapshot.selector());
    assertEquals(0, snapshot.retries());
    assertEquals(0, snapshot.retriesRefused());
    assertEquals(3, snapshot.retryBalance());
    assertEquals(0, snapshot.callbackFaults());
    assertEquals(
        List.of(id(0), id(1), id(2)),
        snapshot.endpoints().stream().map(endpoint -> endpoint.instance().id()).toList());
    EndpointSnapshot used = snapshot.endpoints().get(0);
    assertEquals(instance(0), used.instance());
    assertEquals(1, used.incarnation());
    assertEquals(InstanceStatus.UP, used.status());
    assertEquals(factors(1, 1), used.weight());
    assertEquals(2, used.inFlight());
    assertEquals(17, used.requests());
    assertEquals(1, used.successes());
    assertEquals(2, used.failures());
    assertEquals(3, used.overloaded());
    assertEquals(4, used.ignored());
    assertEquals(5, used.cancelled());
    assertEquals(Duration.ZERO, used.latency());
    assertEquals(1 - Math.pow(7.0 / 8, 5), used.failureRate(), 1e-6);
    assertFalse(used.unproven());
    EndpointSnapshot anew = snapshot.endpoints().get(1);
    assertEquals(4, anew.incarnation());
    assertEquals(factors(2, 1), anew.weight());
    assertEquals(0, anew.requests());
    assertNull(anew.latency());
    assertTrue(anew.unproven());
    assertEquals(InstanceStatus.MAINTENANCE, snapshot.endpoints().get(2).status());
    assertEquals(factors(1, 0), snapshot.endpoints().get(2).weight());
    assertThrows(UnsupportedOperationException.class, () -> snapshot.endpoints().clear());
  }

  @Test
  void twoBalancersOfOneRegistryLearnSeparately() {
    LoadBalancer one = balancer();
    LoadBalancer other = balancer();
    one.acquire(EMPTY).fail();

    assertEquals(1, Fixtures.requests(one));
    assertEquals(0, Fixtures.requests(other));
    assertEquals(0, Fixtures.inFlight(other));
  }

  @Test
  void closingTwiceIsHarmlessAndEndsAcquiring() {
    LoadBalancer balancer = balancer();
    Lease open = balancer.acquire(EMPTY);
    balancer.close();
    balancer.close();

    assertEquals(
        "orders: the balancer is closed",
        assertThrows(IllegalStateException.class, () -> balancer.acquire(EMPTY)).getMessage());
    assertThrows(IllegalStateException.class, () -> balancer.call(instance -> "never"));
    assertTrue(balancer.callAsync(EMPTY, instance -> null).isCompletedExceptionally());
    assertTrue(open.succeed());
    assertTrue(balancer.snapshot().endpoints().isEmpty());
  }

  @Test
  void aClosedBalancerNoLongerFollowsTheRegistry() {
    List<Integer> prepared = new ArrayList<>();
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .selector(
                (candidates, previous) -> {
                  prepared.add(candidates.size());
                  return (request, excluded, now) -> null;
                })
            .build();
    balancer.close();
    registry.register(instance(9));

    assertEquals(List.of(3), prepared);
    assertEquals(0, registry.listenerFaults());
  }

  static Stream<Arguments> refusedKnobs() {
    InstanceRegistry registry = registry(1);
    return Stream.of(
        knob(
            () -> LoadBalancer.builder(" ", registry),
            IllegalArgumentException.class,
            "name: \" \" (expected: not blank)"),
        knob(() -> LoadBalancer.builder(null, registry), NullPointerException.class, "name"),
        knob(() -> LoadBalancer.builder("orders", null), NullPointerException.class, "registry"),
        knob(() -> builder().selector(null), NullPointerException.class, "selector"),
        knob(() -> builder().classifier(null), NullPointerException.class, "classifier"),
        knob(() -> builder().ticker(null), NullPointerException.class, "ticker"),
        knob(() -> builder().random(null), NullPointerException.class, "random"),
        knob(() -> builder().latencyDecay(null), NullPointerException.class, "latencyDecay"),
        knob(
            () -> builder().maxRetries(-1),
            IllegalArgumentException.class,
            "maxRetries: -1 (expected: 0..10)"),
        knob(
            () -> builder().maxRetries(11),
            IllegalArgumentException.class,
            "maxRetries: 11 (expected: 0..10)"),
        knob(
            () -> builder().retryBudget(1.01, 0),
            IllegalArgumentException.class,
            "ratio: 1.01 (expected: 0..1)"),
        knob(
            () -> builder().retryBudget(-0.1, 0),
            IllegalArgumentException.class,
            "ratio: -0.1 (expected: 0..1)"),
        knob(
            () -> builder().retryBudget(Double.NaN, 0),
            IllegalArgumentException.class,
            "ratio: NaN (expected: 0..1)"),
        knob(
            () -> builder().retryBudget(0, -1),
            IllegalArgumentException.class,
            "perSecond: -1.0 (expected: 0..1000000)"),
        knob(
            () -> builder().retryBudget(0, 1e7),
            IllegalArgumentException.class,
            "perSecond: 1.0E7 (expected: 0..1000000)"),
        knob(
            () -> builder().latencyDecay(Duration.ZERO),
            IllegalArgumentException.class,
            "latencyDecay: PT0S (expected: > 0 and at most 292 years)"),
        knob(
            () -> builder().latencyDecay(Duration.ofMillis(-5)),
            IllegalArgumentException.class,
            "latencyDecay: PT-0.005S (expected: > 0 and at most 292 years)"),
        knob(
            () -> builder().latencyDecay(Duration.ofDays(400 * 365)),
            IllegalArgumentException.class,
            "latencyDecay: PT3504000H (expected: > 0 and at most 292 years)"),
        knob(
            () -> builder().maxRetries(0).retryBudget(0.1, 1).build(),
            IllegalStateException.class,
            "failurePolicy: retryBudget (expected: unset without retries and without hedges)"),
        knob(
            () -> builder().retryBudget(0.1, 1).maxRetries(0).build(),
            IllegalStateException.class,
            "failurePolicy: retryBudget (expected: unset without retries and without hedges)"));
  }

  private static LoadBalancerBuilder builder() {
    return LoadBalancer.builder("orders", registry(1));
  }

  private static Arguments knob(
      Executable use, Class<? extends Exception> refusal, String message) {
    return Arguments.of(message, refusal, use);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedKnobs")
  void aBadValueIsRefusedByKnobValueAndRule(
      String message, Class<? extends Exception> refusal, Executable use) {
    assertEquals(message, assertThrows(refusal, use).getMessage());
  }

  @Test
  void theLimitsOfTheKnobsAreAccepted() {
    builder().maxRetries(0).build();
    builder().maxRetries(10).retryBudget(0, 0).build();
    builder().retryBudget(1, 1_000_000).build();
    builder().latencyDecay(Duration.ofNanos(1)).build();
    builder().latencyDecay(Duration.ofNanos(Long.MAX_VALUE)).build();
  }

  @Test
  void theLatencyFadesByTheTimeConstant() {
    FakeTicker ticker = new FakeTicker();
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(1))
            .ticker(ticker)
            .latencyDecay(Duration.ofMinutes(1))
            .build();
    Lease lease = balancer.acquire(EMPTY);
    ticker.advance(Duration.ofMillis(100));
    lease.succeed();
    ticker.advance(Duration.ofMinutes(1));

    assertEquals(100e6 / Math.E, only(balancer).latency().toNanos(), 100e6 / 2_000);
  }

  @Test
  void picksComeFromTheRandomSourceThatWasSet() {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .selector(Selectors.powerOfTwoChoices())
            .random(new ScriptedRandom(ScriptedRandom.pair(2, 0, 3)))
            .build();
    for (int i = 0; i < 20; i++) {
      Lease lease = balancer.acquire(EMPTY);
      assertEquals(id(2), lease.instance().id());
      lease.succeed();
    }
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    assertEquals(run(5), run(5));
    assertFalse(run(5).equals(run(6)));
  }

  private static List<String> run(long seed) {
    VirtualTime time = new VirtualTime();
    InstanceRegistry registry = registry(5);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .ticker(time)
            .scheduler(time)
            .random(RandomSource.seeded(seed))
            .build();
    List<String> picks = new ArrayList<>();
    List<Lease> open = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Lease lease = balancer.acquire(EMPTY);
      picks.add(lease.instance().id());
      open.add(lease);
      time.advance(Duration.ofMillis(3));
      if (i % 2 == 1) {
        open.remove(i % open.size()).complete(Outcome.values()[i % 5]);
      }
      if (i == 200) {
        registry.setStatus(id(3), InstanceStatus.DOWN);
      }
    }
    return picks;
  }

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    LoadBalancer balancer = balancer();
    assertEquals("leastResponseTime", balancer.snapshot().selector());
    assertEquals("LoadBalancer[orders, leastResponseTime]", balancer.toString());
    assertEquals("orders", balancer.name());
    assertEquals(10, balancer.snapshot().retryBalance());
    int[] attempts = new int[1];
    assertThrows(
        IOException.class,
        () ->
            balancer.call(
                Fixtures.IDEMPOTENT,
                instance -> {
                  attempts[0]++;
                  throw new IOException();
                }));
    assertEquals(3, attempts[0]);
    assertEquals(2, FailurePolicy.DEFAULT_MAX_RETRIES);
    assertEquals(10, LoadBalancerBuilder.DEFAULT_LATENCY_DECAY_SECONDS);
    assertNotSame(balancer.snapshot(), balancer.snapshot());
    assertEquals(Ticker.system(), Ticker.system());
  }

  @Test
  void theClassifierDecidesWhatAnAnswerSays() {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(1))
            .classifier(
                (response, failure) ->
                    failure != null
                        ? Outcome.IGNORED
                        : "503".equals(response) ? Outcome.OVERLOADED : Outcome.SUCCESS)
            .build();
    assertEquals("503", balancer.<String, RuntimeException>call(instance -> "503"));
    assertNull(balancer.<String, RuntimeException>call(instance -> null));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            balancer.call(
                instance -> {
                  throw new IllegalArgumentException();
                }));
    EndpointSnapshot endpoint = only(balancer);
    assertEquals(1, endpoint.overloaded());
    assertEquals(1, endpoint.successes());
    assertEquals(1, endpoint.ignored());
  }

  static Stream<ResponseClassifier> faultyClassifiers() {
    return Stream.of(
        (response, failure) -> {
          throw new IllegalArgumentException("classifier");
        },
        (response, failure) -> null,
        (response, failure) -> {
          throw new AssertionError("an Error, too");
        });
  }

  @ParameterizedTest
  @MethodSource("faultyClassifiers")
  void aClassifierThatFailsSaysNothingAndIsCounted(ResponseClassifier classifier) {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(1)).classifier(classifier).build();
    assertEquals("fine", balancer.<String, RuntimeException>call(instance -> "fine"));
    IOException failure = new IOException();
    assertEquals(
        failure,
        assertThrows(
            IOException.class,
            () ->
                balancer.call(
                    instance -> {
                      throw failure;
                    })));
    assertEquals(
        "fine",
        balancer.callAsync(EMPTY, instance -> CompletableFuture.completedFuture("fine")).join());
    assertEquals(3, only(balancer).ignored());
    assertEquals(0, only(balancer).inFlight());
    assertEquals(3, balancer.snapshot().callbackFaults());
  }

  private static WeightFactors factors(double configured, double health) {
    return new WeightFactors(configured, 1, health, 1, 1, 1, 1);
  }
}
