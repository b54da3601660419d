package dev.steelyard.lb.limit;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.DoubleSupplier;

/**
 * A server with some workers and a queue without bound, and a client that sends what its limit
 * allows and drops the rest. Virtual time; Poisson arrivals.
 */
final class ServerModel {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000 * MILLI;

  private record Request(long begunAt, long endsAt, boolean rejected) {}

  final AdaptiveLimit limit;
  private final RandomSource random;
  private final PriorityQueue<Long> workerFreeAt = new PriorityQueue<>();
  private final PriorityQueue<Request> inFlight =
      new PriorityQueue<>(Comparator.comparingLong(Request::endsAt));
  private final DoubleSupplier variation;
  private final int rejectsAbove;
  private double serviceMillis;
  private long now;

  long sent;
  long shed;
  long rejected;
  double latencySum;
  int lowest;
  int highest;

  private ServerModel(
      AdaptiveLimit limit,
      int workers,
      double serviceMillis,
      boolean even,
      int rejectsAbove,
      RandomSource random) {
    this.limit = limit;
    this.random = random;
    this.serviceMillis = serviceMillis;
    this.rejectsAbove = rejectsAbove;
    this.variation = even ? () -> 1 : this::exponential;
    for (int i = 0; i < workers; i++) {
      workerFreeAt.add(0L);
    }
  }

  static ServerModel of(AdaptiveLimit limit, int workers, double serviceMillis, long seed) {
    return new ServerModel(
        limit, workers, serviceMillis, false, Integer.MAX_VALUE, RandomSource.seeded(seed));
  }

  static ServerModel even(AdaptiveLimit limit, int workers, double serviceMillis, long seed) {
    return new ServerModel(
        limit, workers, serviceMillis, true, Integer.MAX_VALUE, RandomSource.seeded(seed));
  }

  static ServerModel rejecting(AdaptiveLimit limit, int workers, int above, long seed) {
    return new ServerModel(limit, workers, 10, false, above, RandomSource.seeded(seed));
  }

  private double exponential() {
    double uniform = ((random.nextLong() >>> 11) + 1) * 0x1.0p-53;
    return -Math.log(uniform);
  }

  void setServiceMillis(double millis) {
    serviceMillis = millis;
  }

  /** Runs for some time; the counts are those of this run. */
  void run(double seconds, double perSecond) {
    sent = 0;
    shed = 0;
    rejected = 0;
    latencySum = 0;
    lowest = limit.limit();
    highest = lowest;
    long end = now + (long) (seconds * SECOND);
    long arrival = now + gap(perSecond);
    while (arrival < end) {
      finishUntil(arrival);
      now = arrival;
      arrive();
      arrival = now + gap(perSecond);
    }
    finishUntil(end);
    now = end;
  }

  private long gap(double perSecond) {
    return (long) (exponential() * SECOND / perSecond) + 1;
  }

  private void arrive() {
    if (inFlight.size() >= limit.limit()) {
      shed++;
      return;
    }
    sent++;
    if (inFlight.size() >= rejectsAbove) {
      inFlight.add(new Request(now, now + MILLI / 2, true));
      return;
    }
    long start = Math.max(workerFreeAt.remove(), now);
    long done = start + (long) (serviceMillis * MILLI * variation.getAsDouble()) + 1;
    workerFreeAt.add(done);
    inFlight.add(new Request(now, done, false));
  }

  private void finishUntil(long time) {
    for (Request next = inFlight.peek();
        next != null && next.endsAt() <= time;
        next = inFlight.peek()) {
      long latency = next.endsAt() - next.begunAt();
      Outcome outcome = next.rejected() ? Outcome.OVERLOADED : Outcome.SUCCESS;
      rejected += next.rejected() ? 1 : 0;
      limit.sample(latency, inFlight.size(), outcome, next.endsAt());
      inFlight.remove();
      latencySum += latency;
      lowest = Math.min(lowest, limit.limit());
      highest = Math.max(highest, limit.limit());
    }
  }

  double meanLatencyMillis() {
    return latencySum / sent / MILLI;
  }

  @Override
  public String toString() {
    return "limit %d (%d..%d), sent %d, shed %d, rejected %d, latency %.1f ms"
        .formatted(limit.limit(), lowest, highest, sent, shed, rejected, meanLatencyMillis());
  }
}
