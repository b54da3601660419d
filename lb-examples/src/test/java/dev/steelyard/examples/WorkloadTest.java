package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkloadTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  @Test
  void everyRequestIsAnsweredOrAnError() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (Workload workload =
        new Workload(
            () -> {
              int call = calls.incrementAndGet();
              if (call % 10 == 0) {
                throw new IOException("reset");
              }
              if (call % 10 == 1) {
                throw new IllegalStateException("closed");
              }
              return call % 10 == 2 ? 503 : 200;
            },
            1_000,
            8)) {
      workload.start();
      assertTrue(workload.awaitEnd(LONG));

      assertEquals(new Workload.Counts(1_000, 800, 100, 200), workload.counts());
      assertEquals(0, workload.counts().lost());
      assertEquals(
          Map.of(
              "java.io.IOException: reset", 100L, "java.lang.IllegalStateException: closed", 100L),
          workload.errors());
      assertEquals(800, workload.latency().getTotalCount());
    }
    assertEquals(1_000, calls.get());
  }

  @Test
  void aRequestThatHangsIsLost() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch hang = new CountDownLatch(1);
    try (Workload workload =
        new Workload(
            () -> {
              if (calls.incrementAndGet() == 5) {
                hang.await();
              }
              return 200;
            },
            100,
            2)) {
      CompletableFuture<Void> end = workload.reached(0.99);
      workload.start();
      end.get();
      assertFalse(workload.awaitEnd(Duration.ofMillis(50)));

      assertEquals(0, workload.counts().callerErrors());
      assertTrue(workload.counts().lost() >= 1);
      hang.countDown();
    }
  }

  @Test
  void milestonesAreReachedWithTheirRequest() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (Workload workload = new Workload(() -> calls.incrementAndGet() > 0 ? 200 : 500, 200, 1)) {
      CompletableFuture<Integer> callsAtHalf = workload.reached(0.5).thenApply(done -> calls.get());
      workload.start();

      assertEquals(100, callsAtHalf.get());
    }
  }
}
