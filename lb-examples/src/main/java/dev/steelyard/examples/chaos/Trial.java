package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * One client and one case: the load begins, and meets healthy instances for a fifth of the time;
 * the fault lasts two fifths; the rest is for the recovery.
 */
final class Trial {
  private static final double LEAD = 0.2;
  private static final double FAULT = 0.4;
  private static final double RECOVERY = 0.4;
  private static final long TICK_NANOS = 10_000_000;

  /** Longer than a request may take under any client. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Setup setup;
  private final NodeFleet fleet;

  /**
   * What all trials of a run have in common.
   *
   * @param seconds how long one trial takes
   * @param rate requests per second
   * @param postShare the part of them that are POSTs
   */
  record Setup(double seconds, double rate, double postShare, long seed, int underWay) {}

  Trial(Setup setup, NodeFleet fleet) {
    this.setup = setup;
    this.fleet = fleet;
  }

  /**
   * Runs it.
   *
   * @param prefix what the ids of its requests begin with, unlike those of all other trials
   */
  FaultReport run(Case faults, Client client, Injection injection, String prefix)
      throws IOException, InterruptedException {
    long before = sum(client.attempts());
    try (OpenLoop load =
            new OpenLoop(
                client, setup.rate(), setup.postShare(), setup.seed(), prefix, setup.underWay());
        Sampler sampler = new Sampler(client, load)) {
      sampler.start();
      load.start();
      pause(LEAD);
      final long injected = System.nanoTime();
      final long healing;
      injection.begin();
      try {
        long duration = (long) (setup.seconds() * FAULT * 1e9);
        for (long now = injected; now - injected < duration; now = System.nanoTime()) {
          injection.go(now - injected);
          LockSupport.parkNanos(TICK_NANOS);
        }
      } finally {
        healing = System.nanoTime();
        injection.end();
      }
      final long healed = System.nanoTime();
      pause(RECOVERY);
      // Before the load runs out: what ends afterwards belongs to no window.
      Shares shares = sampler.stop();
      load.stop(PATIENCE);
      return report(
          faults, client, before, injection, prefix, load, shares, injected, healing, healed);
    }
  }

  private FaultReport report(
      Case faults,
      Client client,
      long before,
      Injection injection,
      String prefix,
      OpenLoop load,
      Shares shares,
      long injected,
      long healing,
      long healed)
      throws IOException, InterruptedException {
    int[] bad = injection.indexes();
    OpenLoop.Counts counts = load.counts();
    long inFlight = settledInFlight(client);
    long attempts = sum(client.attempts()) - before;
    Journal.Arrivals arrivals = Journal.read(fleet.journals(), prefix);
    Histogram latency = load.latency();
    boolean all = bad.length == fleet.nodes().size();
    List<String> broken = FaultReport.broken(faults, counts, arrivals, inFlight);
    return new FaultReport(
        faults.label(),
        counts.requests(),
        counts.lost(),
        counts.errors(),
        all ? Shares.NEVER : shares.awayMillis(injected, healing, bad),
        all ? shares.answeringMillis(healed) : shares.backMillis(healed, bad),
        shares.share(Shares.settled(injected, healing), healing, bad),
        counts.requests() == 0 ? 0 : (double) attempts / counts.requests() - 1,
        injection.where(),
        attempts,
        arrivals.arrivals(),
        arrivals.duplicates(),
        arrivals.doublePosts(),
        counts.postErrors(),
        inFlight,
        latency.getValueAtPercentile(50) / 1e3,
        latency.getValueAtPercentile(99) / 1e3,
        latency.getMaxValue() / 1e3,
        load.kinds(),
        broken);
  }

  /** A lease may end a moment after its caller was told. */
  static long settledInFlight(Client client) throws InterruptedException {
    long start = System.nanoTime();
    while (client.inFlight() != 0 && System.nanoTime() - start < PATIENCE.toNanos() / 5) {
      Thread.sleep(5);
    }
    return client.inFlight();
  }

  private void pause(double share) throws InterruptedException {
    Thread.sleep((long) (setup.seconds() * share * 1e3));
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
