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

/**
 * What a guard costs a call. One guard is shared by all threads, and has a JVM of its own, so that
 * it is the only one its compiler has seen.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@SuppressWarnings("NullAway.Init") // JMH fills the fields
public class GuardBenchmark {
  private static final int CALLS_BEFORE = 1000;

  @Param public GuardRow row;

  private Guarded guarded;

  /** For JMH. */
  public GuardBenchmark() {}

  /** Brings up the guard as it is after a while. */
  @Setup
  public void setUp() {
    guarded = row.make();
    for (int i = 0; i < CALLS_BEFORE; i++) {
      guarded.call(false);
    }
    check();
  }

  /** Sees that it has not changed its mind meanwhile: a refusal costs less than a call. */
  @TearDown(Level.Iteration)
  public void check() {
    boolean admitting = row.group().isAdmitting();
    if (guarded.call(false) != admitting) {
      throw new IllegalStateException(row + (admitting ? " refused" : " admitted") + " a call");
    }
  }

  /**
   * A call that succeeds, or is refused where that is what is measured.
   *
   * @return whether it was admitted
   */
  @Benchmark
  public boolean call() {
    return guarded.call(false);
  }

  /**
   * A call of which one in twenty fails.
   *
   * @param failures which ones
   * @return whether it was admitted
   */
  @Benchmark
  public boolean callOrFailure(Failures failures) {
    return guarded.call(failures.next());
  }
}
