package dev.steelyard.benchmarks.peer;

import static io.servicetalk.concurrent.api.SourceAdapters.toSource;
import static java.util.Objects.requireNonNull;

import io.servicetalk.client.api.ConnectionFactory;
import io.servicetalk.client.api.DefaultServiceDiscovererEvent;
import io.servicetalk.client.api.LoadBalancedConnection;
import io.servicetalk.client.api.LoadBalancer;
import io.servicetalk.client.api.RequestTracker;
import io.servicetalk.client.api.ServiceDiscovererEvent;
import io.servicetalk.concurrent.Cancellable;
import io.servicetalk.concurrent.SingleSource;
import io.servicetalk.concurrent.api.Completable;
import io.servicetalk.concurrent.api.Publisher;
import io.servicetalk.concurrent.api.Single;
import io.servicetalk.context.api.ContextMap;
import io.servicetalk.loadbalancer.LoadBalancers;
import io.servicetalk.loadbalancer.LoadBalancingPolicy;
import io.servicetalk.transport.api.TransportObserver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** ServiceTalk's {@code LoadBalancer.selectConnection} over connections that are there at once. */
final class ServiceTalkPeer implements Peer {
  @SuppressWarnings("UnnecessaryLambda") // one object for all picks
  private static final Predicate<Connection> ANY = connection -> true;

  private final LoadBalancer<Connection> balancer;

  ServiceTalkPeer(LoadBalancingPolicy<String, Connection> policy, int size) {
    List<ServiceDiscovererEvent<String>> events = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      events.add(
          new DefaultServiceDiscovererEvent<>(
              Hosts.host(i), ServiceDiscovererEvent.Status.AVAILABLE));
    }
    Collection<ServiceDiscovererEvent<String>> all = events;
    balancer =
        LoadBalancers.<String, Connection>builder("benchmark")
            .loadBalancingPolicy(policy)
            .build()
            .newLoadBalancer(Publisher.from(all).concat(Publisher.never()), new Stubs(), "target");
  }

  @Override
  public Object pick(int key) {
    Selected result = new Selected();
    toSource(balancer.selectConnection(ANY, null)).subscribe(result);
    return requireNonNull(result.connection);
  }

  @Override
  public void request(Object picked) {
    RequestTracker tracker = ((Connection) picked).tracker;
    tracker.onRequestSuccess(tracker.beforeRequestStart());
  }

  @Override
  public Runnable open(Object picked) {
    RequestTracker tracker = ((Connection) picked).tracker;
    long start = tracker.beforeRequestStart();
    return () -> tracker.onRequestSuccess(start);
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((Connection) picked).host);
  }

  private static final class Selected implements SingleSource.Subscriber<Connection> {
    private @Nullable Connection connection;

    @Override
    public void onSubscribe(Cancellable cancellable) {}

    @Override
    public void onSuccess(@Nullable Connection selected) {
      connection = selected;
    }

    @Override
    public void onError(Throwable fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static final class Stubs implements ConnectionFactory<String, Connection> {
    @Override
    public Single<Connection> newConnection(
        String host, @Nullable ContextMap context, @Nullable TransportObserver observer) {
      return Single.succeeded(
          new Connection(
              host,
              requireNonNull(requireNonNull(context).get(RequestTracker.REQUEST_TRACKER_KEY))));
    }

    @Override
    public Completable onClose() {
      return Completable.never();
    }

    @Override
    public Completable closeAsync() {
      return Completable.completed();
    }
  }

  /** Ready for any number of requests. */
  static final class Connection implements LoadBalancedConnection {
    private final String host;
    private final RequestTracker tracker;

    Connection(String host, RequestTracker tracker) {
      this.host = host;
      this.tracker = tracker;
    }

    @Override
    public int score() {
      return 1;
    }

    @Override
    public Result tryRequest() {
      return Result.Accepted;
    }

    @Override
    public void requestFinished() {}

    @Override
    public boolean tryReserve() {
      return true;
    }

    @Override
    public Completable releaseAsync() {
      return Completable.completed();
    }

    @Override
    public Completable onClose() {
      return Completable.never();
    }

    @Override
    public Completable closeAsync() {
      return Completable.completed();
    }
  }
}
