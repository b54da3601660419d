package dev.steelyard.autoscale.planted;

import dev.steelyard.autoscale.ScalingPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;

/** Does all that the main code must not do. Nobody calls it. */
public class Planted {
  static int counter;
  static final int ALLOWED = 1;

  ScalingPolicy ofAHigherFloor;

  static synchronized int locked() {
    return counter++;
  }

  static Object[] impure() throws Exception {
    List.of(1).parallelStream();
    ForkJoinPool.commonPool();
    System.out.println();
    Thread thread = new Thread(() -> {});
    thread.start();
    Thread.sleep(1);
    return new Object[] {
      System.nanoTime(), Instant.now(), new Random(1), Math.random(), Files.readString(Path.of("x"))
    };
  }
}
