package dev.steelyard.benchmarks.peer;

import dev.steelyard.benchmarks.pick.Keys;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.InteractionMetrics;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerInteraction;
import io.vertx.core.net.endpoint.ServerSelector;
import java.util.ArrayList;
import java.util.List;

/** Vert.x's {@code ServerSelector} over endpoints that are only an address and their metrics. */
final class VertxPeer implements ChangingPeer {
  private final LoadBalancer balancer;
  private final boolean hashing;
  private final String[] keys = Keys.texts();
  private final List<StubEndpoint> all;
  private List<StubEndpoint> endpoints;
  private ServerSelector selector;

  VertxPeer(LoadBalancer balancer, int size) {
    this.balancer = balancer;
    this.hashing = balancer == LoadBalancer.CONSISTENT_HASHING;
    all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(
          new StubEndpoint(
              SocketAddress.inetSocketAddress(Hosts.PORT, Hosts.host(i)), balancer.newMetrics()));
    }
    endpoints = all;
    selector = balancer.selector(endpoints);
  }

  @Override
  public Object pick(int key) {
    return endpoints.get(hashing ? selector.select(keys[key]) : selector.select());
  }

  @Override
  public void request(Object picked) {
    requestWith(((StubEndpoint) picked).metrics());
  }

  private static <M> void requestWith(InteractionMetrics<M> metrics) {
    M metric = metrics.initiateRequest();
    metrics.reportRequestBegin(metric);
    metrics.reportRequestEnd(metric);
    metrics.reportResponseBegin(metric);
    metrics.reportResponseEnd(metric);
  }

  @Override
  public Runnable open(Object picked) {
    return openWith(((StubEndpoint) picked).metrics());
  }

  private static <M> Runnable openWith(InteractionMetrics<M> metrics) {
    M metric = metrics.initiateRequest();
    metrics.reportRequestBegin(metric);
    return () -> {
      metrics.reportRequestEnd(metric);
      metrics.reportResponseBegin(metric);
      metrics.reportResponseEnd(metric);
    };
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((StubEndpoint) picked).address().host());
  }

  @Override
  public void change(boolean there) {
    endpoints = there ? all : all.subList(0, all.size() - 1);
    selector = balancer.selector(endpoints);
  }

  private record StubEndpoint(SocketAddress address, InteractionMetrics<?> metrics)
      implements ServerEndpoint {
    @Override
    public String key() {
      return address.toString();
    }

    @Override
    public String protocolId() {
      return "HTTP_1_1";
    }

    @Override
    public ServerInteraction newInteraction() {
      throw new UnsupportedOperationException("the metrics are told directly");
    }

    @Override
    public Object unwrap() {
      return this;
    }
  }
}
