package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class RegistryListenerTest {
  private static final Instance A = Instance.of("a:1");
  private static final Instance B = Instance.of("b:1");
  private static final Instance C = Instance.of("c:1");

  private final InstanceRegistry registry = InstanceRegistry.builder().build();
  private final List<RegistryChange> changes = new ArrayList<>();

  private RegistryChange lastChange() {
    return changes.get(changes.size() - 1);
  }

  private static List<String> ids(List<Registration> registrations) {
    return registrations.stream().map(Registration::id).toList();
  }

  @Test
  void aSubscriberIsToldOfTheInitialStateBeforeSubscribeReturns() {
    registry.replaceAll(List.of(A, B));
    registry.deregister("a:1");
    registry.register(C, InstanceStatus.DOWN);
    registry.subscribe(changes::add);
    assertEquals(1, changes.size());
    assertEquals(0, lastChange().before().version());
    assertSame(registry.snapshot(), lastChange().after());
    assertEquals(registry.snapshot().registrations(), lastChange().added());
    assertEquals(List.of(), lastChange().removed());
    assertEquals(List.of(), lastChange().changed());
  }

  @Test
  void theInitialStateOfVersionOneIsWholeToo() {
    registry.replaceAll(List.of(A, B));
    registry.subscribe(changes::add);
    assertEquals(List.of("a:1", "b:1"), ids(lastChange().added()));
  }

  @Test
  void anEmptyRegistryTellsSoOnce() {
    registry.subscribe(changes::add);
    assertEquals(1, changes.size());
    assertEquals(0, lastChange().after().size());
    registry.register(A);
    assertEquals(2, changes.size());
    assertEquals(List.of("a:1"), ids(lastChange().added()));
  }

  @Test
  void eachChangeContinuesTheOneBefore() {
    registry.subscribe(changes::add);
    registry.register(A);
    registry.setStatus("a:1", InstanceStatus.DOWN);
    registry.deregister("a:1");
    assertEquals(4, changes.size());
    for (int i = 1; i < changes.size(); i++) {
      assertSame(changes.get(i - 1).after(), changes.get(i).before());
      assertEquals(i, changes.get(i).after().version());
    }
  }

  @Test
  void aListenerThatThrowsStopsNobodyAndIsCounted() {
    List<String> order = new ArrayList<>();
    registry.subscribe(
        change -> {
          order.add("exception");
          throw new IllegalStateException("listener");
        });
    registry.subscribe(
        change -> {
          order.add("error");
          throw new StackOverflowError("listener");
        });
    registry.subscribe(change -> order.add("good"));
    order.clear();
    assertEquals(2, registry.listenerFaults());
    registry.register(A);
    assertEquals(List.of("exception", "error", "good"), order);
    assertEquals(4, registry.listenerFaults());
    assertEquals(1, registry.snapshot().size());
  }

  @Test
  void aListenerThatThrewIsToldOfTheNextChange() {
    AtomicInteger calls = new AtomicInteger();
    registry.subscribe(
        change -> {
          changes.add(change);
          if (calls.incrementAndGet() == 2) {
            throw new IllegalStateException("second call");
          }
        });
    registry.register(A);
    registry.register(B);
    assertEquals(3, changes.size());
    assertEquals(List.of("b:1"), ids(lastChange().added()));
  }

  @Test
  @DisplayName("mutiny#1988: a fault whose own message throws wedges nothing")
  void aFaultThatCannotBePrintedIsContained() {
    registry.subscribe(
        change -> {
          changes.add(change);
          throw new RuntimeException() {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
              throw new IllegalStateException("no message");
            }
          };
        });
    registry.register(A);
    registry.register(B);
    assertEquals(3, changes.size());
    assertEquals(3, registry.listenerFaults());
  }

  @Test
  void aListenerMayChangeTheRegistryFromWithin() {
    Follower follower = new Follower();
    registry.subscribe(
        change -> {
          changes.add(change);
          if (change.after().version() < 5) {
            registry.register(Instance.of("host-" + change.after().size() + ":1"));
          }
        });
    registry.subscribe(follower);
    assertEquals(5, registry.snapshot().size());
    assertEquals(6, changes.size(), "calls follow one another and do not nest");
    for (int i = 1; i < changes.size(); i++) {
      assertSame(changes.get(i - 1).after(), changes.get(i).before());
    }
    registry.deregister("host-0:1");
    follower.check(registry);
    assertEquals(4, registry.snapshot().size());
  }

  @Test
  void callsFromWithinDoNotNest() {
    AtomicInteger depth = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    registry.subscribe(
        change -> {
          deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
          if (change.after().version() < 2_000) {
            registry.register(A);
          }
          depth.decrementAndGet();
        });
    assertEquals(2_000, registry.snapshot().version());
    assertEquals(1, deepest.get());
  }

  @Test
  void aClosedSubscriptionIsToldNothingMore() {
    Subscription subscription = registry.subscribe(changes::add);
    Follower other = new Follower();
    registry.subscribe(other);
    subscription.close();
    subscription.close();
    registry.register(A);
    assertEquals(1, changes.size());
    other.check(registry);
  }

  @Test
  void aListenerMayCloseItsSubscriptionFromWithin() {
    List<Subscription> subscriptions = new ArrayList<>();
    Follower other = new Follower();
    subscriptions.add(
        registry.subscribe(
            change -> {
              changes.add(change);
              if (!subscriptions.isEmpty()) {
                subscriptions.get(0).close();
                registry.register(C);
              }
            }));
    registry.subscribe(other);
    registry.register(A);
    registry.register(B);
    assertEquals(2, changes.size());
    other.check(registry);
    assertEquals(3, registry.snapshot().size());
  }

  @Test
  void aListenerMayCloseAnothersSubscription() {
    List<Subscription> victims = new ArrayList<>();
    registry.subscribe(change -> victims.forEach(Subscription::close));
    victims.add(registry.subscribe(changes::add));
    registry.register(A);
    registry.register(B);
    assertEquals(1, changes.size(), "the closing one comes first");
  }

  @Test
  void aListenerMaySubscribeAnotherFromWithin() {
    Follower late = new Follower();
    AtomicBoolean done = new AtomicBoolean();
    registry.subscribe(
        change -> {
          if (change.after().size() == 1 && done.compareAndSet(false, true)) {
            registry.subscribe(late);
          }
        });
    registry.register(A);
    late.check(registry);
    registry.register(B);
    late.check(registry);
    assertEquals(2, late.calls());
  }

  @Test
  void oneListenerMayHaveTwoSubscriptions() {
    RegistryListener listener = changes::add;
    Subscription first = registry.subscribe(listener);
    registry.subscribe(listener);
    registry.register(A);
    assertEquals(4, changes.size());
    first.close();
    registry.register(B);
    assertEquals(5, changes.size());
  }

  /** A listener blocks until another thread has changed the registry, which needs the lock. */
  @Test
  @DisplayName("stork#1274: no listener is called under the registry's lock")
  void aListenerIsNotCalledUnderTheLock() {
    AtomicBoolean once = new AtomicBoolean();
    List<Throwable> faults = Collections.synchronizedList(new ArrayList<>());
    Follower other = new Follower();
    registry.subscribe(
        change -> {
          if (!once.compareAndSet(false, true)) {
            return;
          }
          try {
            Threads.elsewhere(
                () -> {
                  registry.register(B);
                  registry.update(B.withWeight(2));
                  registry.setStatus("b:1", InstanceStatus.DOWN);
                  registry.subscribe(other).close();
                  registry.drain("b:1", Duration.ofDays(1));
                  registry.replaceAll(List.of(A, C));
                  registry.deregister("a:1");
                });
          } catch (Exception e) {
            faults.add(e);
          }
        });
    assertEquals(List.of(), faults);
    assertTrue(once.get());
    assertEquals(List.of("c:1"), ids(registry.snapshot().registrations()));
  }

  @Test
  void whenIdleIsNotAskedUnderTheLock() {
    List<Throwable> faults = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean asked = new AtomicBoolean();
    registry.register(A);
    registry.subscribe(
        new RegistryListener() {
          @Override
          public void onChange(RegistryChange change) {}

          @Override
          public CompletionStage<?> whenIdle(Registration draining) {
            asked.set(true);
            try {
              Threads.elsewhere(() -> registry.register(B));
            } catch (Exception e) {
              faults.add(e);
            }
            return RegistryListener.super.whenIdle(draining);
          }
        });
    registry.drain("a:1", Duration.ofDays(1)).join();
    assertTrue(asked.get());
    assertEquals(List.of(), faults);
    assertEquals(2, registry.snapshot().size());
  }

  /** Many changes while the listener is busy come as one, which still is exact. */
  @Test
  void aSlowListenerGetsOneDiffForAllItMissed() throws Exception {
    registry.replaceAll(List.of(A, B, C));
    long keptIncarnation = registry.snapshot().find("c:1").incarnation();
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    Follower follower = new Follower();
    registry.subscribe(
        change -> {
          changes.add(change);
          follower.onChange(change);
          if (stop.compareAndSet(true, false)) {
            busy.countDown();
            try {
              assertTrue(goOn.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        });
    stop.set(true);
    Threads.together(
        List.of(
            () -> registry.setStatus("a:1", InstanceStatus.DOWN),
            () -> {
              assertTrue(busy.await(30, TimeUnit.SECONDS));
              registry.deregister("a:1"); // gone for good
              registry.register(B); // a new incarnation
              registry.setStatus("c:1", InstanceStatus.DOWN);
              registry.setStatus("c:1", InstanceStatus.DEGRADED); // one change of two
              registry.register(Instance.of("d:1"));
              registry.deregister("d:1"); // never seen
              registry.register(Instance.of("e:1")); // new
              goOn.countDown();
            }));
    follower.check(registry);
    assertEquals(3, changes.size());
    assertEquals(registry.snapshot().version(), lastChange().after().version());
    assertEquals(List.of("b:1", "a:1"), ids(lastChange().removed()));
    assertEquals(List.of("b:1", "e:1"), ids(lastChange().added()));
    assertEquals(1, lastChange().changed().size());
    RegistryChange.Update update = lastChange().changed().get(0);
    assertEquals(InstanceStatus.UP, update.before().status());
    assertEquals(InstanceStatus.DEGRADED, update.after().status());
    assertEquals(keptIncarnation, update.after().incarnation());
  }

  /** The change that a writer publishes meanwhile must not be told before the initial state. */
  @Test
  @DisplayName("armeria#6786, armeria#5302: nothing is visible before it is populated")
  void aWriterDoesNotTakeTheFirstCallFromTheSubscribingThread() {
    Follower follower = new Follower();
    registry.register(A);
    Subscriber subscriber =
        new Subscriber(
            follower,
            registry::snapshot,
            new FaultExit(LoggerFactory.getLogger(getClass()), "test"),
            closed -> {});
    subscriber.catchUp(); // a writer that found it in the list
    assertEquals(0, follower.calls());
    subscriber.start();
    assertEquals(1, follower.calls());
    follower.check(registry);
    registry.register(B);
    subscriber.catchUp();
    follower.check(registry);
    assertEquals(2, follower.calls());
  }
}
