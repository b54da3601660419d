package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.DrainResult;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Change under load, with real threads. */
@Timeout(120)
class ChurnTest {

  /** The strategy, and every endpoint it was ever given. */
  private static Selector recording(Strategy strategy, Set<Endpoint> seen) {
    return new Selector() {
      @Override
      public Picker prepare(Candidates candidates, Picker previous) {
        for (int i = 0; i < candidates.size(); i++) {
          seen.add(candidates.endpoint(i));
        }
        return strategy.selector().prepare(candidates, previous);
      }

      @Override
      public boolean isTimed() {
        return strategy.selector().isTimed();
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void tenThousandChangesUnderLoadLeaveNothingInFlight(Strategy strategy) throws Exception {
    Set<Endpoint> seen = ConcurrentHashMap.newKeySet();
    InstanceRegistry registry = registry(4);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry).selector(recording(strategy, seen)).build();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger role = new AtomicInteger();
    AtomicLong leases = new AtomicLong();
    AtomicLong ends = new AtomicLong();
    Queue<Lease> handedOver = new ConcurrentLinkedQueue<>();
    AdmissionWordTest.together(
        4,
        () -> {
          if (role.getAndIncrement() == 0) {
            try {
              for (int i = 0; i < 2_500; i++) {
                registry.register(instance(4 + i % 3));
                registry.register(instance(4 + i % 3)); // the same id anew
                registry.deregister(id(4 + i % 3));
                registry.setStatus(id(i % 3), i % 2 == 0 ? InstanceStatus.DOWN : InstanceStatus.UP);
              }
            } finally {
              done.set(true);
            }
            return null;
          }
          while (!done.get()) {
            Lease lease = balancer.acquire(EMPTY);
            leases.incrementAndGet();
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
              handedOver.add(lease); // ended late, by whoever comes along
              lease = handedOver.poll();
            }
            if (lease != null) {
              Outcome outcome = Outcome.values()[ThreadLocalRandom.current().nextInt(5)];
              ends.addAndGet(lease.complete(outcome) ? 1 : 0);
              lease.close();
            }
          }
          return null;
        });
    for (Lease lease : handedOver) {
      ends.addAndGet(lease.complete(Outcome.SUCCESS) ? 1 : 0);
    }
    assertEquals(leases.get(), ends.get());
    long requests = 0;
    for (Endpoint endpoint : seen) {
      assertEquals(0, endpoint.inFlight(), endpoint::toString);
      requests += ((LiveEndpoint) endpoint).requests();
    }
    assertEquals(leases.get(), requests);
    assertEquals(0, registry.listenerFaults());
    assertEquals(List.of(id(0), id(1), id(2), id(3)), ids(balancer));
  }

  private static List<String> ids(LoadBalancer balancer) {
    return balancer.snapshot().endpoints().stream()
        .map(endpoint -> endpoint.instance().id())
        .toList();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROUND_ROBIN", "PEAK_EWMA"})
  void afterADrainHasCompletedTheInstanceGetsNoSingleRequest(Strategy strategy) throws Exception {
    // servicetalk#3545: a late connection resurrected a draining host.
    int rounds = 60;
    InstanceRegistry registry = registry(2);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry).selector(strategy.selector()).build();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger role = new AtomicInteger();
    AtomicLong late = new AtomicLong();
    AtomicLong before = new AtomicLong();
    ConcurrentHashMap<String, Boolean> drained = new ConcurrentHashMap<>();
    AdmissionWordTest.together(
        4,
        () -> {
          if (role.getAndIncrement() == 0) {
            try {
              for (int round = 0; round < rounds; round++) {
                String id = id(100 + round);
                registry.register(instance(100 + round));
                while (Fixtures.find(balancer, id).requests() < 5) {
                  Thread.onSpinWait();
                }
                CompletableFuture<DrainResult> drain = registry.drain(id, Duration.ofHours(1));
                var unused = drain.thenRun(() -> drained.put(id, true));
                assertEquals(DrainResult.DRAINED, drain.get(60, TimeUnit.SECONDS));
                long count = Fixtures.find(balancer, id).requests();
                assertEquals(0, Fixtures.find(balancer, id).inFlight());
                Thread.yield();
                assertEquals(count, Fixtures.find(balancer, id).requests());
                before.addAndGet(count);
                registry.deregister(id);
              }
            } finally {
              done.set(true);
            }
            return null;
          }
          while (!done.get()) {
            Lease lease = balancer.acquire(EMPTY);
            if (drained.containsKey(lease.instance().id())) {
              late.incrementAndGet();
            }
            lease.succeed();
          }
          return null;
        });
    assertEquals(0, late.get(), "requests after DRAINED");
    assertEquals(rounds, drained.size());
    assertTrue(before.get() >= 5L * rounds);
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @ParameterizedTest
  @EnumSource(names = {"ROUND_ROBIN", "POWER_OF_TWO_CHOICES"})
  void aRollingChangeNeverLeavesACallWithoutAnInstance(Strategy strategy) throws Exception {
    InstanceRegistry registry = registry(2);
    registry.setStatus(id(1), InstanceStatus.MAINTENANCE);
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry).selector(strategy.selector()).build();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger role = new AtomicInteger();
    AtomicLong served = new AtomicLong();
    AdmissionWordTest.together(
        4,
        () -> {
          if (role.getAndIncrement() == 0) {
            try {
              for (int i = 0; i < 5_000; i++) {
                registry.setStatus(id((i + 1) % 2), InstanceStatus.UP);
                registry.setStatus(id(i % 2), InstanceStatus.MAINTENANCE);
              }
            } finally {
              done.set(true);
            }
            return null;
          }
          while (!done.get()) {
            balancer.acquire(EMPTY).succeed(); // throws if there is none
            served.incrementAndGet();
          }
          return null;
        });
    assertTrue(served.get() > 0);
    assertEquals(served.get(), Fixtures.requests(balancer));
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void closingUnderLoadEndsAcquiringAndLeavesNothingInFlight() throws Exception {
    for (int round = 0; round < 100; round++) {
      Set<Endpoint> seen = ConcurrentHashMap.newKeySet();
      InstanceRegistry registry = registry(3);
      LoadBalancer balancer =
          LoadBalancer.builder("orders", registry)
              .selector(recording(Strategy.PEAK_EWMA, seen))
              .build();
      AtomicBoolean closed = new AtomicBoolean();
      AtomicInteger role = new AtomicInteger();
      AtomicInteger late = new AtomicInteger();
      AdmissionWordTest.together(
          4,
          () -> {
            switch (role.getAndIncrement()) {
              case 0 -> {
                balancer.close();
                closed.set(true);
              }
              case 1 -> {
                for (int i = 3; i < 20; i++) {
                  registry.register(instance(i));
                }
              }
              default -> {
                boolean open = true;
                while (open) {
                  boolean wasClosed = closed.get();
                  try {
                    balancer.acquire(EMPTY).succeed();
                    late.addAndGet(wasClosed ? 1 : 0);
                  } catch (IllegalStateException expected) {
                    assertEquals("orders: the balancer is closed", expected.getMessage());
                    open = false;
                  }
                }
              }
            }
            return null;
          });
      assertEquals(0, late.get(), "leases after close() had returned");
      for (Endpoint endpoint : seen) {
        assertEquals(0, endpoint.inFlight());
        assertTrue(((LiveEndpoint) endpoint).isClosedAndIdle(), endpoint::toString);
      }
    }
  }

  @Test
  void drainWaitsForTheRequestsInFlightAndReturnsTheInstanceIfItIsTakenBack() throws Exception {
    InstanceRegistry registry = registry(2);
    LoadBalancer balancer = LoadBalancer.builder("orders", registry).build();
    Lease open = balancer.acquire(EMPTY.excluding(List.of(id(1))));
    CompletableFuture<DrainResult> drain = registry.drain(id(0), Duration.ofHours(1));
    assertFalse(drain.isDone());
    open.succeed();
    assertEquals(DrainResult.DRAINED, drain.get());

    registry.setStatus(id(0), InstanceStatus.UP);
    Lease again = balancer.acquire(EMPTY.excluding(List.of(id(1))));
    drain = registry.drain(id(0), Duration.ofHours(1));
    assertFalse(drain.isDone());
    registry.setStatus(id(0), InstanceStatus.UP);
    assertEquals(DrainResult.CANCELLED, drain.get());
    assertNotNull(balancer.acquire(EMPTY.excluding(List.of(id(1)))));
    again.succeed();
    drain = registry.drain(id(0), Duration.ofHours(1));
    assertFalse(drain.isDone(), "one is in flight");
    balancer.close();
    assertFalse(drain.isDone(), "closing does not end what is in flight");
  }

  @Test
  void drainOfAnInstanceWithTwoBalancersWaitsForBoth() throws Exception {
    InstanceRegistry registry = registry(1);
    LoadBalancer one = LoadBalancer.builder("one", registry).build();
    LoadBalancer two = LoadBalancer.builder("two", registry).build();
    Lease first = one.acquire(EMPTY);
    Lease second = two.acquire(EMPTY);
    CompletableFuture<DrainResult> drain = registry.drain(id(0), Duration.ofHours(1));
    first.succeed();
    assertFalse(drain.isDone());
    second.succeed();
    assertEquals(DrainResult.DRAINED, drain.get());
  }

  @Test
  void leasesEndedOnOtherThreadsAreCounted() throws Exception {
    LoadBalancer balancer = LoadBalancer.builder("orders", registry(4)).build();
    List<Lease> open = new ArrayList<>();
    for (int i = 0; i < 8_000; i++) {
      open.add(balancer.acquire(EMPTY));
    }
    assertEquals(8_000, Fixtures.inFlight(balancer));
    AtomicInteger next = new AtomicInteger();
    AdmissionWordTest.together(
        8,
        () -> {
          for (int i = next.getAndIncrement(); i < open.size(); i = next.getAndIncrement()) {
            open.get(i).succeed();
            open.get(open.size() - 1 - i).fail();
          }
          return null;
        });
    assertEquals(0, Fixtures.inFlight(balancer));
    assertEquals(8_000, Fixtures.requests(balancer));
  }
}
