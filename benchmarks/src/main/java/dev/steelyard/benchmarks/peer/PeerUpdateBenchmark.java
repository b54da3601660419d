package dev.steelyard.benchmarks.peer;

import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs another library that one instance goes or comes: from the list of addresses, which
 * is made in advance, until it picks by it.
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
public class PeerUpdateBenchmark {
  @Param public PeerRow row;

  @Param({"10", "100", "1000", "10000"})
  public int instances;

  private ChangingPeer peer;
  private boolean flip;

  /** For JMH. */
  public PeerUpdateBenchmark() {}

  /** Brings up the balancer. */
  @Setup
  public void setUp() {
    if (!(row.proven(instances) instanceof ChangingPeer changing)) {
      throw new IllegalStateException(row + " is not changed");
    }
    peer = changing;
    peer.change(false);
    if (peer.index(peer.pick(0)) == instances - 1) {
      throw new IllegalStateException(row + " picks who has gone");
    }
  }

  /** Ends the balancer. */
  @TearDown
  public void tearDown() {
    peer.close();
  }

  /**
   * One instance comes, or goes.
   *
   * @return the balancer
   */
  @Benchmark
  public Object instance() {
    flip = !flip;
    peer.change(flip);
    return peer;
  }
}
