package dev.steelyard.benchmarks.pick;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The floors: a few lines of plain Java that do the same work with the least. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@SuppressWarnings("NullAway.Init") // JMH fills the fields
public class FloorBenchmark {
  /** As large as a table of Maglev's is by default. */
  private static final int TABLE_SIZE = 65_537;

  /** Points per server of a ring of ours by default; halved whenever the fleet doubles beyond. */
  private static final int RING_POINTS = 1024;

  private static final int RING_FLEET = 128;

  @Param({"10", "100", "1000", "10000"})
  public int instances;

  private final AtomicInteger turn = new AtomicInteger();
  private AtomicInteger[] servers;
  private AliasTable table;
  private AtomicInteger[] slots;
  private long[] ring;
  private AtomicInteger[] ringServers;
  private long[] hashes;

  /** For JMH. */
  public FloorBenchmark() {}

  /** Makes the servers, each with its count of requests in flight. */
  @Setup
  public void setUp() {
    servers = new AtomicInteger[instances];
    double[] weights = new double[instances];
    for (int i = 0; i < instances; i++) {
      servers[i] = new AtomicInteger();
      weights[i] = Weights.DIFFERENT.of(i);
    }
    table = new AliasTable(weights);
    SplittableRandom random = new SplittableRandom(7);
    slots = new AtomicInteger[TABLE_SIZE];
    Arrays.setAll(slots, slot -> servers[random.nextInt(instances)]);
    int points = RING_POINTS;
    for (int fleet = RING_FLEET; fleet < instances; fleet *= 2) {
      points /= 2;
    }
    ring = random.longs((long) points * instances).sorted().toArray();
    ringServers = new AtomicInteger[ring.length];
    Arrays.setAll(ringServers, point -> servers[random.nextInt(instances)]);
    hashes = Keys.hashes();
  }

  /**
   * Round robin: an array and one counter.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger roundRobin() {
    return servers[(turn.getAndIncrement() & Integer.MAX_VALUE) % servers.length];
  }

  /**
   * Random: an array and a generator per thread.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger random() {
    return servers[ThreadLocalRandom.current().nextInt(servers.length)];
  }

  /**
   * Weighted: the alias table as it is usually written, a column and a point in it.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger alias() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int column = random.nextInt(servers.length);
    return servers[random.nextDouble() < table.probability[column] ? column : table.alias[column]];
  }

  /**
   * Weighted: the alias table with column and point from one draw.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger aliasOneDraw() {
    long bits = ThreadLocalRandom.current().nextLong();
    int column = (int) (((bits >>> 32) * servers.length) >>> 32);
    double point = (bits & 0xFFFFFFFFL) * 0x1p-32;
    return servers[point < table.probability[column] ? column : table.alias[column]];
  }

  /**
   * Power of two choices as it is usually written, two draws, with a request's beginning and end:
   * two counters read at random, two updates of the lesser.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger twoChoices() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    AtomicInteger one = servers[random.nextInt(servers.length)];
    AtomicInteger other = servers[random.nextInt(servers.length)];
    return beginAndEnd(other.get() < one.get() ? other : one);
  }

  /**
   * Power of two choices with both indices from one draw.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger twoChoicesOneDraw() {
    return beginAndEnd(lesserOfOneDraw());
  }

  /**
   * The same without the updates: what the pick alone needs.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger twoReads() {
    return lesserOfOneDraw();
  }

  /**
   * Least loaded of all: every counter read, with a request's beginning and end.
   *
   * @return the server
   */
  @Benchmark
  public AtomicInteger scan() {
    AtomicInteger least = servers[0];
    int load = Integer.MAX_VALUE;
    // From anywhere: among equals the first is not always the same.
    int start = ThreadLocalRandom.current().nextInt(servers.length);
    for (int i = start; i < start + servers.length; i++) {
      AtomicInteger server = servers[i < servers.length ? i : i - servers.length];
      int count = server.get();
      if (count < load) {
        load = count;
        least = server;
      }
    }
    return beginAndEnd(least);
  }

  /**
   * By key: a slot of a large table, from a ready hash.
   *
   * @param keys the requests' keys
   * @return the server
   */
  @Benchmark
  public AtomicInteger hashTable(Keys keys) {
    return slots[(int) (((hashes[keys.next()] >>> 32) * TABLE_SIZE) >>> 32)];
  }

  /**
   * By key: the next point in a ring, from a ready hash.
   *
   * @param keys the requests' keys
   * @return the server
   */
  @Benchmark
  public AtomicInteger ring(Keys keys) {
    long hash = hashes[keys.next()];
    int low = 0;
    int high = ring.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ring[middle] < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return ringServers[low == ring.length ? 0 : low];
  }

  private AtomicInteger lesserOfOneDraw() {
    long bits = ThreadLocalRandom.current().nextLong();
    AtomicInteger one = servers[(int) (((bits >>> 32) * servers.length) >>> 32)];
    AtomicInteger other = servers[(int) (((bits & 0xFFFFFFFFL) * servers.length) >>> 32)];
    return other.get() < one.get() ? other : one;
  }

  private static AtomicInteger beginAndEnd(AtomicInteger server) {
    server.getAndIncrement();
    server.getAndDecrement();
    return server;
  }
}
