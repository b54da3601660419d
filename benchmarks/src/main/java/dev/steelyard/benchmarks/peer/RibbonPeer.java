package dev.steelyard.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import com.netflix.loadbalancer.BaseLoadBalancer;
import com.netflix.loadbalancer.BestAvailableRule;
import com.netflix.loadbalancer.IRule;
import com.netflix.loadbalancer.LoadBalancerStats;
import com.netflix.loadbalancer.RoundRobinRule;
import com.netflix.loadbalancer.Server;
import com.netflix.loadbalancer.ServerStats;
import com.netflix.loadbalancer.WeightedResponseTimeRule;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.List;

/** Ribbon's {@code BaseLoadBalancer.chooseServer}. */
final class RibbonPeer implements Peer {
  private final BaseLoadBalancer balancer;
  private final LoadBalancerStats stats = new LoadBalancerStats("benchmark");

  private RibbonPeer(int size) {
    balancer = new BaseLoadBalancer("benchmark", new RoundRobinRule(), stats);
    List<Server> servers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      servers.add(new Server(Hosts.host(i), Hosts.PORT));
    }
    balancer.setServersList(servers);
    for (Server server : servers) {
      server.setAlive(true);
      server.setReadyToServe(true);
    }
  }

  static Peer roundRobin(int size) {
    return new RibbonPeer(size);
  }

  static Peer bestAvailable(int size) {
    return new RibbonPeer(size).with(new BestAvailableRule());
  }

  /** The rule weighs when it is set, so the instances have answered by then: in 1 to 10 ms. */
  static Peer weightedResponseTime(int size) {
    RibbonPeer peer = new RibbonPeer(size);
    for (int i = 0; i < size; i++) {
      peer.stats.noteResponseTime(peer.balancer.getAllServers().get(i), Weights.DIFFERENT.of(i));
    }
    return peer.with(new WeightedResponseTimeRule());
  }

  private Peer with(IRule rule) {
    balancer.setRule(rule);
    return this;
  }

  @Override
  public Object pick(int key) {
    return requireNonNull(balancer.chooseServer("default"));
  }

  @Override
  public void request(Object picked) {
    ServerStats server = stats.getSingleServerStat((Server) picked);
    server.incrementActiveRequestsCount();
    end(server);
  }

  @Override
  public Runnable open(Object picked) {
    ServerStats server = stats.getSingleServerStat((Server) picked);
    server.incrementActiveRequestsCount();
    return () -> end(server);
  }

  private static void end(ServerStats server) {
    server.decrementActiveRequestsCount();
    server.incrementNumRequests();
    server.noteResponseTime(1);
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((Server) picked).getHost());
  }

  @Override
  public void close() {
    balancer.shutdown();
  }
}
