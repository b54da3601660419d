package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Probes, listeners and executors that do what they should not. */
@Timeout(60)
class HostileProbeTest extends MonitorTestCase {

  /** Threads that the test waits for by what they do, and time that does not pass by itself. */
  private static Executor daemons(AtomicInteger most) {
    AtomicInteger now = new AtomicInteger();
    return work -> {
      Thread thread =
          new Thread(
              () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                work.run();
                now.decrementAndGet();
              },
              "hostile");
      thread.setDaemon(true);
      thread.start();
    };
  }

  @Test
  void aProbeThatThrowsSaysThatTheInstanceFails() {
    register("a");
    HealthMonitor monitor =
        start(
            builder(
                instance -> {
                  throw new IOException("no route");
                }));
    step();
    assertEquals(InstanceStatus.DOWN, status("a"));
    assertEquals("IOException: no route", health(monitor, "a").reason());
    step();
    assertEquals(2, health(monitor, "a").checks());
  }

  @Test
  void anErrorIsContainedToo() {
    register("a");
    register("b");
    HealthMonitor monitor =
        start(
            builder(
                instance -> {
                  throw new StackOverflowError();
                }));
    time.advance(Duration.ofSeconds(30));
    assertEquals("StackOverflowError", health(monitor, "a").reason());
    assertTrue(health(monitor, "b").checks() > 3);
  }

  @Test
  void nullIsAFailureWhereverItComesFrom() {
    register("a");
    register("b");
    HealthMonitor monitor =
        start(
            builder(
                instance ->
                    instance.id().equals("a") ? null : CompletableFuture.completedStage(null)));
    time.advance(Duration.ZERO);
    assertEquals("the probe returned null", health(monitor, "a").reason());
    assertEquals("the probe says no", health(monitor, "b").reason());
  }

  @Test
  void anExceptionWhoseMessageThrowsHasAReasonAllTheSame() {
    register("a");
    HealthMonitor monitor =
        start(
            builder(
                instance -> {
                  throw new IllegalStateException() {
                    @Override
                    public String getMessage() {
                      throw new IllegalStateException();
                    }
                  };
                }));
    step();
    assertEquals(InstanceStatus.DOWN, status("a"));
    assertTrue(health(monitor, "a").reason().length() < 50);
  }

  @Test
  void aLongReasonIsCut() {
    register("a");
    HealthMonitor monitor =
        start(
            builder(
                instance ->
                    CompletableFuture.failedStage(new IllegalStateException("x".repeat(10_000)))));
    step();
    assertEquals(200, health(monitor, "a").reason().length());
  }

  @Test
  void aStageThatNeverCompletesTimesOutAndIsCancelled() {
    register("a");
    probe.manual = true;
    HealthMonitor monitor = start(builder().timeout(Duration.ofMillis(700)));
    step();
    time.advance(Duration.ofMillis(699));
    assertEquals(InstanceStatus.UP, status("a"));
    time.advance(Duration.ofMillis(1));
    assertEquals(InstanceStatus.DOWN, status("a"));
    assertTrue(probe.last().answer().isCancelled());
    assertEquals(1, health(monitor, "a").timeouts());
    assertEquals(Duration.ofMillis(700), health(monitor, "a").lastCheckTook());
    assertEquals(0, monitor.summary().running());
  }

  /** A stage that calls back twice, and once more long after its time. */
  @Test
  void lateAndDoubleAnswersAreCountedAndDropped() {
    register("a");
    List<CompletableFuture<Boolean>> stages = new ArrayList<>();
    class Twice extends CompletableFuture<Boolean> {
      @Override
      public CompletableFuture<Boolean> whenComplete(
          BiConsumer<? super Boolean, ? super Throwable> action) {
        super.whenComplete(action);
        return super.whenComplete(action);
      }

      @Override
      public CompletableFuture<Boolean> toCompletableFuture() {
        throw new UnsupportedOperationException();
      }
    }
    HealthMonitor monitor =
        start(
            builder(
                instance -> {
                  stages.add(new Twice());
                  return stages.get(stages.size() - 1);
                }));
    step();
    stages.get(0).complete(true);
    assertEquals(1, health(monitor, "a").checks());
    assertEquals(1, monitor.summary().late());
    step();
    step();
    assertEquals(3, health(monitor, "a").health(), "timed out");
    stages.get(1).complete(true);
    assertEquals(3, health(monitor, "a").health());
    assertEquals(3, monitor.summary().late());
    assertEquals(0, monitor.summary().faults());
  }

  @Test
  void aListenerAndAHookThatThrowAreCountedAndChangeNothing() {
    register("a");
    HealthMonitor monitor =
        start(
            builder()
                .onUnhealthy(
                    Duration.ZERO,
                    sick -> {
                      throw new AssertionError("the hook's own fault");
                    }));
    monitor.listen(
        change -> {
          throw new AssertionError("the listener's own fault");
        });
    List<HealthMonitor.Transition> second = new ArrayList<>();
    monitor.listen(second::add);
    probe.broken.add("a");
    time.advance(Duration.ofSeconds(1));
    assertEquals(2, monitor.summary().faults());
    assertEquals(1, second.size());
    probe.broken.clear();
    time.advance(Duration.ofSeconds(30));
    assertEquals(InstanceStatus.UP, status("a"));
  }

  @Test
  void aListenerMayCloseTheMonitor() {
    register("a");
    register("b");
    HealthMonitor monitor = start(builder());
    monitor.listen(change -> monitor.close());
    probe.broken.addAll(List.of("a", "b"));
    time.advance(Duration.ofMinutes(1));
    assertEquals(0, time.pending());
  }

  @Test
  void atMostSoManyChecksRunAtOnceAndTheOthersWaitInOrder() {
    for (int i = 0; i < 10; i++) {
      register("i" + i);
    }
    probe.manual = true;
    HealthMonitor monitor = start(builder().maxConcurrent(3));
    time.advance(Duration.ZERO);
    assertEquals(3, monitor.summary().running());
    assertEquals(7, monitor.summary().waiting());
    registry.deregister("i4");
    for (int i = 0; i < 9; i++) {
      probe.asked.get(i).answer().complete(true);
    }
    assertEquals(3, probe.mostOpen);
    assertEquals(
        List.of("i0", "i1", "i2", "i3", "i5", "i6", "i7", "i8", "i9"),
        probe.asked.stream().map(ScriptedProbe.Asked::id).toList());
    assertEquals(0, monitor.summary().running());
    assertEquals(0, monitor.summary().waiting());
  }

  @Test
  void aProbeFunctionThatHangsHoldsOneThreadAndNoOtherInstance() throws Exception {
    Registration hangs = register("hangs");
    register("works");
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    Semaphore called = new Semaphore(0);
    HealthMonitor monitor =
        start(
            builder(
                    instance -> {
                      if (instance.id().equals("hangs")) {
                        calls.incrementAndGet();
                        called.release();
                        awaitUninterruptibly(release);
                      } else {
                        called.release();
                      }
                      return CompletableFuture.completedStage(true);
                    })
                .maxConcurrent(1)
                .executor(daemons(new AtomicInteger())));
    time.advance(Duration.ZERO);
    called.acquire(1);
    time.advance(Duration.ofSeconds(1)); // the deadline gives the slot to the other one
    called.acquire(1);
    until(() -> health(monitor, "works").checks() == 1);
    assertEquals(InstanceStatus.DOWN, status("hangs"));
    until( // the probes run on threads of their own, which virtual time does not wait for
        () -> {
          settle(monitor, 10);
          return health(monitor, "works").checks() > 3 && health(monitor, "hangs").timeouts() >= 2;
        });
    assertEquals(1, calls.get(), "one thread at most is lost to an instance");
    assertEquals("the last call of the probe still hangs", health(monitor, "hangs").reason());
    assertTrue(health(monitor, "hangs").timeouts() >= 2);
    release.countDown();
    until(
        () -> {
          settle(monitor, 10);
          return status("hangs") == InstanceStatus.UP;
        });
    assertEquals(hangs.incarnation(), registry.snapshot().find("hangs").incarnation());
  }

  /** A change by an operator voids a check whose call is running; that is no sign of hanging. */
  @Test
  void theCheckAfterAVoidOneWaitsForItsCallAndHasNoVerdictOfItsOwn() throws Exception {
    register("a");
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    HealthMonitor monitor =
        start(
            builder(
                    instance -> {
                      if (calls.incrementAndGet() == 1) {
                        awaitUninterruptibly(release);
                      }
                      return CompletableFuture.completedStage(true);
                    })
                .executor(daemons(new AtomicInteger())));
    time.advance(Duration.ZERO);
    until(() -> calls.get() == 1);
    registry.setStatus("a", InstanceStatus.DEGRADED);
    assertEquals(InstanceStatus.DEGRADED, status("a"));
    assertEquals(0, health(monitor, "a").checks());
    release.countDown();
    until(() -> health(monitor, "a").checks() == 1);
    assertEquals(2, calls.get());
    assertEquals(List.of(), events);
  }

  @Test
  void aFunctionThatBlocksIsInterruptedAndItsInterruptStaysItsOwn() throws Exception {
    register("a");
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Thread> interrupted = new CompletableFuture<>();
    HealthMonitor monitor =
        start(
            builder(
                    instance -> {
                      begun.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.complete(Thread.currentThread());
                        throw e;
                      }
                      return CompletableFuture.completedStage(true);
                    })
                .executor(daemons(new AtomicInteger())));
    step();
    begun.await();
    time.advance(Duration.ofSeconds(1));
    interrupted.get(30, TimeUnit.SECONDS);
    assertEquals("no answer within PT1S", health(monitor, "a").reason());
  }

  @Test
  void anExecutorThatRefusesIsAFaultAndSaysNothingAboutTheInstance() {
    register("a");
    HealthMonitor monitor =
        start(
            builder()
                .executor(
                    work -> {
                      throw new RejectedExecutionException("full");
                    }));
    time.advance(Duration.ofMinutes(1));
    assertEquals(InstanceStatus.UP, status("a"));
    assertEquals(0, health(monitor, "a").checks());
    assertTrue(monitor.summary().faults() > 5);
    assertEquals(0, monitor.summary().running());
  }

  @Test
  void aCheckThatTheExecutorDoesNotBeginInTimeSaysNothingEither() {
    register("a");
    Queue<Runnable> stuck = new ArrayDeque<>();
    HealthMonitor monitor = start(builder().executor(stuck::add));
    step();
    time.advance(Duration.ofSeconds(1));
    assertEquals(InstanceStatus.UP, status("a"));
    assertEquals(1, monitor.summary().faults());
    stuck.remove().run();
    assertEquals(0, probe.asked.size(), "it is not made later");
    time.advance(SECOND);
    stuck.remove().run();
    assertEquals(1, health(monitor, "a").checks());
  }

  @Test
  void closingInterruptsAndCancelsWhatRunsAndLeavesNoThread() throws Exception {
    register("blocks");
    register("asks");
    CountDownLatch begun = new CountDownLatch(2);
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    HealthMonitor monitor =
        HealthMonitor.builder(
                registry,
                instance -> {
                  begun.countDown();
                  if (instance.id().equals("blocks")) {
                    new CountDownLatch(1).await();
                  }
                  return asked;
                })
            .interval(Duration.ofSeconds(100))
            .fastInterval(Duration.ofMillis(10))
            .timeout(Duration.ofSeconds(60))
            .build();
    assertEquals(0, own(before).size(), "no thread before the start");
    monitor.start();
    assertTrue(begun.await(30, TimeUnit.SECONDS));
    List<Thread> threads = own(before);
    assertFalse(threads.isEmpty());
    assertTrue(threads.stream().allMatch(Thread::isDaemon));
    monitor.close();
    until(asked::isCancelled);
    for (Thread thread : threads) {
      thread.join(30_000);
      assertFalse(thread.isAlive(), thread::toString);
    }
    assertEquals(List.of(), own(before));
  }

  private static List<Thread> own(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .filter(thread -> thread.getName().startsWith("steelyard-health"))
        .toList();
  }

  @Test
  void onlyTheFunctionsOwnThreadIsUsedForBlocking() throws Exception {
    register("a");
    CompletableFuture<String> name = new CompletableFuture<>();
    Executor own =
        work -> {
          Thread thread = new Thread(work, "the-users");
          thread.setDaemon(true);
          thread.start();
        };
    HealthProbe blocking =
        HealthProbe.blocking(
            instance -> {
              name.complete(Thread.currentThread().getName());
              return true;
            },
            own);
    HealthMonitor monitor = start(builder(blocking));
    step();
    assertEquals("the-users", name.get(30, TimeUnit.SECONDS));
    until(() -> health(monitor, "a").checks() == 1);
    assertTrue(health(monitor, "a").passed());
  }

  @Test
  void aBlockingFunctionIsInterruptedThroughItsStageAndMayThrow() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Executor own = daemons(new AtomicInteger());
    CompletableFuture<Boolean> stage =
        HealthProbe.blocking(
                instance -> {
                  begun.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                  return false;
                },
                own)
            .check(register("a").instance())
            .toCompletableFuture();
    begun.await();
    stage.cancel(true);
    assertTrue(interrupted.await(30, TimeUnit.SECONDS));
    CompletableFuture<Boolean> thrown =
        HealthProbe.blocking(
                instance -> {
                  throw new IllegalStateException("gone");
                },
                Runnable::run)
            .check(register("a").instance())
            .toCompletableFuture();
    assertEquals("gone", thrown.handle((works, failure) -> failure.getMessage()).join());
  }

  @Test
  void grpcServesOnlyWhatSaysServing() throws Exception {
    enum ServingStatus {
      UNKNOWN,
      SERVING,
      NOT_SERVING
    }
    assertNull(refusal(ServingStatus.SERVING));
    assertNull(refusal("SERVING"));
    assertNull(refusal(1));
    assertEquals(
        "serving status NOT_SERVING (expected: SERVING)", refusal(ServingStatus.NOT_SERVING));
    assertEquals("serving status 0 (expected: SERVING)", refusal(0));
    assertEquals("serving status null (expected: SERVING)", refusal(null));
    CompletableFuture<String> call = new CompletableFuture<>();
    CompletableFuture<Boolean> stage =
        HealthProbe.grpc(instance -> call).check(register("a").instance()).toCompletableFuture();
    stage.cancel(true);
    assertTrue(call.isCancelled(), "the call is given up with the check");
    HealthMonitor monitor =
        start(
            builder(
                HealthProbe.grpc(
                    instance ->
                        CompletableFuture.failedStage(
                            new IllegalStateException("UNIMPLEMENTED")))));
    step();
    assertEquals("IllegalStateException: UNIMPLEMENTED", health(monitor, "a").reason());
  }

  private String refusal(Object status) throws Exception {
    return HealthProbe.grpc(instance -> CompletableFuture.completedStage(status))
        .check(register("a").instance())
        .handle((works, failure) -> failure == null ? null : failure.getMessage())
        .toCompletableFuture()
        .get();
  }

  /** Moves the time on in steps that let the threads of checks keep pace. */
  private void settle(HealthMonitor monitor, int steps) {
    for (int i = 0; i < steps; i++) {
      time.advance(Duration.ofMillis(100));
      until(() -> monitor.summary().running() == 0);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException ignored) {
        // as a probe does that should not
      }
    }
  }

  /** Waits for another thread; the test's timeout ends it. */
  static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(100_000);
      assertFalse(Thread.interrupted(), "the test's timeout");
    }
  }
}
