package dev.steelyard.benchmarks.guard;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A whole guarded call, instance chosen, to a service that answers at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@SuppressWarnings("NullAway.Init") // JMH fills the fields
public class GuardedCallBenchmark {
  @Param public GuardedCallRow row;

  @Param({"10", "1000"})
  public int instances;

  private Guarded guarded;

  /** For JMH. */
  public GuardedCallBenchmark() {}

  /** Brings it up. */
  @Setup
  public void setUp() {
    guarded = row.make(instances);
    check();
  }

  /** Sees that it still admits calls. */
  @TearDown(Level.Iteration)
  public void check() {
    if (!guarded.call(false)) {
      throw new IllegalStateException(row + " refused a call");
    }
  }

  /**
   * A call that succeeds.
   *
   * @return whether it was admitted
   */
  @Benchmark
  public boolean call() {
    return guarded.call(false);
  }
}
