package dev.steelyard.examples.chaos;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The callers: requests at a constant rate, whether or not the ones before have been answered, and
 * the books on how each ended.
 *
 * <p>The time of a request begins when it was due, not when it was sent, so that a client that is
 * stuck does not make its own measurement look good. The number under way is bounded; beyond it,
 * requests are sent late, and that counts as their time. A request that has ended in neither an
 * answer nor an exception when the run is given up is lost.
 */
final class OpenLoop implements AutoCloseable {
  private static final int FIRST_ERROR = 400;
  private static final int KINDS = 20;
  private static final int CONNECT_RATE = 50;
  private static final long CONNECT_MILLIS = 800;

  private final Client client;
  private final double rate;
  private final double postShare;
  private final Random random;
  private final String prefix;
  private final int limit;
  private final Semaphore free;
  private final Thread sender = new Thread(this::run, "open-loop");
  private final LongAdder sent = new LongAdder();
  private final LongAdder good = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder postErrors = new LongAdder();
  private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
  // In microseconds, up to ten minutes, two digits.
  private final Histogram latency = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(10), 2);
  private volatile boolean stopped;

  /**
   * How requests ended.
   *
   * @param requests how many were sent
   * @param good how many were answered as they should
   * @param errors how many ended with an exception, a status from 400 on, or a wrong body
   * @param postErrors how many of the errors were of POSTs
   */
  record Counts(long requests, long good, long errors, long postErrors) {
    long lost() {
      return requests - good - errors;
    }
  }

  /**
   * Does not start yet.
   *
   * @param prefix what the ids of all requests begin with
   * @param limit how many may be under way
   */
  OpenLoop(Client client, double rate, double postShare, long seed, String prefix, int limit) {
    this.client = client;
    this.rate = rate;
    this.postShare = postShare;
    this.random = new Random(seed);
    this.prefix = prefix;
    this.limit = limit;
    this.free = new Semaphore(limit);
    sender.setDaemon(true);
  }

  /**
   * Opens connections one after the other, and lets the rate grow, so that what follows begins
   * connected, and with code that is compiled: all at once, a high rate meets timeouts before it
   * meets servers, and each timeout costs a connection.
   */
  static void warmUp(Client client, double rate, long seed) throws InterruptedException {
    for (double part = CONNECT_RATE; part < 2 * rate; part *= 2) {
      double gentle = Math.min(part, rate);
      try (OpenLoop load = new OpenLoop(client, gentle, 0, seed, "warm-" + part + "-", 1_000)) {
        load.start();
        Thread.sleep(CONNECT_MILLIS);
        load.stop(Target.TIMEOUT.multipliedBy(2));
      }
    }
  }

  void start() {
    sender.start();
  }

  private void run() {
    long start = System.nanoTime();
    for (long i = 0; !stopped; i++) {
      long due = start + (long) (i * 1e9 / rate);
      for (long left = due - System.nanoTime();
          left > 0 && !stopped;
          left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      try {
        free.acquire();
      } catch (InterruptedException givenUp) {
        return;
      }
      if (stopped) {
        free.release();
      } else {
        send(i, due);
      }
    }
  }

  private void send(long number, long due) {
    String id = prefix + number;
    boolean post = random.nextDouble() < postShare;
    sent.increment();
    try {
      var unused =
          client
              .send(id, post)
              .whenComplete((answer, failure) -> ended(id, post, due, answer, failure));
    } catch (RuntimeException failure) {
      ended(id, post, due, null, failure);
    }
  }

  private void ended(
      String id,
      boolean post,
      long due,
      Client.@Nullable Answer answer,
      @Nullable Throwable failure) {
    latency.recordValue(
        Math.min(
            TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due),
            latency.getHighestTrackableValue()));
    @Nullable String kind = kind(id, answer, failure);
    if (kind == null) {
      good.increment();
    } else {
      // Bounded: messages may have numbers in them.
      String known = kinds.size() < KINDS || kinds.containsKey(kind) ? kind : "other";
      kinds.computeIfAbsent(known, first -> new LongAdder()).increment();
      errors.increment();
      if (post) {
        postErrors.increment();
      }
    }
    free.release();
  }

  /** What is wrong, or null. */
  private static @Nullable String kind(
      String id, Client.@Nullable Answer answer, @Nullable Throwable failure) {
    if (answer == null) {
      @Nullable Throwable cause = failure;
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      return String.valueOf(cause);
    }
    if (answer.status() >= FIRST_ERROR) {
      return "status " + answer.status();
    }
    return answer.body().trim().equals(id) ? null : "wrong body";
  }

  /** Sends no more. Returns whether all that was sent has ended within the time. */
  boolean stop(Duration patience) throws InterruptedException {
    stopped = true;
    long start = System.nanoTime();
    sender.join(patience.toMillis());
    long left = patience.toNanos() - (System.nanoTime() - start);
    return free.tryAcquire(limit, Math.max(left, 0), TimeUnit.NANOSECONDS);
  }

  Counts counts() {
    // Ends first: none is counted before its beginning.
    long goodNow = good.sum();
    long errorsNow = errors.sum();
    long postErrorsNow = postErrors.sum();
    return new Counts(sent.sum(), goodNow, errorsNow, postErrorsNow);
  }

  /** What callers got instead of an answer, and how often. */
  Map<String, Long> kinds() {
    Map<String, Long> counted = new TreeMap<>();
    kinds.forEach((kind, count) -> counted.put(kind, count.sum()));
    return counted;
  }

  /** In microseconds. */
  Histogram latency() {
    return latency.copy();
  }

  /** Gives up what has not ended. */
  @Override
  public void close() {
    stopped = true;
    sender.interrupt();
  }
}
