package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop's own threads, for real. */
@Timeout(60)
class CloseTest {
  private final CountDownLatch never = new CountDownLatch(1);
  private final CountDownLatch begun = new CountDownLatch(1);

  private static List<String> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(thread -> thread.startsWith("autoscaler-" + name))
        .toList();
  }

  private AutoScalerBuilder builder(String name, ScalingTarget target) {
    return AutoScaler.builder(name, Fixture.POLICY, target).interval(Duration.ofMillis(5));
  }

  private static ScalingTarget quiet() {
    return ScalingTarget.of(() -> 4, count -> {});
  }

  @Test
  void thereIsNoThreadBeforeTheStartAndNoneAfterTheEnd() throws InterruptedException {
    CompletableFuture<ScalingDecision> decided = new CompletableFuture<>();
    AutoScaler scaler =
        builder("plain", quiet())
            .listener(
                new AutoScalerListener() {
                  @Override
                  public void onDecision(ScalingDecision decision) {
                    decided.complete(decision);
                  }
                })
            .build();
    assertEquals(List.of(), threads("plain"));
    scaler.start();
    decided.join();
    assertFalse(threads("plain").isEmpty());

    scaler.close();
    assertEquals(List.of(), threads("plain"));
    scaler.close();
  }

  @Test
  void callsThatHangAreInterruptedAndWaitedFor() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    AutoScaler scaler =
        builder("hanging", quiet())
            .source(
                (now, into) -> {
                  begun.countDown();
                  try {
                    never.await();
                  } finally {
                    interrupted.countDown();
                  }
                })
            .build();
    scaler.start();
    begun.await();

    scaler.close();

    assertEquals(0, interrupted.getCount());
    assertEquals(List.of(), threads("hanging"));
  }

  @Test
  void anActionThatHangsIsInterruptedByTheEnd() throws InterruptedException {
    ScalingTarget target =
        new ScalingTarget() {
          @Override
          public int count() {
            return 4;
          }

          @Override
          public void scaleTo(int count) throws InterruptedException {
            begun.countDown();
            never.await();
          }
        };
    AutoScaler scaler =
        builder("acting", target).source(MetricsSource.of(Metric.CPU, () -> 100)).build();
    scaler.start();
    begun.await();

    scaler.close();

    assertEquals(List.of(), threads("acting"));
  }

  @Test
  void whoClosesWhileInterruptedStaysInterrupted() throws InterruptedException {
    AutoScaler scaler =
        builder("hurry", quiet())
            .source(
                (now, into) -> {
                  begun.countDown();
                  while (never.getCount() > 0) {
                    // Ignores the interruption, for as long as the test likes.
                    Thread.onSpinWait();
                  }
                })
            .build();
    scaler.start();
    begun.await();
    try {
      Thread.currentThread().interrupt();
      scaler.close();

      assertTrue(Thread.interrupted(), "restored");
    } finally {
      Thread.interrupted();
      never.countDown();
    }
  }

  @Test
  void aSourceThatIgnoresItsInterruptionDoesNotHoldTheEndUpForEver() throws InterruptedException {
    AutoScaler scaler =
        builder("stubborn", quiet())
            .closeTimeout(Duration.ofMillis(50))
            .source(
                (now, into) -> {
                  begun.countDown();
                  while (never.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                })
            .build();
    scaler.start();
    begun.await();
    try {
      scaler.close();
    } finally {
      never.countDown();
    }
    assertEquals(0, never.getCount());
  }

  @Test
  void aListenerMayCloseTheLoop() throws Exception {
    AutoScaler[] scaler = new AutoScaler[1];
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    scaler[0] =
        builder("self", quiet())
            .listener(
                new AutoScalerListener() {
                  @Override
                  public void onDecision(ScalingDecision decision) {
                    scaler[0].close();
                    closed.complete(true);
                  }
                })
            .build();
    scaler[0].start();

    assertTrue(closed.get());
  }

  @Test
  void manyCallersOfAllMethodsDoNotDisturbEachOther() throws Exception {
    int[] running = {0};
    boolean[] two = {false};
    int[] count = {4};
    Object guard = new Object();
    ScalingTarget target =
        new ScalingTarget() {
          @Override
          public int count() {
            synchronized (guard) {
              return count[0];
            }
          }

          @Override
          public void scaleTo(int wanted) {
            synchronized (guard) {
              two[0] |= running[0]++ > 0;
            }
            Thread.yield();
            synchronized (guard) {
              count[0] = wanted;
              running[0]--;
            }
          }
        };
    int[] cpu = {0};
    AutoScaler scaler =
        builder("busy", target)
            .interval(Duration.ofMillis(1))
            .shortestWait(Duration.ofMillis(1))
            .source(MetricsSource.of(Metric.CPU, () -> cpu[0]++ % 2 == 0 ? 25 : 100))
            .build();
    scaler.start();
    List<Thread> callers =
        java.util.stream.IntStream.range(0, 4)
            .mapToObj(
                i ->
                    new Thread(
                        () -> {
                          for (int n = 0; n < 200; n++) {
                            scaler.disable();
                            scaler.lookNow();
                            scaler.enable();
                            scaler.clearManual();
                            scaler.history().latest(5);
                            scaler.status();
                          }
                        }))
            .toList();
    callers.forEach(Thread::start);
    for (Thread caller : callers) {
      caller.join();
    }
    scaler.close();

    assertFalse(two[0], "two actions at once");
    assertEquals(List.of(), threads("busy"));
  }
}
