package dev.steelyard.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import dev.steelyard.benchmarks.pick.Weights;
import java.util.Map;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.loadbalancer.core.RandomLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.WeightedServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.ServiceInstanceListSuppliers;
import org.springframework.cloud.loadbalancer.support.SimpleObjectProvider;

/** Spring Cloud LoadBalancer over a fixed list, waited for as its blocking client does. */
final class SpringPeer implements Peer {
  private static final String SERVICE = "service";

  private final ReactorServiceInstanceLoadBalancer balancer;
  private final Request<?> request = new DefaultRequest<>();

  private SpringPeer(ReactorServiceInstanceLoadBalancer balancer) {
    this.balancer = balancer;
  }

  static Peer roundRobin(int size) {
    return new SpringPeer(
        new RoundRobinLoadBalancer(
            new SimpleObjectProvider<>(instances(size, Weights.EQUAL)), SERVICE));
  }

  static Peer random(int size) {
    return new SpringPeer(
        new RandomLoadBalancer(
            new SimpleObjectProvider<>(instances(size, Weights.EQUAL)), SERVICE));
  }

  static Peer weighted(int size) {
    ServiceInstanceListSupplier supplier =
        new WeightedServiceInstanceListSupplier(instances(size, Weights.DIFFERENT));
    return new SpringPeer(
        new RoundRobinLoadBalancer(new SimpleObjectProvider<>(supplier), SERVICE));
  }

  private static ServiceInstanceListSupplier instances(int size, Weights weights) {
    ServiceInstance[] instances = new ServiceInstance[size];
    for (int i = 0; i < size; i++) {
      String host = Hosts.host(i);
      Map<String, String> metadata = Map.of("weight", Integer.toString((int) weights.of(i)));
      instances[i] = new DefaultServiceInstance(host, SERVICE, host, Hosts.PORT, false, metadata);
    }
    return ServiceInstanceListSuppliers.from(SERVICE, instances);
  }

  @Override
  public Object pick(int key) {
    return requireNonNull(requireNonNull(balancer.choose(request).block()).getServer());
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((ServiceInstance) picked).getHost());
  }
}
