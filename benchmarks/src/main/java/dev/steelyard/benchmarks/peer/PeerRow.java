package dev.steelyard.benchmarks.peer;

import static dev.steelyard.benchmarks.peer.Promise.BY_KEY;
import static dev.steelyard.benchmarks.peer.Promise.BY_OTHERS_TIME;
import static dev.steelyard.benchmarks.peer.Promise.BY_WEIGHT;
import static dev.steelyard.benchmarks.peer.Promise.EQUAL_CHANCE;
import static dev.steelyard.benchmarks.peer.Promise.FASTEST;
import static dev.steelyard.benchmarks.peer.Promise.LEAST_OPEN;
import static dev.steelyard.benchmarks.peer.Promise.LESS_OPEN;
import static dev.steelyard.benchmarks.peer.Promise.TURNS;
import static dev.steelyard.benchmarks.pick.Family.HASHING;
import static dev.steelyard.benchmarks.pick.Family.LEAST_LOADED;
import static dev.steelyard.benchmarks.pick.Family.RANDOM;
import static dev.steelyard.benchmarks.pick.Family.ROUND_ROBIN;
import static dev.steelyard.benchmarks.pick.Family.WEIGHTED;

import dev.steelyard.benchmarks.pick.Family;
import dev.steelyard.benchmarks.pick.Weights;
import io.servicetalk.loadbalancer.LoadBalancingPolicies;
import io.smallrye.stork.impl.RoundRobinLoadBalancer;
import io.smallrye.stork.loadbalancer.leastresponsetime.LeastResponseTimeConfiguration;
import io.smallrye.stork.loadbalancer.leastresponsetime.LeastResponseTimeLoadBalancer;
import io.smallrye.stork.loadbalancer.requests.LeastRequestsLoadBalancer;
import io.vertx.core.net.endpoint.LoadBalancer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.apache.dubbo.rpc.cluster.loadbalance.ConsistentHashLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.LeastActiveLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.RandomLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.RoundRobinLoadBalance;

/** What is measured of the peers. */
public enum PeerRow {
  ARMERIA_ROUND_ROBIN(ROUND_ROBIN, TURNS, true, ArmeriaPeer::roundRobin),
  GRPC_ROUND_ROBIN(ROUND_ROBIN, TURNS, true, GrpcPeer::roundRobin),
  RIBBON_ROUND_ROBIN(ROUND_ROBIN, TURNS, true, RibbonPeer::roundRobin),
  SERVICETALK_ROUND_ROBIN(
      ROUND_ROBIN,
      TURNS,
      true,
      size -> new ServiceTalkPeer(LoadBalancingPolicies.roundRobin().build(), size)),
  SPRING_ROUND_ROBIN(ROUND_ROBIN, TURNS, true, SpringPeer::roundRobin),
  STORK_ROUND_ROBIN(
      ROUND_ROBIN, TURNS, false, size -> new StorkPeer(new RoundRobinLoadBalancer(), false, size)),
  VERTX_ROUND_ROBIN(
      ROUND_ROBIN, TURNS, true, size -> new VertxPeer(LoadBalancer.ROUND_ROBIN, size)),

  SPRING_RANDOM(RANDOM, EQUAL_CHANCE, true, SpringPeer::random),
  VERTX_RANDOM(RANDOM, EQUAL_CHANCE, true, size -> new VertxPeer(LoadBalancer.RANDOM, size)),

  ARMERIA_WEIGHTED_ROUND_ROBIN(WEIGHTED, BY_WEIGHT, true, ArmeriaPeer::weightedRoundRobin),
  DUBBO_RANDOM(
      WEIGHTED,
      BY_WEIGHT,
      false,
      size -> new DubboPeer(new RandomLoadBalance(), size, Weights.DIFFERENT)),
  DUBBO_ROUND_ROBIN(
      WEIGHTED,
      BY_WEIGHT,
      false,
      size -> new DubboPeer(new RoundRobinLoadBalance(), size, Weights.DIFFERENT)),
  GRPC_WEIGHTED_ROUND_ROBIN(WEIGHTED, BY_WEIGHT, true, GrpcPeer::weightedRoundRobin),
  RIBBON_WEIGHTED_RESPONSE_TIME(WEIGHTED, BY_OTHERS_TIME, false, RibbonPeer::weightedResponseTime),
  SPRING_WEIGHTED_ROUND_ROBIN(WEIGHTED, BY_WEIGHT, false, SpringPeer::weighted),

  DUBBO_LEAST_ACTIVE(
      LEAST_LOADED,
      LEAST_OPEN,
      false,
      size -> new DubboPeer(new LeastActiveLoadBalance(), size, Weights.EQUAL)),
  DUBBO_SHORTEST_RESPONSE(LEAST_LOADED, FASTEST, false, DubboPeer::shortestResponse),
  GRPC_LEAST_REQUEST(LEAST_LOADED, LESS_OPEN, true, GrpcPeer::leastRequest),
  RIBBON_BEST_AVAILABLE(LEAST_LOADED, LEAST_OPEN, false, RibbonPeer::bestAvailable),
  SERVICETALK_POWER_OF_TWO(
      LEAST_LOADED,
      FASTEST,
      true,
      size -> new ServiceTalkPeer(LoadBalancingPolicies.p2c().build(), size)),
  STORK_LEAST_REQUESTS(
      LEAST_LOADED,
      LEAST_OPEN,
      false,
      size -> new StorkPeer(new LeastRequestsLoadBalancer(), false, size)),
  STORK_LEAST_RESPONSE_TIME(
      LEAST_LOADED,
      FASTEST,
      false,
      size ->
          new StorkPeer(
              new LeastResponseTimeLoadBalancer(new LeastResponseTimeConfiguration()), true, size)),
  STORK_POWER_OF_TWO(
      LEAST_LOADED, LESS_OPEN, false, size -> new StorkPeer(StorkPeer.powerOfTwo(), false, size)),
  VERTX_LEAST_REQUESTS(
      LEAST_LOADED, LEAST_OPEN, false, size -> new VertxPeer(LoadBalancer.LEAST_REQUESTS, size)),
  VERTX_POWER_OF_TWO(
      LEAST_LOADED,
      LESS_OPEN,
      true,
      size -> new VertxPeer(LoadBalancer.POWER_OF_TWO_CHOICES, size)),

  ARMERIA_STICKY(HASHING, BY_KEY, true, ArmeriaPeer::sticky),
  DUBBO_CONSISTENT_HASH(
      HASHING,
      BY_KEY,
      false,
      size -> new DubboPeer(new ConsistentHashLoadBalance(), size, Weights.EQUAL)),
  GRPC_RING_HASH(HASHING, BY_KEY, true, GrpcPeer::ringHash),
  GRPC_RING_HASH_OF_HEADER(HASHING, BY_KEY, true, GrpcPeer::ringHashOfHeader),
  VERTX_CONSISTENT_HASHING(
      HASHING, BY_KEY, false, size -> new VertxPeer(LoadBalancer.CONSISTENT_HASHING, size));

  private final Family family;
  private final Promise promise;
  private final boolean anySize;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference
  private final IntFunction<Peer> factory;

  PeerRow(Family family, Promise promise, boolean anySize, IntFunction<Peer> factory) {
    this.family = family;
    this.promise = promise;
    this.anySize = anySize;
    this.factory = factory;
  }

  /**
   * Returns where it is compared.
   *
   * @return the family
   */
  public Family family() {
    return family;
  }

  /**
   * Returns whether it is measured with this many instances: what looks at all of them for each
   * pick shows that at 10 and 1000.
   *
   * @param instances how many
   * @return whether it is
   */
  public boolean isMeasuredAt(int instances) {
    return anySize || instances == 10 || instances == 1000;
  }

  /**
   * Returns the name for reading.
   *
   * @return library and algorithm
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * Returns what is measured of it.
   *
   * @return the method of {@link PeerBenchmark}
   */
  public String method() {
    return family == LEAST_LOADED ? "request" : "pick";
  }

  /**
   * Returns the rows of a family.
   *
   * @param family the family
   * @return some of all, in their order
   */
  public static List<PeerRow> of(Family family) {
    return Arrays.stream(values()).filter(row -> row.family == family).toList();
  }

  /**
   * Returns whether a change of its instances is measured.
   *
   * @return whether its public API makes that simple
   */
  public boolean isChanging() {
    return name().startsWith("ARMERIA") || name().startsWith("GRPC") || name().startsWith("VERTX");
  }

  /** Brings it up without a check. */
  Peer make(int instances) {
    return factory.apply(instances);
  }

  /** Brings it up, and sees that it picks as it promises. */
  Peer proven(int instances) {
    Peer peer = make(instances);
    int picks = (anySize ? 55 : 11) * Math.max(instances, 1000);
    try {
      promise.check(peer, instances, picks);
    } catch (RuntimeException e) {
      throw new IllegalStateException(this + " with " + instances + " instances", e);
    }
    return peer;
  }
}
