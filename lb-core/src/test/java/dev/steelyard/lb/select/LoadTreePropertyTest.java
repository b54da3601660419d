package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LoadTreePropertyTest {

  @Property
  void theRootIsTheLeastAndTheWayDownLeadsToIt(
      @ForAll @IntRange(min = 1, max = 5_000) int size,
      @ForAll @IntRange(min = 1, max = 20) int distinct,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    LoadTree tree = new LoadTree(size);
    int[] loads = new int[size];
    for (int i = 0; i < 400; i++) {
      int leaf = random.nextInt(size);
      loads[leaf] = LoadTree.bits(random.nextInt(distinct));
      tree.set(leaf, loads[leaf]);
      if (i % 20 == 0) { // also where the only idle leaf becomes busy
        Arrays.setAll(loads, index -> LoadTree.bits(distinct));
        for (int k = 0; k < size; k++) {
          tree.set(k, loads[k]);
        }
      }
      int least = Arrays.stream(loads).min().orElseThrow();
      assertEquals(least, tree.least());
      assertEquals(least, loads[tree.leastLeaf(random.nextLong())]);
    }
  }

  @Example
  void loadsBeyondEveryFloatAreStillLoads() {
    LoadTree tree = new LoadTree(2);
    tree.set(0, LoadTree.bits(Double.POSITIVE_INFINITY));
    tree.set(1, LoadTree.bits(Double.NaN));
    assertEquals(tree.get(0), tree.least());
    tree.set(1, LoadTree.bits(1e30));
    assertEquals(1, tree.leastLeaf(7));
    tree.set(0, LoadTree.bits(0));
    assertEquals(0, tree.leastLeaf(7));
  }

  @Example
  void tiesAreBrokenEvenly() {
    LoadTree tree = new LoadTree(256);
    SplittableRandom random = new SplittableRandom(3);
    long[] counts = new long[256];
    for (int i = 0; i < 100_000; i++) {
      counts[tree.leastLeaf(random.nextLong())]++;
    }
    double[] weights = new double[256];
    Arrays.fill(weights, 1);
    ChiSquare.assertFits(counts, weights);
  }

  @Example
  void whenAllWritersHaveFinishedEveryNodeIsRight() throws Exception {
    int threads = 4;
    for (int size : new int[] {2, 17, 300}) {
      LoadTree tree = new LoadTree(size);
      for (int round = 0; round < 200; round++) {
        run(tree, size, threads, round);
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < size; i++) {
          least = Math.min(least, tree.get(i));
        }
        assertEquals(least, tree.least(), size + " leaves, round " + round);
        assertEquals(least, tree.get(tree.leastLeaf(round)));
      }
    }
  }

  private static void run(LoadTree tree, int size, int threads, int round) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        SplittableRandom random = new SplittableRandom(31L * round + t);
        futures.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < 200; i++) {
                    tree.set(random.nextInt(size), LoadTree.bits(random.nextInt(4)));
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get(30, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdown();
    }
  }
}
