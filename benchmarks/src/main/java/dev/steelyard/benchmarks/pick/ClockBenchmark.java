package dev.steelyard.benchmarks.pick;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** The floor of whatever looks at time: reads of the monotonic clock. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
public class ClockBenchmark {

  /** For JMH. */
  public ClockBenchmark() {}

  /**
   * One read.
   *
   * @return the time
   */
  @Benchmark
  public long oneRead() {
    return System.nanoTime();
  }

  /**
   * Two reads: when a request began, and when it ended.
   *
   * @return the time between
   */
  @Benchmark
  public long twoReads() {
    long start = System.nanoTime();
    return System.nanoTime() - start;
  }
}
