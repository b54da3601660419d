package dev.steelyard.lb.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;

/** Counts the bytes that this thread allocates, where the JVM can tell. */
public final class Allocations {
  private Allocations() {}

  /** The fewest bytes per run of three series, after a warm-up. */
  public static double bytesPerRun(int runs, Runnable work) throws Exception {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method allocated;
    try {
      // By reflection: the module does not require jdk.management.
      Class<?> bean = Class.forName("com.sun.management.ThreadMXBean");
      assumeTrue(bean.isInstance(threads));
      assumeTrue((boolean) bean.getMethod("isThreadAllocatedMemoryEnabled").invoke(threads));
      allocated = bean.getMethod("getThreadAllocatedBytes", long.class);
    } catch (ClassNotFoundException | NoSuchMethodException absent) {
      assumeTrue(false, "this JVM does not count allocations");
      throw absent;
    }
    long thread = Thread.currentThread().getId();
    run(work, runs / 4);
    double least = Double.MAX_VALUE;
    for (int series = 0; series < 3; series++) {
      long before = (long) allocated.invoke(threads, thread);
      run(work, runs);
      long after = (long) allocated.invoke(threads, thread);
      least = Math.min(least, (double) (after - before) / runs);
    }
    return least;
  }

  private static void run(Runnable work, int times) {
    for (int i = 0; i < times; i++) {
      work.run();
    }
  }
}
