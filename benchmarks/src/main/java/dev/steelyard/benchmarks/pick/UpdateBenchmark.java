package dev.steelyard.benchmarks.pick;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
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
 * What a change of the instances costs, from the registry until the balancer picks by it. All work
 * that depends on the set of instances is done here, so that no pick has to do it.
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
public class UpdateBenchmark {
  @Param public Strategy strategy;

  @Param({"10", "100", "1000", "10000"})
  public int instances;

  private InstanceRegistry registry;
  private LoadBalancer balancer;
  private Instance light;
  private Instance heavy;
  private boolean flip;

  /** For JMH. */
  public UpdateBenchmark() {}

  /** Brings up the balancer. */
  @Setup
  public void setUp() {
    ProvenBalancer proven = ProvenBalancer.of(strategy, instances, Weights.EQUAL);
    balancer = proven.balancer();
    registry = proven.registry();
    light = registry.snapshot().registrations().get(instances / 2).instance();
    heavy = light.withWeight(2);
  }

  /** Ends the balancer. */
  @TearDown
  public void tearDown() {
    balancer.close();
  }

  /**
   * One instance goes, or comes.
   *
   * @return something
   */
  @Benchmark
  public Object instance() {
    flip = !flip;
    return flip ? registry.deregister(light.id()) : registry.register(light);
  }

  /**
   * One instance's weight changes.
   *
   * @return true
   */
  @Benchmark
  public boolean weight() {
    flip = !flip;
    return registry.update(flip ? heavy : light);
  }
}
