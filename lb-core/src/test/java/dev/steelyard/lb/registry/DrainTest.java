package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class DrainTest {
  private static final Instance A = Instance.of("a:1");
  private static final Instance B = Instance.of("b:1");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualScheduler scheduler = new ManualScheduler();
  private final InstanceRegistry registry = InstanceRegistry.builder().scheduler(scheduler).build();

  DrainTest() {
    registry.replaceAll(List.of(A, B));
  }

  /** A user of instances that is busy until it is told otherwise. */
  private static final class Busy implements RegistryListener {
    final List<String> calls = new ArrayList<>();
    final List<CompletableFuture<Void>> idle = new ArrayList<>();

    @Override
    public void onChange(RegistryChange change) {
      calls.add("change " + change.after().version());
    }

    @Override
    public CompletionStage<?> whenIdle(Registration draining) {
      calls.add("idle? " + draining.id() + " " + draining.status());
      CompletableFuture<Void> stage = new CompletableFuture<>();
      idle.add(stage);
      return stage;
    }

    void becomeIdle() {
      idle.forEach(stage -> stage.complete(null));
    }
  }

  private Busy subscribeBusy() {
    Busy busy = new Busy();
    registry.subscribe(busy);
    return busy;
  }

  private InstanceStatus status(String id) {
    return registry.snapshot().find(id).status();
  }

  private void assertEnded(DrainResult result, CompletableFuture<DrainResult> drain) {
    assertTrue(drain.isDone());
    assertEquals(result, drain.getNow(null));
    assertEquals(0, scheduler.pending(), "no timer is left");
  }

  @Test
  void withoutSubscribersItIsDrainedAtOnce() {
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    assertEnded(DrainResult.DRAINED, drain);
    assertEquals(InstanceStatus.DRAINING, status("a:1"));
    assertEquals(InstanceStatus.UP, status("b:1"));
    assertEquals(2, registry.snapshot().size(), "it stays registered");
  }

  @Test
  void whereAllListenersAreIdleItIsDrainedAtOnce() {
    registry.subscribe(change -> {});
    registry.subscribe(change -> {});
    assertEnded(DrainResult.DRAINED, registry.drain("a:1", MINUTE));
  }

  @Test
  void itWaitsUntilTheLastListenerIsIdle() {
    Busy first = subscribeBusy();
    Busy second = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    assertFalse(drain.isDone());
    first.becomeIdle();
    assertFalse(drain.isDone());
    second.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
  }

  @Test
  void aStageThatFailsCountsAsIdle() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    busy.idle.get(0).completeExceptionally(new IllegalStateException("lost track"));
    assertEnded(DrainResult.DRAINED, drain);
    assertEquals(0, registry.listenerFaults());
  }

  @Test
  @DisplayName("servicetalk#3545: a listener is asked only after it was told of the draining")
  void aListenerIsToldBeforeItIsAsked() {
    Busy busy = subscribeBusy();
    registry.drain("a:1", MINUTE);
    assertEquals(List.of("change 1", "change 2", "idle? a:1 DRAINING"), busy.calls);
  }

  @Test
  void onceDrainedNothingIsLeftWhenTheDeadlineComes() {
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    scheduler.advance(MINUTE.multipliedBy(2));
    assertEnded(DrainResult.DRAINED, drain);
  }

  @Test
  void theDeadlinePassesExactlyAtTheTimeout() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    scheduler.advance(MINUTE.minusNanos(1));
    assertFalse(drain.isDone());
    scheduler.advance(Duration.ofNanos(1));
    assertEnded(DrainResult.DEADLINE_PASSED, drain);
    assertEquals(InstanceStatus.DRAINING, status("a:1"));
    busy.becomeIdle();
    assertEquals(DrainResult.DEADLINE_PASSED, drain.getNow(null));
  }

  @ParameterizedTest
  @EnumSource(
      value = InstanceStatus.class,
      names = {"UP", "DEGRADED", "STARTING"})
  void aStatusThatTakesItBackIntoUseCancels(InstanceStatus status) {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    registry.setStatus("a:1", status);
    assertEnded(DrainResult.CANCELLED, drain);
    assertEquals(status, status("a:1"));
    busy.becomeIdle();
    assertEquals(DrainResult.CANCELLED, drain.getNow(null));
  }

  @ParameterizedTest
  @EnumSource(
      value = InstanceStatus.class,
      names = {"DOWN", "MAINTENANCE", "DRAINING"})
  void anotherStatusDoesNotEndTheWaiting(InstanceStatus status) {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    registry.setStatus("a:1", status);
    assertFalse(drain.isDone());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
    assertEquals(status, status("a:1"));
  }

  @Test
  void oneThatIsDeregisteredStillDrains() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    registry.deregister("a:1");
    assertFalse(drain.isDone());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
    assertNull(registry.snapshot().find("a:1"));
  }

  @Test
  @DisplayName("servicetalk#3545: a new incarnation does not resurrect the old one's drain")
  void oneThatIsRegisteredAgainStillDrains() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    registry.register(A);
    registry.setStatus("a:1", InstanceStatus.DEGRADED);
    assertFalse(drain.isDone());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
    assertEquals(InstanceStatus.DEGRADED, status("a:1"));
  }

  @Test
  @DisplayName("ribbon#431: a refreshed list does not take a draining instance back into use")
  void aRefreshedListLeavesTheDrainAlone() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    registry.replaceAll(List.of(A.withWeight(5), B));
    assertFalse(drain.isDone());
    assertEquals(InstanceStatus.DRAINING, status("a:1"));
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
  }

  @Test
  void changesOfOthersDoNotTouchIt() {
    subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    registry.setStatus("b:1", InstanceStatus.DOWN);
    registry.setStatus("b:1", InstanceStatus.UP);
    registry.deregister("b:1");
    assertFalse(drain.isDone());
  }

  @Test
  void anUnknownIdFailsAndSchedulesNothing() {
    CompletableFuture<DrainResult> drain = registry.drain("unknown", MINUTE);
    CompletionException failure = assertThrows(CompletionException.class, drain::join);
    assertInstanceOf(IllegalArgumentException.class, failure.getCause());
    assertEquals("id: unknown (expected: a registered instance)", failure.getCause().getMessage());
    assertEquals(0, scheduler.scheduled());
    assertEquals(1, registry.snapshot().version());
  }

  @Test
  void aTimeoutThatIsNotPositiveIsRefusedAndNothingIsChanged() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> registry.drain("a:1", Duration.ZERO));
    assertTrue(refusal.getMessage().startsWith("timeout: PT0S"), refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> registry.drain("a:1", Duration.ofDays(-1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> registry.drain("a:1", Duration.ofSeconds(Long.MAX_VALUE)));
    assertEquals(InstanceStatus.UP, status("a:1"));
  }

  @Test
  void aListenerWhoseWhenIdleThrowsIsCountedAndNotWaitedFor() {
    registry.subscribe(
        new RegistryListener() {
          @Override
          public void onChange(RegistryChange change) {}

          @Override
          public CompletionStage<?> whenIdle(Registration draining) {
            throw new AssertionError("whenIdle");
          }
        });
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    assertFalse(drain.isDone(), "the other one is asked all the same");
    assertEquals(1, registry.listenerFaults());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
  }

  @Test
  void aListenerWhoseWhenIdleReturnsNullIsCountedAndNotWaitedFor() {
    registry.subscribe(
        new RegistryListener() {
          @Override
          public void onChange(RegistryChange change) {}

          @Override
          public CompletionStage<?> whenIdle(Registration draining) {
            return null;
          }
        });
    assertEnded(DrainResult.DRAINED, registry.drain("a:1", MINUTE));
    assertEquals(1, registry.listenerFaults());
  }

  @Test
  void closingASubscriptionBeforeItIsAskedReleasesItsHold() {
    Busy busy = new Busy();
    List<Subscription> subscription = new ArrayList<>();
    CompletableFuture<?>[] drain = new CompletableFuture<?>[1];
    subscription.add(
        registry.subscribe(
            new RegistryListener() {
              @Override
              public void onChange(RegistryChange change) {
                if (change.after().version() == 2) {
                  drain[0] = registry.drain("a:1", MINUTE); // is asked after this call
                  subscription.get(0).close();
                  assertFalse(drain[0].isDone());
                }
              }

              @Override
              public CompletionStage<?> whenIdle(Registration draining) {
                return busy.whenIdle(draining);
              }
            }));
    registry.setStatus("b:1", InstanceStatus.DOWN);
    assertTrue(drain[0].isDone());
    assertSame(DrainResult.DRAINED, drain[0].getNow(null));
    assertEquals(List.of(), busy.calls);
    assertEquals(0, scheduler.pending());
  }

  @Test
  void aListenerThatWasAskedIsWaitedForAlsoAfterItsSubscriptionIsClosed() {
    Busy busy = new Busy();
    Subscription subscription = registry.subscribe(busy);
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    subscription.close(); // what is in flight is not over with it
    assertFalse(drain.isDone());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
  }

  @Test
  void aClosedSubscriptionIsNotAsked() {
    Busy busy = new Busy();
    registry.subscribe(busy).close();
    assertEnded(DrainResult.DRAINED, registry.drain("a:1", MINUTE));
    assertEquals(List.of("change 1"), busy.calls);
  }

  @Test
  void aSubscriberThatComesLaterIsNotWaitedFor() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    Busy late = subscribeBusy();
    assertEquals(List.of("change 2"), late.calls, "it has never used the instance");
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drain);
  }

  @Test
  void theUserMayStopTheWaiting() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> drain = registry.drain("a:1", MINUTE);
    assertTrue(drain.cancel(true));
    assertEquals(0, scheduler.pending());
    assertEquals(InstanceStatus.DRAINING, status("a:1"));
    busy.becomeIdle();
    assertTrue(drain.isCancelled());
    registry.setStatus("a:1", InstanceStatus.UP);
    assertEquals(InstanceStatus.UP, status("a:1"));
  }

  @Test
  void drainingTwiceIsTwoWaitsWithDeadlinesOfTheirOwn() {
    Busy busy = subscribeBusy();
    CompletableFuture<DrainResult> shorter = registry.drain("a:1", MINUTE);
    CompletableFuture<DrainResult> longer = registry.drain("a:1", MINUTE.multipliedBy(3));
    assertEquals(2, scheduler.pending());
    scheduler.advance(MINUTE);
    assertEquals(DrainResult.DEADLINE_PASSED, shorter.getNow(null));
    assertFalse(longer.isDone());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, longer);
  }

  @Test
  void takingItBackCancelsEveryDrainOfIt() {
    subscribeBusy();
    CompletableFuture<DrainResult> first = registry.drain("a:1", MINUTE);
    CompletableFuture<DrainResult> second = registry.drain("a:1", MINUTE);
    CompletableFuture<DrainResult> other = registry.drain("b:1", MINUTE);
    registry.setStatus("a:1", InstanceStatus.UP);
    assertEquals(DrainResult.CANCELLED, first.getNow(null));
    assertEquals(DrainResult.CANCELLED, second.getNow(null));
    assertFalse(other.isDone());
    assertEquals(1, scheduler.pending());
  }

  @Test
  void itCanBeDrainedAgainAfterItWasTakenBack() {
    Busy busy = subscribeBusy();
    registry.drain("a:1", MINUTE);
    registry.setStatus("a:1", InstanceStatus.UP);
    CompletableFuture<DrainResult> again = registry.drain("a:1", MINUTE);
    assertFalse(again.isDone());
    assertEquals(2, busy.idle.size());
    busy.idle.get(1).complete(null);
    assertEnded(DrainResult.DRAINED, again);
  }

  @Test
  void whoeverWaitsMayUseTheRegistryOnCompletion() {
    Busy busy = subscribeBusy();
    CompletableFuture<Boolean> removed =
        registry
            .drain("a:1", MINUTE)
            .thenApply(result -> result == DrainResult.DRAINED && registry.deregister("a:1"));
    busy.becomeIdle();
    assertTrue(removed.getNow(null));
    assertEquals(1, registry.snapshot().size());
  }

  @Test
  void aListenerMayDrainFromWithin() {
    List<CompletableFuture<DrainResult>> drains = new ArrayList<>();
    Busy busy = subscribeBusy();
    registry.subscribe(
        change -> {
          if (drains.isEmpty() && change.after().find("b:1").status() == InstanceStatus.DOWN) {
            drains.add(registry.drain("a:1", MINUTE));
          }
        });
    registry.setStatus("b:1", InstanceStatus.DOWN);
    assertFalse(drains.get(0).isDone());
    busy.becomeIdle();
    assertEnded(DrainResult.DRAINED, drains.get(0));
  }

  @Test
  void aListenerThatDrainsFromWithinIsToldBeforeItIsAsked() {
    Busy busy = new Busy();
    registry.subscribe(
        new RegistryListener() {
          @Override
          public void onChange(RegistryChange change) {
            busy.onChange(change);
            if (change.after().version() == 2) {
              registry.drain("a:1", MINUTE);
              busy.calls.add("drain returned");
            }
          }

          @Override
          public CompletionStage<?> whenIdle(Registration draining) {
            return busy.whenIdle(draining);
          }
        });
    registry.setStatus("b:1", InstanceStatus.DOWN);
    assertEquals(
        List.of("change 1", "change 2", "drain returned", "change 3", "idle? a:1 DRAINING"),
        busy.calls);
  }

  @Test
  void oneThatIsTakenBackBeforeTheWaitingBeginsIsCancelled() {
    registry.subscribe(
        change -> {
          if (change.after().find("a:1").status() == InstanceStatus.DRAINING) {
            registry.setStatus("a:1", InstanceStatus.UP);
          }
        });
    subscribeBusy();
    assertEnded(DrainResult.CANCELLED, registry.drain("a:1", MINUTE));
    assertEquals(InstanceStatus.UP, status("a:1"));
  }

  @Test
  void aSchedulerThatRefusesFailsTheFutureAndLeavesNothingBehind() {
    InstanceRegistry refused =
        InstanceRegistry.builder()
            .scheduler(
                (delay, task) -> {
                  throw new RejectedExecutionException("shut down");
                })
            .build();
    refused.register(A);
    Busy busy = new Busy();
    refused.subscribe(busy);
    CompletableFuture<DrainResult> drain = refused.drain("a:1", MINUTE);
    CompletionException failure = assertThrows(CompletionException.class, drain::join);
    assertInstanceOf(RejectedExecutionException.class, failure.getCause());
    assertEquals(InstanceStatus.DRAINING, refused.snapshot().find("a:1").status());
    assertEquals(1, busy.idle.size(), "no question is left in a queue");
  }
}
