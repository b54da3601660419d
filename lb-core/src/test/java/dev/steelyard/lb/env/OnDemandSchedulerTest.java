package dev.steelyard.lb.env;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OnDemandSchedulerTest {

  private static List<Thread> threadsNamed(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .toList();
  }

  @Test
  void thereIsNoThreadBeforeTheFirstTask() {
    assertEquals("Scheduler.onDemand(od-0)", Scheduler.onDemand("od-0").toString());
    assertEquals(List.of(), threadsNamed("od-0"));
  }

  @Test
  void aTaskRunsOnTheNamedDaemonThread() throws Exception {
    CompletableFuture<Thread> runner = new CompletableFuture<>();
    Scheduler.onDemand("od-1")
        .schedule(Duration.ofMillis(1), () -> runner.complete(Thread.currentThread()));
    Thread thread = runner.get(30, TimeUnit.SECONDS);
    assertEquals("od-1", thread.getName());
    assertTrue(thread.isDaemon());
    assertNotSame(Thread.currentThread(), thread);
  }

  /** ribbon#327, ribbon#348, eureka#872: schedulers whose threads outlive their use. */
  @Test
  void theThreadEndsByItselfAndTheNextTaskStartsAnother() throws Exception {
    Scheduler scheduler = Scheduler.onDemand("od-2");
    CompletableFuture<Thread> first = new CompletableFuture<>();
    scheduler.schedule(Duration.ZERO, () -> first.complete(Thread.currentThread()));
    Thread thread = first.get(30, TimeUnit.SECONDS);
    thread.join(30_000);
    assertFalse(thread.isAlive());
    assertEquals(List.of(), threadsNamed("od-2"));

    CompletableFuture<Thread> second = new CompletableFuture<>();
    scheduler.schedule(Duration.ZERO, () -> second.complete(Thread.currentThread()));
    assertNotSame(thread, second.get(30, TimeUnit.SECONDS));
  }

  @Test
  void theThreadEndsWhenTheOnlyTaskIsCancelledLongBeforeItIsDue() throws Exception {
    Scheduler scheduler = Scheduler.onDemand("od-3");
    Scheduler.Task task =
        scheduler.schedule(
            Duration.ofDays(1),
            () -> {
              throw new AssertionError("cancelled");
            });
    List<Thread> threads = threadsNamed("od-3");
    assertEquals(1, threads.size());
    task.cancel();
    task.cancel();
    threads.get(0).join(30_000);
    assertFalse(threads.get(0).isAlive());
  }

  @Test
  void aTaskThatThrowsDoesNotStopTheNext() throws Exception {
    Scheduler scheduler = Scheduler.onDemand("od-4");
    scheduler.schedule(
        Duration.ZERO,
        () -> {
          throw new AssertionError("the task's own fault");
        });
    CountDownLatch ran = new CountDownLatch(1);
    scheduler.schedule(Duration.ZERO, ran::countDown);
    assertTrue(ran.await(30, TimeUnit.SECONDS));
  }

  @Test
  void manyTasksShareOneThread() throws Exception {
    Scheduler scheduler = Scheduler.onDemand("od-5");
    CountDownLatch scheduledAll = new CountDownLatch(1);
    CountDownLatch ranAll = new CountDownLatch(3);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    scheduler.schedule(
        Duration.ZERO,
        () -> {
          try {
            scheduledAll.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    for (int millis : new int[] {3, 1, 2}) {
      scheduler.schedule(
          Duration.ofMillis(millis),
          () -> {
            threads.add(Thread.currentThread());
            ranAll.countDown();
          });
    }
    scheduledAll.countDown();
    assertTrue(ranAll.await(30, TimeUnit.SECONDS));
    assertEquals(1, threads.size());
  }
}
