package dev.steelyard.simulator.planted;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;

/** Does all that the main code must not do. Nobody calls it. */
public class Planted {
  static int counter;
  static final int ALLOWED = 1;

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
      System.nanoTime(),
      Instant.now(),
      new Random(1),
      Math.random(),
      Files.readString(Path.of("x")),
      Math.exp(1),
      StrictMath.exp(1),
      System.identityHashCode(thread)
    };
  }

  static int anyOrder(HashMap<String, Integer> hashed, Set<String> names) {
    int sum = new IdentityHashMap<>(hashed).size();
    Map<String, Integer> copy = Map.copyOf(hashed);
    for (Map.Entry<String, Integer> each : copy.entrySet()) {
      sum = 31 * sum + each.getValue();
    }
    for (String name : names) {
      sum += name.length();
    }
    hashed.forEach((name, number) -> {});
    return sum;
  }
}
