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

/** {@link PickBenchmark} for the strategies that pick by the request's key. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@SuppressWarnings("NullAway.Init") // JMH fills the fields
public class KeyedPickBenchmark {
  @Param public Strategy strategy;

  @Param({"10", "100", "1000", "10000"})
  public int instances;

  @Param public KeyKind keyKind;

  private final Ticker ticker = Ticker.system();
  private LoadBalancer balancer;
  private Picker picker;
  private boolean timed;
  private RequestContext[] contexts;

  /** For JMH. */
  public KeyedPickBenchmark() {}

  /** Brings up the balancer, and makes the requests. */
  @Setup
  public void setUp() {
    ProvenBalancer proven = ProvenBalancer.of(strategy, instances, Weights.EQUAL);
    balancer = proven.balancer();
    picker = proven.picker();
    timed = proven.timed();
    contexts = keyKind.contexts();
  }

  /** Ends the balancer. */
  @TearDown
  public void tearDown() {
    balancer.close();
  }

  /**
   * The picker alone, with the clock read that the balancer makes for it if the strategy is timed.
   *
   * @param keys the requests' keys
   * @return the endpoint
   */
  @Benchmark
  public @Nullable Endpoint pick(Keys keys) {
    return picker.pick(contexts[keys.next()], Exclusions.none(), timed ? ticker.nanos() : 0);
  }

  /**
   * A whole request to an instance that answers at once.
   *
   * @param keys the requests' keys
   * @return true
   */
  @Benchmark
  public boolean acquireComplete(Keys keys) {
    return balancer.acquire(contexts[keys.next()]).succeed();
  }
}
