package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.inFlight;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.OutlierDetection;
import dev.steelyard.lb.resilience.RequestRefusedException;
import dev.steelyard.lb.resilience.RequestRefusedException.Reason;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Strategy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused or waits on this side, and counts against no instance. */
@Timeout(60)
class LimitsTest {
  private final VirtualTime time = new VirtualTime();
  private final InstanceRegistry registry = registry(4);

  private LoadBalancer balancer(UnaryOperator<FailurePolicy> policy) {
    return LoadBalancer.builder("orders", registry)
        .ticker(time)
        .scheduler(time)
        .failurePolicy(policy.apply(FailurePolicy.standard()))
        .build();
  }

  private static List<Lease> acquire(LoadBalancer balancer, int count) {
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(balancer.acquire(EMPTY));
    }
    return leases;
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void anInstanceAtItsLimitIsPassedOverUnderEveryStrategy(Strategy strategy) {
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .selector(strategy.selector())
            .failurePolicy(FailurePolicy.standard().withMaxInFlight(3))
            .build()) {
      RequestContext request = RequestContext.forKey("one");
      List<Lease> leases = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        leases.add(balancer.acquire(request));
      }
      for (int i = 0; i < 4; i++) {
        assertEquals(3, find(balancer, id(i)).inFlight());
      }
      NoInstanceAvailableException none =
          assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(request));
      assertEquals(Map.of(Cause.AT_LIMIT, 4), none.counts());
      leases.get(0).succeed();
      balancer.acquire(request).succeed();
    }
  }

  @Test
  void inALargeFleetTheOneWithRoomIsFound() {
    InstanceRegistry many = registry(500);
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", many)
            .failurePolicy(FailurePolicy.standard().withMaxInFlight(1))
            .build()) {
      List<Lease> leases = acquire(balancer, 500);
      assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));
      leases.get(250).succeed();
      assertSame(leases.get(250).endpoint(), balancer.acquire(EMPTY).endpoint());
    }
  }

  @Test
  void aLimitHoldsExactlyUnderThreads() throws Exception {
    AtomicInteger most = new AtomicInteger();
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(1))
            .failurePolicy(FailurePolicy.standard().withMaxInFlight(3))
            .build()) {
      AtomicInteger current = new AtomicInteger();
      ExecutorService pool = Executors.newFixedThreadPool(8);
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        done.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 20_000; i++) {
                    try (Lease lease = balancer.acquire(EMPTY)) {
                      most.accumulateAndGet(current.incrementAndGet(), Math::max);
                      current.decrementAndGet();
                      lease.succeed();
                    } catch (NoInstanceAvailableException full) {
                      Thread.onSpinWait();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
      pool.shutdown();
      assertTrue(most.get() <= 3, most.get() + " at once");
      assertEquals(0, inFlight(balancer));
    }
  }

  @Test
  void whatIsRefusedHereCountsAgainstNoInstance() {
    try (LoadBalancer balancer = balancer(policy -> policy.withMaxInFlight(1))) {
      List<Lease> leases = acquire(balancer, 4);
      for (int i = 0; i < 100; i++) {
        assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));
      }
      for (int i = 0; i < 4; i++) {
        assertEquals(0, find(balancer, id(i)).failureRate());
        assertEquals(1, find(balancer, id(i)).requests());
        assertEquals(State.CLOSED, find(balancer, id(i)).breaker());
      }
      leases.forEach(Lease::succeed);
    }
  }

  @Test
  void aLimitThatAdaptsFollowsWhatTheInstanceStands() {
    try (LoadBalancer balancer = balancer(policy -> policy.withAdaptiveConcurrency(2, 50))) {
      assertEquals(20, find(balancer, id(0)).maxInFlight());
      for (int round = 0; round < 400; round++) {
        List<Lease> leases = acquire(balancer, 8);
        time.advanceMillis(20);
        leases.forEach(lease -> lease.complete(Outcome.OVERLOADED));
      }
      assertTrue(find(balancer, id(0)).maxInFlight() < 20, "it asked for less");
      assertEquals(0, inFlight(balancer));
    }
  }

  @Test
  void aRequestWaitsUntilAnInstanceHasRoom() {
    try (LoadBalancer balancer =
        balancer(policy -> policy.withMaxInFlight(1).withWaitQueue(2, Duration.ofSeconds(1)))) {
      List<Lease> leases = acquire(balancer, 4);
      CompletableFuture<Lease> first = balancer.acquireLater(EMPTY, Exclusions.none());
      CompletableFuture<Lease> second = balancer.acquireLater(EMPTY, Exclusions.none());
      CompletableFuture<Lease> third = balancer.acquireLater(EMPTY, Exclusions.none());
      assertEquals(Reason.QUEUE_FULL, refusal(third).reason());
      assertEquals(2, balancer.snapshot().refusals().waiting());
      leases.get(2).succeed();
      assertTrue(first.isDone());
      assertFalse(second.isDone());
      first.join().succeed();
      second.join().succeed();
      assertEquals(1, balancer.snapshot().refusals().queueFull());
      assertEquals(3, inFlight(balancer));
    }
  }

  private static RequestRefusedException refusal(CompletableFuture<Lease> refused) {
    CompletionException failure = assertThrows(CompletionException.class, refused::join);
    return assertInstanceOf(RequestRefusedException.class, failure.getCause());
  }

  @Test
  void whoHasWaitedTooLongIsRefused() {
    try (LoadBalancer balancer =
        balancer(policy -> policy.withMaxInFlight(1).withWaitQueue(2, Duration.ofSeconds(1)))) {
      List<Lease> leases = acquire(balancer, 4);
      CompletableFuture<Lease> waiting = balancer.acquireLater(EMPTY, Exclusions.none());
      time.advanceMillis(1001);
      assertEquals(Reason.QUEUE_TIMEOUT, refusal(waiting).reason());
      assertEquals(1, balancer.snapshot().refusals().queueTimeouts());
      assertEquals(0, balancer.snapshot().refusals().waiting());
      leases.forEach(Lease::succeed);
      assertEquals(0, inFlight(balancer));
    }
  }

  @Test
  void whoGivesUpWaitingLeavesItsTurnToTheNext() {
    try (LoadBalancer balancer =
        balancer(policy -> policy.withMaxInFlight(1).withWaitQueue(9, Duration.ofSeconds(1)))) {
      List<Lease> leases = acquire(balancer, 4);
      CompletableFuture<Lease> first = balancer.acquireLater(EMPTY, Exclusions.none());
      CompletableFuture<Lease> second = balancer.acquireLater(EMPTY, Exclusions.none());
      first.cancel(true);
      assertEquals(1, balancer.snapshot().refusals().waiting());
      leases.get(0).succeed();
      second.join().succeed();
      assertEquals(3, inFlight(balancer));
    }
  }

  @Test
  void aNewInstanceIsRoomForThoseWhoWait() {
    try (LoadBalancer balancer =
        balancer(policy -> policy.withMaxInFlight(1).withWaitQueue(9, Duration.ofSeconds(1)))) {
      acquire(balancer, 4);
      CompletableFuture<Lease> waiting = balancer.acquireLater(EMPTY, Exclusions.none());
      registry.register(Fixtures.instance(4));
      assertEquals(id(4), waiting.join().instance().id());
    }
  }

  @Test
  void aThreadWaitsToo() throws Exception {
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .failurePolicy(
                FailurePolicy.standard()
                    .withMaxInFlight(1)
                    .withWaitQueue(100, Duration.ofSeconds(30)))
            .build()) {
      ExecutorService pool = Executors.newFixedThreadPool(12);
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < 12; t++) {
        done.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 2_000; i++) {
                    balancer.call(instance -> instance.id());
                  }
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get(); // no refusal, no lost turn
      }
      pool.shutdown();
      assertEquals(0, inFlight(balancer));
      assertEquals(0, balancer.snapshot().refusals().waiting());
      assertEquals(24_000, Fixtures.requests(balancer));
    }
  }

  @Test
  void anInterruptEndsTheWaitAndStays() throws Exception {
    try (LoadBalancer balancer =
        balancer(policy -> policy.withMaxInFlight(1).withWaitQueue(9, Duration.ofSeconds(1)))) {
      acquire(balancer, 4);
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread thread =
          new Thread(
              () -> {
                Thread.currentThread().interrupt();
                assertThrows(CancellationException.class, () -> balancer.acquire(EMPTY));
                interrupted.set(Thread.interrupted());
              });
      thread.start();
      thread.join();
      assertTrue(interrupted.get());
      assertEquals(0, balancer.snapshot().refusals().waiting());
    }
  }

  @Test
  void whatIsMoreThanTheRateIsRefusedWithTheTimeToComeBack() {
    try (LoadBalancer balancer = balancer(policy -> policy.withRateLimit(10, 5))) {
      acquire(balancer, 5);
      RequestRefusedException refused =
          assertThrows(RequestRefusedException.class, () -> balancer.acquire(EMPTY));
      assertEquals(Reason.RATE_LIMITED, refused.reason());
      assertEquals(Duration.ofMillis(100), refused.retryAfter());
      assertThrows(RequestRefusedException.class, () -> balancer.call(Object::toString));
      assertTrue(balancer.callAsync(i -> new CompletableFuture<>()).isCompletedExceptionally());
      assertEquals(3, balancer.snapshot().refusals().rateLimited());
      assertEquals(5, Fixtures.requests(balancer));
      time.advanceMillis(100);
      balancer.acquire(EMPTY).succeed();
    }
  }

  @Test
  void oneClientsRateIsNotAnothersAndCostsNobodyElse() throws Exception {
    RequestContext one = RequestContext.forKey("one");
    RequestContext address =
        EMPTY.withClientAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}));
    try (LoadBalancer balancer =
        balancer(policy -> policy.withRateLimit(1, 6).withClientRateLimit(1, 2, 100))) {
      balancer.acquire(one).succeed();
      balancer.acquire(one).succeed();
      for (int i = 0; i < 10; i++) {
        RequestRefusedException refused =
            assertThrows(RequestRefusedException.class, () -> balancer.acquire(one));
        assertEquals(Reason.CLIENT_RATE_LIMITED, refused.reason());
        assertEquals(Duration.ofSeconds(1), refused.retryAfter());
      }
      balancer.acquire(address).succeed();
      balancer.acquire(address).succeed();
      assertThrows(RequestRefusedException.class, () -> balancer.acquire(address));
      balancer.acquire(EMPTY).succeed();
      balancer.acquire(EMPTY).succeed();
      assertEquals(11, balancer.snapshot().refusals().clientRateLimited());
      assertEquals(
          Reason.RATE_LIMITED,
          assertThrows(RequestRefusedException.class, () -> balancer.acquire(EMPTY)).reason());
    }
  }

  static Stream<Arguments> contradictions() {
    FailurePolicy standard = FailurePolicy.standard();
    return Stream.of(
        Arguments.of(standard.withMaxInFlight(5).withAdaptiveConcurrency(1, 9), "maxInFlight"),
        Arguments.of(standard.withWaitQueue(5, Duration.ofSeconds(1)), "waitQueue"),
        Arguments.of(
            standard
                .withMaxInFlight(1)
                .withWaitQueue(5, Duration.ofSeconds(2))
                .withOverallTimeout(Duration.ofSeconds(1)),
            "waitQueue.maxWait"),
        Arguments.of(standard.withoutEjection().withEjectionCap(20, 1), "ejectionCap"),
        Arguments.of(
            standard.withoutEjection().withOutlierDetection(OutlierDetection.defaults()),
            "outlierDetection"),
        Arguments.of(standard.withoutRetries().withRetryBudget(0.1, 1), "retryBudget"),
        Arguments.of(
            standard.withoutRetries().withRetriedOutcomes(Outcome.FAILURE), "retriedOutcomes"));
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  void whatContradictsItselfOrHasNoEffectIsRefused(FailurePolicy policy, String knob) {
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> LoadBalancer.builder("orders", registry).failurePolicy(policy).build());
    assertTrue(refused.getMessage().startsWith("failurePolicy: " + knob), refused::getMessage);
  }

  @Test
  void badValuesAreRefusedByKnobValueAndRule() {
    FailurePolicy standard = FailurePolicy.standard();
    for (Runnable bad :
        List.<Runnable>of(
            () -> standard.withMaxInFlight(0),
            () -> standard.withAdaptiveConcurrency(0, 5),
            () -> standard.withAdaptiveConcurrency(5, 4),
            () -> standard.withWaitQueue(0, Duration.ofSeconds(1)),
            () -> standard.withWaitQueue(1, Duration.ZERO),
            () -> standard.withRateLimit(0, 1),
            () -> standard.withRateLimit(1, 0),
            () -> standard.withClientRateLimit(1, 1, 0),
            () -> standard.withPanicThreshold(101),
            () -> standard.withEjectionCap(0, 1),
            () -> standard.withEjectionCap(50, -1),
            () -> standard.withMaxRetries(0),
            () -> standard.withMaxRetries(11),
            () -> standard.withBackoff(Duration.ofMillis(5), Duration.ofMillis(4)),
            () -> standard.withHedging(0.4, 0.1),
            () -> standard.withHedging(0.9, 0.6),
            () -> standard.withRetriedOutcomes(Outcome.SUCCESS))) {
      String message = assertThrows(IllegalArgumentException.class, bad::run).getMessage();
      assertTrue(message.contains(": ") && message.contains("(expected: "), message);
    }
  }

  /** servicetalk#3604: a copy that forgot four of its knobs. */
  @Test
  void aPolicyTellsEveryKnobAndKeepsThemAll() {
    FailurePolicy all =
        FailurePolicy.standard()
            .withAdaptiveConcurrency(3, 30)
            .withWaitQueue(7, Duration.ofSeconds(1), true)
            .withRateLimit(100, 10)
            .withClientRateLimit(5, 6, 70)
            .withPanicThreshold(40)
            .withEjectionCap(30, 2)
            .withPerTryTimeout(Duration.ofMillis(200))
            .withOverallTimeout(Duration.ofSeconds(2))
            .withHedging(0.9, 0.1)
            .withRetryBudget(0.1, 5)
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(90))
            .withMaxRetryAfter(Duration.ofSeconds(3))
            .withMaxRetries(4);
    String told = all.toString();
    for (String knob :
        List.of(
            "maxRetries=4",
            "retriedOutcomes=",
            "backoff=PT0.02S..PT0.09S",
            "maxRetryAfter=PT3S",
            "retryBudget=0.1 + 5.0/s",
            "perTryTimeout=PT0.2S",
            "overallTimeout=PT2S",
            "hedging=p90",
            "circuitBreaker=",
            "outlierDetection=",
            "30",
            "panicThreshold=40 %",
            "adaptiveConcurrency=3..30",
            "waitQueue=7, PT1S, last first when overloaded",
            "rateLimit=100.0/s, burst 10",
            "clientRateLimit=5.0/s, burst 6, 70 clients")) {
      assertTrue(told.contains(knob), knob + " in " + told);
    }
    assertTrue(FailurePolicy.none().toString().contains("no retries, no ejection"));
  }
}
