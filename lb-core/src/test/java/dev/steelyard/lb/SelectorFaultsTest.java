package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.first;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.registry;
import static dev.steelyard.lb.Fixtures.selector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.DrainResult;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a selector of the user's may do wrong, and changes of the list at awkward moments. */
@Timeout(60)
class SelectorFaultsTest {
  private final InstanceRegistry registry = registry(2);

  private LoadBalancer balancer(Selector selector) {
    return LoadBalancer.builder("orders", registry).selector(selector).build();
  }

  /** Throws while it is told to. */
  private static final class Moody implements Selector {
    private Throwable mood;

    @Override
    public Picker prepare(Candidates candidates, Picker previous) {
      if (mood instanceof RuntimeException e) {
        throw e;
      }
      if (mood instanceof Error e) {
        throw e;
      }
      return Selectors.roundRobin().prepare(candidates, previous);
    }

    @Override
    public String toString() {
      return "moody";
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSelectorThatFailsOnTheFirstListFailsTheBuild(boolean error) {
    Moody moody = new Moody();
    moody.mood = error ? new NoClassDefFoundError("x") : new IllegalArgumentException("x");

    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> balancer(moody));

    assertSame(moody.mood, failure.getCause());
    assertEquals("orders: selector moody failed to prepare", failure.getMessage());
    long faults = registry.listenerFaults();
    registry.register(instance(5));
    assertEquals(faults, registry.listenerFaults(), "what failed to build still listens");
  }

  @Test
  void aSelectorThatReturnsNoPickerFailsTheBuild() {
    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> balancer((candidates, previous) -> null));
    assertEquals("picker", failure.getCause().getMessage());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSelectorThatFailsLaterLeavesTheLastPickerInPlace(boolean error) {
    Moody moody = new Moody();
    LoadBalancer balancer = balancer(moody);
    moody.mood = error ? new StackOverflowError("x") : new IllegalArgumentException("x");

    registry.register(instance(2));
    registry.setStatus(id(0), InstanceStatus.DOWN);

    assertEquals(2, registry.listenerFaults());
    for (int i = 0; i < 10; i++) {
      Lease lease = balancer.acquire(EMPTY);
      assertEquals(id(1), lease.instance().id(), "what is down refuses all the same");
      lease.succeed();
    }
    registry.deregister(id(1));
    assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));

    moody.mood = null;
    registry.setStatus(id(0), InstanceStatus.UP);
    List<String> picks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      picks.add(balancer.acquire(EMPTY).instance().id());
    }
    assertTrue(picks.contains(id(0)) && picks.contains(id(2)), picks::toString);
    assertEquals(3, registry.listenerFaults());
  }

  @Test
  void anInstanceIsDrainedEvenIfTheSelectorFailsOnTheNewList() throws Exception {
    Moody moody = new Moody();
    LoadBalancer balancer = balancer(moody);
    Lease zero = balancer.acquire(EMPTY.excluding(List.of(id(1))));
    moody.mood = new IllegalArgumentException("x");

    CompletableFuture<DrainResult> drain = registry.drain(id(0), Duration.ofHours(1));
    assertFalse(drain.isDone());
    for (int i = 0; i < 10; i++) {
      assertEquals(id(1), balancer.acquire(EMPTY).instance().id());
    }
    zero.succeed();
    assertEquals(DrainResult.DRAINED, drain.get());
  }

  @Test
  void anEndpointThatIsExcludedIsNotAccepted() {
    LoadBalancer balancer =
        balancer(selector(candidates -> (request, excluded, now) -> candidates.endpoint(0)));
    balancer.acquire(EMPTY).succeed();

    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class, () -> balancer.acquire(EMPTY.excluding(List.of(id(0)))));
    assertTrue(
        failure.getMessage().startsWith("orders: selector ")
            && failure
                .getMessage()
                .endsWith(" picked host-0:80#1, which is excluded or not its own"),
        failure.getMessage());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void anEndpointOfSomebodyElseIsNotAccepted() {
    LoadBalancer madeUp =
        balancer(selector(candidates -> (request, excluded, now) -> new FakeEndpoint(0)));
    assertThrows(IllegalStateException.class, () -> madeUp.acquire(EMPTY));

    Endpoint[] other = new Endpoint[1];
    LoadBalancer first =
        balancer(
            selector(
                candidates -> {
                  other[0] = candidates.endpoint(0);
                  return (request, excluded, now) -> candidates.endpoint(0);
                }));
    LoadBalancer second = balancer(selector(candidates -> (request, excluded, now) -> other[0]));
    assertThrows(IllegalStateException.class, () -> second.acquire(EMPTY));
    assertEquals(0, Fixtures.requests(first));
  }

  @Test
  void aPickerThatFailsFailsTheCallAndLeaksNothing() {
    LoadBalancer balancer =
        balancer(
            selector(
                candidates ->
                    (request, excluded, now) -> {
                      throw new UnsupportedOperationException("pick");
                    }));
    assertThrows(UnsupportedOperationException.class, () -> balancer.acquire(EMPTY));
    assertThrows(UnsupportedOperationException.class, () -> balancer.call(instance -> "never"));
    CompletableFuture<String> answer =
        balancer.callAsync(EMPTY, instance -> CompletableFuture.completedFuture("never"));
    assertTrue(answer.isCompletedExceptionally());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  /** Fails whenever something is excluded, as it is for retries. */
  private LoadBalancer failsOnRetry() {
    return balancer(
        selector(
            candidates ->
                (request, excluded, now) -> {
                  if (!excluded.isEmpty()) {
                    throw new UnsupportedOperationException("pick");
                  }
                  return candidates.endpoint(0);
                }));
  }

  @Test
  void aPickerThatFailsOnARetryLeavesTheFailureOfTheCall() {
    LoadBalancer balancer = failsOnRetry();
    IOException refused = new ConnectException("refused");
    assertSame(
        refused,
        assertThrows(
            IOException.class,
            () ->
                balancer.call(
                    instance -> {
                      throw refused;
                    })));
    assertEquals(1, balancer.snapshot().callbackFaults());
    assertEquals(0, balancer.snapshot().retries());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aPickerThatFailsOnARetryDoesNotLeaveAnAsynchronousCallWithoutAnEnd() {
    LoadBalancer balancer = failsOnRetry();
    IOException refused = new ConnectException("refused");
    CompletableFuture<String> sent = new CompletableFuture<>();
    CompletableFuture<String> answer = balancer.callAsync(EMPTY, instance -> sent);
    sent.completeExceptionally(refused);

    assertTrue(answer.isDone(), "the caller would wait for ever");
    assertSame(refused, assertThrows(CompletionException.class, answer::join).getCause());
    assertEquals(0, Fixtures.inFlight(balancer));
  }

  @Test
  void aPickerGetsTheTimeOnlyIfItsSelectorIsTimed() {
    FakeTicker ticker = new FakeTicker(77);
    List<Long> times = new ArrayList<>();
    for (boolean timed : new boolean[] {true, false}) {
      Selector spy =
          new Selector() {
            @Override
            public Picker prepare(Candidates candidates, Picker previous) {
              return (request, excluded, now) -> {
                times.add(now);
                return candidates.endpoint(0);
              };
            }

            @Override
            public boolean isTimed() {
              return timed;
            }
          };
      LoadBalancer.builder("orders", registry).selector(spy).ticker(ticker).build().acquire(EMPTY);
    }
    assertEquals(List.of(77L, 0L), times);
  }

  @Test
  void thePreviousPickerIsHandedOn() {
    List<Picker> previous = new ArrayList<>();
    List<Picker> made = new ArrayList<>();
    LoadBalancer balancer =
        balancer(
            (candidates, before) -> {
              previous.add(before);
              Picker picker = (request, excluded, now) -> null;
              made.add(picker);
              return picker;
            });
    registry.register(instance(2));
    registry.setStatus(id(0), InstanceStatus.DOWN);

    assertEquals(made.subList(0, 2), previous.subList(1, 3));
    assertEquals(3, balancer.snapshot().endpoints().size());
  }

  @Test
  void aPickFromAListThatHasChangedMeanwhileIsMadeAgain() {
    // The picker is read, then its instance leaves, then the picker answers with it.
    boolean[] change = {true};
    LoadBalancer balancer =
        balancer(
            selector(
                candidates ->
                    (request, excluded, now) -> {
                      if (change[0]) {
                        change[0] = false;
                        registry.setStatus(
                            candidates.endpoint(0).instance().id(), InstanceStatus.DOWN);
                      }
                      return candidates.endpoint(0);
                    }));
    Lease lease = balancer.acquire(EMPTY);
    assertEquals(id(1), lease.instance().id());
    assertEquals(0, Fixtures.find(balancer, id(0)).requests());
    assertEquals(0, Fixtures.find(balancer, id(0)).inFlight());
  }

  @Test
  void aRollingChangeDuringOneAcquireStillFindsTheInstanceThatIsUpNow() {
    // At every moment one of the two is up; what refused before the list changed may serve after.
    int[] picks = new int[1];
    registry.setStatus(id(1), InstanceStatus.MAINTENANCE);
    LoadBalancer balancer =
        balancer(
            selector(
                candidates ->
                    (request, excluded, now) -> {
                      Endpoint picked = null;
                      for (int i = 0; i < candidates.size(); i++) {
                        picked =
                            excluded.contains(candidates.endpoint(i))
                                ? picked
                                : candidates.endpoint(i);
                      }
                      if (picks[0]++ < 2) {
                        String up = picked.instance().id();
                        registry.setStatus(up.equals(id(0)) ? id(1) : id(0), InstanceStatus.UP);
                        registry.setStatus(up, InstanceStatus.MAINTENANCE);
                      }
                      return picked;
                    }));

    assertEquals(id(0), balancer.acquire(EMPTY).instance().id());
    assertEquals(3, picks[0]);
  }

  @Test
  void aBalancerThatIsClosedWhileAListIsPreparedOpensNothing() {
    LoadBalancer[] balancer = new LoadBalancer[1];
    List<Endpoint> prepared = new ArrayList<>();
    balancer[0] =
        balancer(
            selector(
                candidates -> {
                  if (balancer[0] != null) {
                    prepared.add(candidates.endpoint(candidates.size() - 1));
                    balancer[0].close();
                  }
                  return (request, excluded, now) -> candidates.endpoint(0);
                }));

    registry.register(instance(2));

    assertThrows(IllegalStateException.class, () -> balancer[0].acquire(EMPTY));
    LiveEndpoint added = (LiveEndpoint) prepared.get(0);
    assertEquals(id(2), added.instance().id());
    assertEquals(AdmissionWord.REFUSED, added.begin(false));
    assertTrue(balancer[0].snapshot().endpoints().isEmpty());
  }

  @Test
  void aListenerMayChangeTheRegistryFromWithinASelector() {
    boolean[] once = {true};
    LoadBalancer balancer =
        balancer(
            (candidates, previous) -> {
              if (once[0]) {
                once[0] = false;
                registry.register(instance(7));
              }
              return first().prepare(candidates, previous);
            });
    assertEquals(3, balancer.snapshot().endpoints().size());
    assertNull(balancer.snapshot().endpoints().get(2).latency());
  }
}
