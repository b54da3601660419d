package dev.steelyard.benchmarks.peer;

import dev.steelyard.benchmarks.pick.Keys;
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
 * What it costs to pick with another library, and to tell it of the request where it has to know.
 * Each row has a JVM of its own, so that its balancer is the only one its compiler has seen.
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
public class PeerBenchmark {
  @Param public PeerRow row;

  @Param({"10", "100", "1000", "10000"})
  public int instances;

  private Peer peer;

  /** For JMH. */
  public PeerBenchmark() {}

  /** Brings up the balancer, and checks that it does what it promises. */
  @Setup
  public void setUp() {
    peer = row.proven(instances);
  }

  /** Ends the balancer. */
  @TearDown
  public void tearDown() {
    peer.close();
  }

  /**
   * A pick.
   *
   * @param keys the requests' keys
   * @return what the library returns
   */
  @Benchmark
  public Object pick(Keys keys) {
    return peer.pick(keys.next());
  }

  /**
   * A pick with the beginning and the end of the request, for the least loaded.
   *
   * @param keys the requests' keys
   * @return what the library returns
   */
  @Benchmark
  public Object request(Keys keys) {
    Object picked = peer.pick(keys.next());
    peer.request(picked);
    return picked;
  }
}
