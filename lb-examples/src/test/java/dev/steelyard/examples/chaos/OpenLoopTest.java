package dev.steelyard.examples.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.examples.chaos.Client.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenLoopTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration NONE = Duration.ofMillis(1);

  @Test
  void countsAnswersStatusesWrongBodiesAndExceptionsThrownOrReturned() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    OpenLoop load =
        load(
            id ->
                switch (calls.getAndIncrement() % 5) {
                  case 0 -> CompletableFuture.completedFuture(new Answer(200, id + "\n"));
                  case 1 -> CompletableFuture.completedFuture(new Answer(503, ""));
                  case 2 -> CompletableFuture.completedFuture(new Answer(200, "other"));
                  case 3 -> CompletableFuture.failedFuture(new IOException("gone"));
                  default -> throw new IllegalStateException("refused");
                },
            1_000);
    load.start();
    awaitCalls(calls, 100);

    assertTrue(load.stop(PATIENCE));
    OpenLoop.Counts counts = load.counts();
    assertEquals(0, counts.lost());
    assertEquals(calls.get(), counts.requests());
    assertEquals((calls.get() + 4) / 5, counts.good());
    assertTrue(
        load.kinds()
            .keySet()
            .containsAll(
                Set.of(
                    "status 503",
                    "wrong body",
                    "java.io.IOException: gone",
                    "java.lang.IllegalStateException: refused")),
        load.kinds()::toString);
  }

  @Test
  void whatNeverEndsIsLost() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    OpenLoop load =
        load(
            id ->
                calls.getAndIncrement() == 7
                    ? new CompletableFuture<>()
                    : CompletableFuture.completedFuture(new Answer(200, id)),
            1_000);
    load.start();
    awaitCalls(calls, 20);

    assertFalse(load.stop(Duration.ofMillis(200)));
    assertEquals(1, load.counts().lost());
  }

  @Test
  void sendsNoMoreThanTheLimitAndCountsTheWaitAsTimeOfTheRequests() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<Answer> held = new CompletableFuture<>();
    OpenLoop load =
        load(
            id -> {
              calls.incrementAndGet();
              return held.thenApply(answer -> new Answer(200, id));
            },
            3);
    load.start();
    awaitCalls(calls, 3);
    Thread.sleep(100);
    assertEquals(3, calls.get());

    held.complete(new Answer(200, ""));
    awaitCalls(calls, 100);
    assertTrue(load.stop(PATIENCE));
    // The fourth was due 3 ms after the start, and was sent when there was room.
    assertTrue(load.latency().getMaxValue() >= 80_000);
  }

  @Test
  void aRequestThatWaitedForRoomAtTheEndIsNotSent() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    OpenLoop load =
        load(
            id -> {
              calls.incrementAndGet();
              return new CompletableFuture<>();
            },
            3);
    load.start();
    awaitCalls(calls, 3);

    assertFalse(load.stop(NONE));
    load.close();
    assertEquals(3, load.counts().requests());
    assertEquals(3, load.counts().lost());
  }

  private static OpenLoop load(Function<String, CompletableFuture<Answer>> send, int limit) {
    Client client =
        new Client() {
          @Override
          public CompletableFuture<Answer> send(String id, boolean post) {
            return send.apply(id);
          }

          @Override
          public long[] attempts() {
            return new long[0];
          }

          @Override
          public int inFlight() {
            return 0;
          }

          @Override
          public void close() {}
        };
    return new OpenLoop(client, 1_000, 0, 1, "t-", limit);
  }

  private static void awaitCalls(AtomicInteger calls, int count) throws InterruptedException {
    while (calls.get() < count) {
      Thread.sleep(1);
    }
  }
}
