package dev.steelyard.lb.select;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An endpoint whose state a test sets. */
public final class FakeEndpoint implements Endpoint {
  private final Instance instance;
  public final AtomicInteger inFlight = new AtomicInteger();
  public volatile boolean unproven;
  public volatile double latencyNanos = 1e6;
  public volatile long silentNanos;
  public volatile double failureRate;
  public volatile boolean servesBoundSessions = true;
  public final List<LoadListener> listeners = new CopyOnWriteArrayList<>();

  public FakeEndpoint(int number) {
    this(Instance.of("host-" + number + ":80"));
  }

  public FakeEndpoint(Instance instance) {
    this.instance = instance;
  }

  public static List<FakeEndpoint> fleet(int size) {
    List<FakeEndpoint> fleet = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      fleet.add(new FakeEndpoint(i));
    }
    return fleet;
  }

  @Override
  public Instance instance() {
    return instance;
  }

  @Override
  public long incarnation() {
    return 1;
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public boolean isUnproven() {
    return unproven;
  }

  @Override
  public double latencyNanos(long nowNanos) {
    return latencyNanos;
  }

  @Override
  public long silentNanos(long nowNanos) {
    return silentNanos;
  }

  @Override
  public double failureRate() {
    return failureRate;
  }

  @Override
  public String toString() {
    return instance.id();
  }

  @Override
  public boolean servesBoundSessions() {
    return servesBoundSessions;
  }

  @Override
  public void listen(LoadListener listener) {
    listeners.add(listener);
  }

  /** A request begins, as the balancer would tell it. */
  public void begin() {
    inFlight.incrementAndGet();
    listeners.forEach(LoadListener::began);
  }

  /** A request ends, as the balancer would tell it. */
  public void end(Outcome outcome, long nanos) {
    inFlight.decrementAndGet();
    listeners.forEach(listener -> listener.ended(outcome, nanos));
  }
}
