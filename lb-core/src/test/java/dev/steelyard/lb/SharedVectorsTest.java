package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.registry;
import static dev.steelyard.lb.testing.Vectors.get;
import static dev.steelyard.lb.testing.Vectors.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.ScriptedRandom;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.select.Strategy;
import dev.steelyard.lb.testing.Vectors;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Cases that other projects' tests hold, as far as they do not depend on an implementation. Skipped
 * unless {@code -Dsteelyard.shared=DIR} names the directory that has them.
 */
@Timeout(60)
class SharedVectorsTest {

  private static double number(Map<String, Object> vector, String... path) {
    return Vectors.<Double>get(vector, path);
  }

  private static Picker over(Selector selector, List<FakeEndpoint> fleet, RandomSource random) {
    double[] equal = new double[fleet.size()];
    Arrays.fill(equal, 1);
    return selector.prepare(Candidates.of(fleet, equal, random), null);
  }

  private static FakeEndpoint pick(Picker picker) {
    return (FakeEndpoint) picker.pick(EMPTY, Exclusions.none(), 0);
  }

  @Test
  void envoyPeakEwmaCostOrdersHostsThatHaveALatency() throws Exception {
    // The formula for hosts without one is Envoy's own; where both were measured, the cheaper one
    // by Envoy's figures is picked.
    List<Map<String, Object>> all = get(vector("peak_ewma.json", "cost"), "expected");
    List<Map<String, Object>> rows = all.stream().filter(row -> number(row, "rtt") > 0).toList();
    assertEquals(3, rows.size());
    for (Map<String, Object> one : rows) {
      for (Map<String, Object> other : rows) {
        if (number(one, "cost") < number(other, "cost")) {
          List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
          set(fleet.get(0), one);
          set(fleet.get(1), other);
          Picker picker = over(Selectors.peakEwma(), fleet, RandomSource.seeded(1));
          for (int i = 0; i < 20; i++) {
            assertSame(fleet.get(0), pick(picker), () -> one + " against " + other);
          }
        }
      }
    }
  }

  private static void set(FakeEndpoint endpoint, Map<String, Object> row) {
    endpoint.latencyNanos = number(row, "rtt") * 1e6;
    endpoint.inFlight.set((int) number(row, "active"));
  }

  @Test
  void towerDefaultDecay() throws Exception {
    Map<String, Object> vector = vector("peak_ewma.json", "tower-default-decay");
    DecayingSignals signals =
        DecayingSignals.ofMillis((long) (number(vector, "input", "decay_s") * 1_000));
    long word = signals.sample(0, number(vector, "input", "default_rtt_ms") * 1e6, 0);
    List<Map<String, Object>> rows = get(vector, "expected");
    for (Map<String, Object> row : rows) {
      double read = signals.read(word, (long) (number(row, "elapsed_ms") * 1e6)) / 1e6;
      List<Double> between = get(row, "load_ms_between");
      assertTrue(read >= between.get(0) && read <= between.get(1));
      assertEquals(number(row, "exact"), read, 0.003);
    }
  }

  @Test
  void towerCompoundDecay() throws Exception {
    Map<String, Object> vector = vector("peak_ewma.json", "tower-compound");
    double rtt = number(vector, "input", "rtt_ms");
    FakeTicker ticker = new FakeTicker();
    LoadBalancer balancer =
        LoadBalancer.builder("tower", registry(1))
            .ticker(ticker)
            .latencyDecay(Duration.ofSeconds(1))
            .build();
    Lease lease = balancer.acquire(EMPTY);
    ticker.advance(Duration.ofMillis((long) rtt));
    lease.succeed();
    assertEquals(number(vector, "expected", "after_completion_ms"), millis(balancer), 1e-3);
    ticker.advance(Duration.ofSeconds(1));
    assertTrue(millis(balancer) < number(vector, "expected", "after_1s_lt_ms"));
    ticker.advance(Duration.ofSeconds(9));
    assertTrue(millis(balancer) < number(vector, "expected", "after_10s_lt_ms"));

    // One pending request doubles the cost: the pick turns at twice the latency.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).latencyNanos = rtt * 1e6;
    fleet.get(0).inFlight.set((int) number(vector, "input", "pending"));
    Picker picker = over(Selectors.peakEwma(), fleet, RandomSource.seeded(1));
    double cost = number(vector, "expected", "cost_ms") * 1e6;
    fleet.get(1).latencyNanos = cost * 0.999;
    assertSame(fleet.get(1), pick(picker));
    fleet.get(1).latencyNanos = cost * 1.001;
    assertSame(fleet.get(0), pick(picker));
  }

  private static double millis(LoadBalancer balancer) {
    return Fixtures.only(balancer).latency().toNanos() / 1e6;
  }

  @Test
  void finaglePeakEwmaBalancesEvenlyAcrossIdenticalNodes() throws Exception {
    Map<String, Object> vector = vector("peak_ewma.json", "finagle-ewma-even");
    int nodes = (int) number(vector, "input", "nodes");
    double requests = number(vector, "input", "requests");
    Traffic traffic =
        new Traffic(Selectors.peakEwma(), nodes, Traffic.Service.answers(Duration.ofMillis(100)));
    long[] counts = traffic.run(Duration.ofSeconds(10), requests / 10);
    long most = Arrays.stream(counts).max().orElseThrow();
    long least = Arrays.stream(counts).min().orElseThrow();
    assertTrue(
        most - least <= number(vector, "expected", "max_count_spread"), Arrays.toString(counts));
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA"})
  void finagleSkipsDownedNodesAndRevivesThem(Strategy strategy) throws Exception {
    Map<String, Object> vector = vector("peak_ewma.json", "finagle-revive");
    int nodes = (int) number(vector, "input", "nodes");
    int requests = (int) number(vector, "input", "requests_per_phase");
    InstanceRegistry registry = registry(nodes);
    registry.setStatus(id(0), InstanceStatus.DOWN);
    LoadBalancer balancer =
        LoadBalancer.builder("finagle", registry)
            .selector(strategy.selector())
            .ticker(new FakeTicker())
            .random(RandomSource.seeded(1))
            .build();
    for (int i = 1; i < nodes; i++) {
      balancer.acquire(EMPTY.excluding(others(nodes, i))).succeed(); // proves it
    }
    for (int i = 0; i < requests; i++) {
      balancer.acquire(EMPTY);
    }
    assertEquals(
        number(vector, "expected", "downed_node_gets"), Fixtures.find(balancer, id(0)).requests());

    registry.setStatus(id(0), InstanceStatus.UP);
    balancer.acquire(EMPTY.excluding(others(nodes, 0))).succeed();
    for (int i = 0; i < requests; i++) {
      balancer.acquire(EMPTY);
    }
    // It is idle beside nodes that hold a thousand each, and so wins every draw it is in.
    long revived = Fixtures.find(balancer, id(0)).requests();
    assertEquals(2.0 * requests / nodes, revived, 0.1 * 2 * requests / nodes);
  }

  private static List<String> others(int nodes, int one) {
    return IntStream.range(0, nodes).filter(i -> i != one).mapToObj(Fixtures::id).toList();
  }

  @Test
  void envoyLeastRequestTakesTheLessBusyOfTwo() throws Exception {
    List<Map<String, Object>> rows = get(vector("least_request.json", "p2c-basic"), "expected");
    for (Map<String, Object> row : rows) {
      List<Double> active = get(row, "active");
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
      fleet.get(0).inFlight.set(active.get(0).intValue());
      fleet.get(1).inFlight.set(active.get(1).intValue());
      for (int first = 0; first < 2; first++) {
        RandomSource random = new ScriptedRandom(ScriptedRandom.pair(first, 1 - first, 2));
        Picker picker = over(Selectors.powerOfTwoChoices(), fleet, random);
        assertSame(fleet.get((int) number(row, "pick")), pick(picker));
      }
    }
  }

  @Test
  void envoyLeastRequestKeepsToTheHostThatIsLeft() throws Exception {
    Map<String, Object> vector = vector("least_request.json", "host-removed");
    List<Double> weights = get(vector, "input", "weights");
    int removed = (int) number(vector, "input", "then_remove");
    int left = (int) number(vector, "expected", "after_removal");
    for (Strategy strategy : Strategy.values()) {
      InstanceRegistry registry = InstanceRegistry.builder().build();
      for (int i = 0; i < weights.size(); i++) {
        registry.register(Fixtures.instance(i).withWeight(weights.get(i)));
      }
      LoadBalancer balancer =
          LoadBalancer.builder("envoy", registry).selector(strategy.selector()).build();
      balancer.acquire(EMPTY);
      balancer.acquire(EMPTY);
      registry.deregister(id(removed));
      for (int i = 0; i < 20; i++) {
        assertEquals(id(left), balancer.acquire(EMPTY).instance().id());
      }
    }
  }

  @Test
  void grpcWeightedRandomPicksFromALargeTotal() throws Exception {
    Map<String, Object> vector = vector("least_request.json", "weighted-random-large");
    List<Double> list = get(vector, "input", "weights");
    double[] weights = list.stream().mapToDouble(weight -> weight).toArray();
    BigDecimal total = new BigDecimal(Arrays.stream(weights).sum());
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(weights.length);
    List<Map<String, Object>> rows = get(vector, "expected");
    for (Map<String, Object> row : rows) {
      // A draw of r out of the total is the value r + 1/2 parts of the way through the range.
      long value =
          new BigDecimal(number(row, "r") + 0.5)
              .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(64)))
              .divide(total, 0, RoundingMode.FLOOR)
              .toBigInteger()
              .longValue();
      Picker picker =
          Selectors.random()
              .prepare(Candidates.of(fleet, weights, new ScriptedRandom(value)), null);
      assertSame(fleet.get((int) number(row, "index")), pick(picker), row::toString);
    }
  }

  @Test
  void theGapOfTwoChoicesIsTheKnownOne() throws Exception {
    List<List<Object>> rows = get(vector("statistical_bounds.json", "p2c-gap"), "expected");
    int checked = 0;
    for (List<Object> row : rows) {
      if ((double) row.get(2) == 2 && row.get(3).equals(false)) {
        int bins = ((Double) row.get(0)).intValue();
        int balls = ((Double) row.get(1)).intValue();
        for (long seed = 1; seed <= 4; seed++) {
          List<FakeEndpoint> fleet = FakeEndpoint.fleet(bins);
          Picker picker = over(Selectors.powerOfTwoChoices(), fleet, RandomSource.seeded(seed));
          for (int ball = 0; ball < balls; ball++) {
            pick(picker).inFlight.incrementAndGet();
          }
          double average = (double) balls / bins;
          double most = fleet.stream().mapToInt(Endpoint::inFlight).max().orElseThrow() - average;
          double least = average - fleet.stream().mapToInt(Endpoint::inFlight).min().orElseThrow();
          assertTrue(most <= (double) row.get(5) + 1, () -> row + ": " + most);
          assertTrue(least <= (double) row.get(6) + 3, () -> row + ": " + least);
        }
        checked++;
      }
    }
    assertEquals(4, checked);
  }
}
