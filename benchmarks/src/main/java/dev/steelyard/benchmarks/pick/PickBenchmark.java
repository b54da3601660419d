package dev.steelyard.benchmarks.pick;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What it costs to choose an instance, alone and with the request's beginning and end. One balancer
 * is shared by all threads, as in a program.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
// Touched in advance: the first touch of a page costs 10 us on some virtual machines, and would be
// counted against whatever allocates.
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@SuppressWarnings("NullAway.Init") // JMH fills the fields
public class PickBenchmark {
  @Param public Strategy strategy;

  @Param({"10", "100", "1000", "10000"})
  public int instances;

  @Param public Weights weights;

  private final Ticker ticker = Ticker.system();
  private LoadBalancer balancer;
  private Picker picker;
  private boolean timed;
  private long fixedNow;

  /** For JMH. */
  public PickBenchmark() {}

  /** Brings up the balancer. */
  @Setup
  public void setUp() {
    ProvenBalancer proven = ProvenBalancer.of(strategy, instances, weights);
    balancer = proven.balancer();
    picker = proven.picker();
    timed = proven.timed();
    fixedNow = ticker.nanos();
  }

  /** Ends the balancer. */
  @TearDown
  public void tearDown() {
    balancer.close();
  }

  /**
   * The picker alone, with the clock read that the balancer makes for it if the strategy is timed.
   *
   * @return the endpoint
   */
  @Benchmark
  public @Nullable Endpoint pick() {
    return picker.pick(RequestContext.empty(), Exclusions.none(), timed ? ticker.nanos() : 0);
  }

  /**
   * The picker alone at one and the same time: {@link #pick} minus this is the clock's part.
   *
   * @return the endpoint
   */
  @Benchmark
  public @Nullable Endpoint pickWithoutClock() {
    return picker.pick(RequestContext.empty(), Exclusions.none(), fixedNow);
  }

  /**
   * A whole request to an instance that answers at once.
   *
   * @return true
   */
  @Benchmark
  public boolean acquireComplete() {
    return balancer.acquire(RequestContext.empty()).succeed();
  }
}
