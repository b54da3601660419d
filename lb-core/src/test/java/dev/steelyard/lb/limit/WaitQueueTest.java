package dev.steelyard.lb.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.resilience.RequestRefusedException;
import dev.steelyard.lb.resilience.RequestRefusedException.Reason;
import dev.steelyard.lb.testing.Allocations;
import dev.steelyard.lb.testing.ManualScheduler;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitQueueTest {
  private static final long MILLI = 1_000_000L;
  private static final long MAX_WAIT = 100 * MILLI;

  private final AtomicLong clock = new AtomicLong(-50 * MILLI);
  private final ManualScheduler scheduler = new ManualScheduler();
  private final List<String> woken = new ArrayList<>();

  private WaitQueue queue(int capacity, boolean lifo) {
    return new WaitQueue("orders", capacity, MAX_WAIT, lifo, scheduler, clock::get);
  }

  private void advance(long millis) {
    clock.addAndGet(millis * MILLI);
    scheduler.advance(Duration.ofMillis(millis));
  }

  private Waiter joins(WaitQueue queue, String name) {
    Waiter waiter = queue.join();
    var unused = waiter.thenRun(() -> woken.add(name));
    return waiter;
  }

  private static Reason refusal(Waiter waiter) {
    var e = assertThrows(CompletionException.class, () -> waiter.join());
    return ((RequestRefusedException) e.getCause()).reason();
  }

  @Test
  void turnsGoToWhoCameFirstOneByOne() {
    WaitQueue queue = queue(10, false);
    for (String name : List.of("a", "b", "c")) {
      joins(queue, name);
    }
    assertEquals(3, queue.waiting());
    queue.release();
    assertEquals(List.of("a"), woken);
    queue.release();
    queue.release();
    queue.release();
    assertEquals(List.of("a", "b", "c"), woken);
    assertEquals(0, queue.waiting());
    assertEquals(0, scheduler.pending(), "no timeout is left behind");
  }

  @Test
  void aReleaseWhileNobodyWaitsIsNotSavedUp() {
    WaitQueue queue = queue(10, false);
    queue.release();
    assertFalse(queue.join().isDone());
  }

  @Test
  void whenItIsFullTheNextIsRefused() {
    WaitQueue queue = queue(2, false);
    joins(queue, "a");
    Waiter second = joins(queue, "b");
    assertEquals(Reason.QUEUE_FULL, refusal(queue.join()));
    assertEquals(1, queue.refused());
    assertTrue(second.cancel(false), "who gives up frees the place at once");
    assertFalse(queue.join().isDone());
    assertEquals(2, queue.waiting());
  }

  @Test
  void whoWaitsTooLongIsToldSoByTheScheduler() {
    WaitQueue queue = queue(10, false);
    Waiter byTheLine = queue.join();
    Waiter byDeadline = queue.join(clock.get() + 30 * MILLI);
    Waiter farDeadline = queue.join(clock.get() + Long.MAX_VALUE / 2);
    advance(29);
    assertFalse(byDeadline.isDone());
    advance(1);
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(byDeadline));
    assertFalse(byTheLine.isDone());
    advance(70);
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(byTheLine));
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(farDeadline));
    assertEquals(3, queue.timedOut());
    assertEquals(0, queue.waiting());
  }

  @Test
  void aDeadlineThatHasPassedIsRefusedAtOnce() {
    WaitQueue queue = queue(10, false);
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(queue.join(clock.get())));
    assertEquals(1, queue.timedOut());
    assertEquals(0, queue.refused());
    assertEquals(0, queue.waiting());
  }

  @Test
  void aTurnIsNotSpentOnOneWhoseTimeIsOver() {
    WaitQueue queue = queue(10, false);
    Waiter late = queue.join(clock.get() + 10 * MILLI);
    joins(queue, "in time");
    clock.addAndGet(10 * MILLI); // the scheduler is behind
    queue.release();
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(late));
    assertEquals(List.of("in time"), woken);
  }

  @Test
  void underOverloadTurnsGoToWhoCameLast() {
    WaitQueue queue = queue(10, true);
    joins(queue, "old");
    advance(40);
    joins(queue, "middle");
    queue.release();
    assertEquals(List.of("old"), woken, "first come, while the first has not waited long");
    joins(queue, "new");
    advance(51);
    joins(queue, "newest");
    queue.release();
    queue.release();
    assertEquals(List.of("old", "newest", "new"), woken);
    queue.release();
    assertEquals(List.of("old", "newest", "new", "middle"), woken);
  }

  @Test
  void withoutThatKnobTurnsStayInOrder() {
    WaitQueue queue = queue(10, false);
    joins(queue, "old");
    advance(90);
    joins(queue, "new");
    queue.release();
    assertEquals(List.of("old"), woken);
  }

  /** Netflix concurrency-limits#179: a token was lost when a wake-up raced with giving up. */
  @Test
  void whoWasWokenAndGivesUpPassesItOnOnce() {
    WaitQueue queue = queue(10, false);
    Waiter first = queue.join();
    joins(queue, "b");
    joins(queue, "c");
    queue.release();
    assertTrue(first.isDone());
    assertFalse(first.cancel(false));
    assertEquals(List.of("b"), woken);
    assertFalse(first.cancel(true), "a second time does nothing");
    assertEquals(List.of("b"), woken);
    assertEquals(1, queue.waiting());
  }

  @Test
  void whoTimedOutOrWasRefusedHasNothingToPassOn() {
    WaitQueue queue = queue(2, false);
    Waiter late = queue.join(clock.get() + MILLI);
    joins(queue, "b");
    Waiter refused = queue.join();
    refused.cancel(false);
    advance(1);
    late.cancel(false);
    assertEquals(List.of(), woken);
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(late));
  }

  @Test
  void givingUpInTheMiddleLeavesTheOthersInOrder() {
    WaitQueue queue = queue(10, false);
    List<Waiter> waiters = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waiters.add(joins(queue, String.valueOf(i)));
    }
    for (int gone : new int[] {2, 0, 5}) {
      assertTrue(waiters.get(gone).cancel(false));
      assertTrue(waiters.get(gone).isCancelled());
    }
    assertEquals(3, queue.waiting());
    queue.releaseAll();
    assertEquals(List.of("1", "3", "4"), woken);
    assertEquals(0, scheduler.pending());
  }

  @Test
  void whoFindsNoRoomGetsItsPlaceBackAndNotMoreTime() {
    WaitQueue queue = queue(3, false);
    Waiter first = queue.join();
    Waiter second = queue.join();
    joins(queue, "c");
    queue.release();
    queue.release();
    joins(queue, "d");
    joins(queue, "e");
    advance(60);
    // In any order, and although the line is full again.
    Waiter secondAgain = queue.rejoin(second);
    Waiter firstAgain = queue.rejoin(first);
    assertEquals(5, queue.waiting());
    queue.release();
    assertTrue(firstAgain.isDone());
    queue.release();
    assertTrue(secondAgain.isDone());
    assertEquals(List.of(), woken);
    queue.release();
    assertEquals(List.of("c"), woken);
    Waiter third = queue.rejoin(secondAgain);
    advance(40);
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(third));
    assertEquals(Reason.QUEUE_TIMEOUT, refusal(queue.rejoin(firstAgain)));
  }

  /** A completion that frees room at once would go one frame deeper with each waiter. */
  @Test
  void aLongLineOfWaitersThatEndAtOnceDoesNotOverflowTheStack() {
    WaitQueue queue = queue(100_000, false);
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < 100_000; i++) {
      var unused =
          queue
              .join()
              .thenRun(
                  () -> {
                    done.incrementAndGet();
                    queue.release();
                  });
    }
    queue.release();
    assertEquals(100_000, done.get());
    assertEquals(0, queue.waiting());
  }

  @Test
  void completionsRunOutsideTheLock() throws Exception {
    WaitQueue queue = queue(10, false);
    Waiter waiter = queue.join();
    var joinedElsewhere =
        waiter.thenRun(
            () -> {
              try {
                Threads.elsewhere(() -> joins(queue, "another thread"));
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    queue.release();
    joinedElsewhere.join();
    assertEquals(1, queue.waiting());
  }

  @Test
  void anInterruptOfOneWhoBlocksFreesItsPlace() throws Exception {
    WaitQueue queue = queue(10, false);
    AtomicInteger interrupted = new AtomicInteger();
    CountDownLatch joined = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              Waiter waiter = queue.join();
              joined.countDown();
              try {
                waiter.await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
              }
            });
    thread.start();
    assertTrue(joined.await(30, TimeUnit.SECONDS));
    thread.interrupt();
    thread.join(30_000);
    assertEquals(1, interrupted.get());
    assertEquals(0, queue.waiting());
  }

  @Test
  void awaitThrowsWhyItWasRefused() throws Exception {
    WaitQueue queue = queue(1, false);
    Waiter waiter = queue.join();
    var full = assertThrows(RequestRefusedException.class, () -> queue.join().await());
    assertEquals(Reason.QUEUE_FULL, full.reason());
    queue.release();
    waiter.await();
  }

  @Test
  void aSchedulerThatThrowsLeavesNobodyInTheLine() {
    Scheduler broken =
        (delay, task) -> {
          throw new IllegalStateException("closed");
        };
    WaitQueue queue = new WaitQueue("orders", 1, MAX_WAIT, false, broken, clock::get);
    assertThrows(IllegalStateException.class, queue::join);
    assertEquals(0, queue.waiting());
  }

  @Test
  void badArgumentsAreNamed() {
    assertThrows(IllegalArgumentException.class, () -> queue(0, false));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new WaitQueue("orders", 1, 0, false, scheduler, clock::get));
    assertTrue(e.getMessage().startsWith("maxWaitNanos: 0"), e.getMessage());
  }

  /** A room of some places, and the protocol of the line. */
  private static final class Room {
    final Semaphore places;
    final WaitQueue queue;

    Room(int places, WaitQueue queue) {
      this.places = new Semaphore(places);
      this.queue = queue;
    }

    void leave() {
      places.release();
      queue.release();
    }

    void enterBlocking() throws InterruptedException {
      if (places.tryAcquire()) {
        return;
      }
      for (Waiter waiter = queue.join(); ; waiter = queue.rejoin(waiter)) {
        if (places.tryAcquire()) {
          waiter.cancel(false);
          return;
        }
        waiter.await();
        if (places.tryAcquire()) {
          return;
        }
      }
    }

    CompletableFuture<Void> enterAsync() {
      CompletableFuture<Void> entered = new CompletableFuture<>();
      if (places.tryAcquire()) {
        entered.complete(null);
      } else {
        attempt(queue.join(), entered);
      }
      return entered;
    }

    private void attempt(Waiter waiter, CompletableFuture<Void> entered) {
      if (places.tryAcquire()) {
        waiter.cancel(false);
        entered.complete(null);
        return;
      }
      var unused =
          waiter.whenComplete(
              (turn, refused) -> {
                if (refused != null) {
                  entered.completeExceptionally(refused);
                } else if (places.tryAcquire()) {
                  entered.complete(null);
                } else {
                  attempt(queue.rejoin(waiter), entered);
                }
              });
    }
  }

  /**
   * Netflix concurrency-limits#140, #180 (more than the limit), #179 (less and less); failsafe#365,
   * #366 (a permit handed to one who had not claimed it).
   */
  @Test
  void manyThreadsShareFewPlacesAndNoneIsLost() throws Exception {
    Scheduler never = (delay, task) -> () -> {};
    for (boolean lifo : new boolean[] {false, true}) {
      Room room = new Room(3, new WaitQueue("orders", 1_000, MAX_WAIT, lifo, never, clock::get));
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger entries = new AtomicInteger();
      List<Threads.Body> bodies = new ArrayList<>();
      for (int t = 0; t < 12; t++) {
        boolean blocking = t % 2 == 0;
        boolean fickle = t % 3 == 0;
        bodies.add(
            () -> {
              for (int i = 0; i < 3_000; i++) {
                if (fickle && i % 2 == 0) {
                  room.queue.join().cancel(false); // perhaps woken, perhaps not
                }
                if (blocking) {
                  room.enterBlocking();
                } else {
                  room.enterAsync().get(50, TimeUnit.SECONDS);
                }
                assertTrue(inside.incrementAndGet() <= 3);
                entries.incrementAndGet();
                inside.decrementAndGet();
                room.leave();
              }
            });
      }
      Threads.together(bodies);
      assertEquals(36_000, entries.get());
      assertEquals(3, room.places.availablePermits());
      assertEquals(0, room.queue.waiting());
    }
  }

  /** Timeouts race with turns: each waiter ends once, and each turn finds one. */
  @Test
  void everyWaiterEndsOnceWhileTimeoutsRaceWithTurns() throws Exception {
    for (int round = 0; round < 200; round++) {
      WaitQueue queue = queue(100, round % 2 == 0);
      List<Waiter> waiters = Collections.synchronizedList(new ArrayList<>());
      AtomicInteger turns = new AtomicInteger();
      for (int i = 0; i < 20; i++) {
        Waiter waiter = queue.join();
        waiters.add(waiter);
        var unused = waiter.thenRun(turns::incrementAndGet);
      }
      Threads.together(
          List.of(
              () -> {
                for (int i = 0; i < 5; i++) {
                  queue.release();
                }
              },
              () -> scheduler.advance(Duration.ofNanos(MAX_WAIT)),
              () -> {
                for (int i = 0; i < 20; i += 3) {
                  waiters.get(i).cancel(false);
                }
              }));
      assertTrue(waiters.stream().allMatch(CompletableFuture::isDone));
      assertEquals(0, queue.waiting());
      assertEquals(0, scheduler.pending());
    }
  }

  @Test
  void aReleaseAllocatesNothingWhenNobodyWaits() throws Exception {
    WaitQueue queue = queue(10, true);
    assertTrue(Allocations.bytesPerRun(50_000, queue::release) < 0.1);
  }
}
