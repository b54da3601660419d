package dev.steelyard.examples.chaos;

import java.util.concurrent.locks.LockSupport;

/** Writes the counts of a client and its callers down every 10 ms. */
final class Sampler implements AutoCloseable {
  private static final long PAUSE_NANOS = 10_000_000;

  private final Client client;
  private final OpenLoop load;
  private final Shares shares = new Shares();
  private final Thread thread = new Thread(this::run, "sampler");
  private volatile boolean stopped;

  Sampler(Client client, OpenLoop load) {
    this.client = client;
    this.load = load;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!stopped) {
      OpenLoop.Counts counts = load.counts();
      shares.add(
          new Shares.Row(System.nanoTime(), client.attempts(), counts.requests(), counts.good()));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Ends it; what it wrote down. */
  Shares stop() throws InterruptedException {
    stopped = true;
    thread.join();
    return shares;
  }

  @Override
  public void close() {
    stopped = true;
  }
}
