package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** A fixed number of callers, each of which sends its next request when the last one has ended. */
final class ClosedLoop {

  /** How long a host takes for a request, with so many in flight, that one included. */
  interface Service {
    double millis(int host, int inFlight);
  }

  private record Departure(long at, FakeEndpoint endpoint, long nanos) {}

  private final PriorityQueue<Departure> departures =
      new PriorityQueue<>(Comparator.comparingLong(Departure::at));
  private final List<FakeEndpoint> fleet;
  private final Picker picker;
  private final int callers;
  private final RandomSource random = RandomSource.seeded(3);
  private Service service;
  private long now;
  private double sumMillis;

  ClosedLoop(Selector selector, int hosts, int callers, Service service) {
    this.fleet = FakeEndpoint.fleet(hosts);
    this.picker =
        selector.prepare(Candidates.of(fleet, equal(hosts), RandomSource.seeded(8)), null);
    this.callers = callers;
    this.service = service;
  }

  List<FakeEndpoint> fleet() {
    return fleet;
  }

  ClosedLoop now(Service other) {
    service = other;
    return this;
  }

  long nanos() {
    return now;
  }

  /** The shares of so many requests; times vary by a tenth, so that callers do not go in step. */
  double[] run(int requests) {
    double[] shares = new double[fleet.size()];
    sumMillis = 0;
    for (int i = 0; i < requests; i++) {
      while (departures.size() >= callers) {
        Departure departure = departures.remove();
        now = departure.at;
        departure.endpoint.end(Outcome.SUCCESS, departure.nanos);
      }
      FakeEndpoint endpoint =
          (FakeEndpoint) picker.pick(RequestContext.empty(), Exclusions.none(), now);
      endpoint.begin();
      int host = fleet.indexOf(endpoint);
      shares[host] += 1.0 / requests;
      double noise = 0.95 + random.nextInt(1000) / 10_000.0;
      double millis = service.millis(host, endpoint.inFlight()) * noise;
      sumMillis += millis / requests;
      long nanos = (long) (millis * 1e6);
      departures.add(new Departure(now + nanos, endpoint, nanos));
    }
    return shares;
  }

  /** Of the requests of the last run. */
  double meanMillis() {
    return sumMillis;
  }
}
