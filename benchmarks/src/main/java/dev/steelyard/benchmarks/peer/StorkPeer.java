package dev.steelyard.benchmarks.peer;

import io.smallrye.stork.api.LoadBalancer;
import io.smallrye.stork.api.ServiceDiscovery;
import io.smallrye.stork.api.ServiceInstance;
import io.smallrye.stork.impl.DefaultServiceInstance;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesConfiguration;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesLoadBalancerProvider;
import java.util.ArrayList;
import java.util.List;

/** Stork's {@code LoadBalancer.selectServiceInstance}. */
final class StorkPeer implements Peer {
  private final LoadBalancer balancer;
  private final boolean measuring;
  private final List<ServiceInstance> instances;

  StorkPeer(LoadBalancer balancer, boolean measuring, int size) {
    this.balancer = balancer;
    this.measuring = measuring;
    instances = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      instances.add(new DefaultServiceInstance(i, Hosts.host(i), Hosts.PORT, false));
    }
  }

  /** Its constructor is not public. */
  static LoadBalancer powerOfTwo() {
    return new PowerOfTwoChoicesLoadBalancerProvider()
        .createLoadBalancer(new PowerOfTwoChoicesConfiguration(), (ServiceDiscovery) null);
  }

  @Override
  public Object pick(int key) {
    return balancer.selectServiceInstance(instances);
  }

  @Override
  public void request(Object picked) {
    ServiceInstance instance = (ServiceInstance) picked;
    if (instance.gatherStatistics()) {
      instance.recordStart(measuring);
      instance.recordReply();
      instance.recordEnd(null);
    }
  }

  @Override
  public Runnable open(Object picked) {
    ServiceInstance instance = (ServiceInstance) picked;
    instance.recordStart(measuring);
    return () -> {
      instance.recordReply();
      instance.recordEnd(null);
    };
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((ServiceInstance) picked).getHost());
  }
}
