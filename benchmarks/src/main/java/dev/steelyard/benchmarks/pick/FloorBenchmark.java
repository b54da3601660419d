package dev.steelyard.benchmarks.pick;

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
  @Param({"10", "100", "1000", "10000"})
  public int instances;

  private final AtomicInteger turn = new AtomicInteger();
  private AtomicInteger[] servers;
  private AliasTable table;

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
