package dev.steelyard.lb.planted;

import dev.steelyard.lb.planted.deeper.Deeper;
import dev.steelyard.lb.registry.Instance;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Does all that the main code must not do. Nobody calls it. */
public class Planted {
  static int counter;
  static final int ALLOWED = 1;

  Instance ofAHigherFloor;
  Deeper cycle;

  static synchronized int locked() {
    return counter++;
  }

  static Object[] clock() {
    return new Object[] {
      System.nanoTime(), System.currentTimeMillis(), Instant.now(), LocalDateTime.now(), new Date()
    };
  }

  static Supplier<Clock> clockByReference() {
    return Clock::systemUTC;
  }

  static void sleep() throws InterruptedException {
    Thread.sleep(1);
    TimeUnit.DAYS.sleep(1);
  }

  static Object[] random() {
    return new Object[] {new Random(1), new SplittableRandom(1), UUID.randomUUID(), Math.random()};
  }

  static Object pool() {
    new Timer();
    List.of(1).parallelStream();
    ForkJoinPool.commonPool();
    return CompletableFuture.supplyAsync(() -> 1).thenApplyAsync(one -> one);
  }

  static Object allowed(Executor executor) {
    return CompletableFuture.supplyAsync(() -> 1, executor).thenApplyAsync(one -> one, executor);
  }

  static void log() {
    System.getLogger("x");
    System.out.println();
    System.err.println();
    new Exception().printStackTrace();
  }
}
