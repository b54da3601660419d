package dev.steelyard.lb;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selector;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * An open stream of requests to simulated hosts, in virtual time: arrivals at random (Poisson),
 * every request takes what its host says and ends as its host says.
 */
final class Traffic {

  /** How a host serves at a moment. */
  record Service(long nanos, Consumer<Lease> end) {
    static Service answers(Duration time) {
      return new Service(time.toNanos(), Lease::succeed);
    }

    static Service fails(Duration time) {
      return new Service(time.toNanos(), Lease::fail);
    }

    static Service refuses(Duration time) {
      return new Service(time.toNanos(), Lease::unreachable);
    }
  }

  private record Departure(long at, Lease lease, Consumer<Lease> end) {}

  private final FakeTicker ticker = new FakeTicker();
  private final RandomSource random = RandomSource.seeded(17);
  private final PriorityQueue<Departure> departures =
      new PriorityQueue<>(Comparator.comparingLong(Departure::at));
  private final Service[] services;
  private final LoadBalancer balancer;
  private double nextArrival;

  Traffic(Selector selector, int hosts, Service service) {
    InstanceRegistry registry = Fixtures.registry(hosts);
    this.services = new Service[hosts];
    Arrays.fill(services, service);
    this.balancer =
        LoadBalancer.builder("simulated", registry)
            .failurePolicy(FailurePolicy.standard().withoutEjection()) // what the strategies do
            .selector(selector)
            .ticker(ticker)
            .random(RandomSource.seeded(4))
            .build();
  }

  Traffic host(int host, Service service) {
    services[host] = service;
    return this;
  }

  LoadBalancer balancer() {
    return balancer;
  }

  /** Sends requests for a while and returns how many each host got. */
  long[] run(Duration duration, double perSecond) {
    long[] counts = new long[services.length];
    long until = ticker.nanos() + duration.toNanos();
    while (true) {
      nextArrival += -Math.log(1 - (random.nextLong() >>> 11) * 0x1p-53) * 1e9 / perSecond;
      if (nextArrival > until) {
        nextArrival = until;
        break;
      }
      depart((long) nextArrival);
      ticker.set((long) nextArrival);
      Lease lease = balancer.acquire(RequestContext.empty());
      int host = Integer.parseInt(lease.instance().id().replaceAll("\\D+(\\d+):.*", "$1"));
      counts[host]++;
      Service service = services[host];
      departures.add(new Departure(ticker.nanos() + service.nanos(), lease, service.end()));
    }
    depart(until);
    ticker.set(until);
    return counts;
  }

  private void depart(long until) {
    while (!departures.isEmpty() && departures.peek().at() <= until) {
      Departure departure = departures.remove();
      ticker.set(departure.at());
      departure.end().accept(departure.lease());
    }
  }
}
