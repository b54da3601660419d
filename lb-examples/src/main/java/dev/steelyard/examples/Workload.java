package dev.steelyard.examples;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The callers: threads that send one request after the other, and the books on how each of them
 * ended.
 *
 * <p>A request has ended when {@code send} has returned, whatever the status (answered), or thrown
 * (an error to the caller). A request that has done neither when the run is given up is lost, and
 * nothing else is: it is what remains, not what somebody has counted.
 */
final class Workload implements AutoCloseable {
  private static final int FIRST_SERVER_ERROR = 500;

  private final Call call;
  private final long requests;
  private final List<Thread> callers = new ArrayList<>();
  private final CountDownLatch running;
  private final Map<Long, CompletableFuture<Void>> milestones = new ConcurrentHashMap<>();
  private final AtomicLong started = new AtomicLong();
  private final LongAdder answered = new LongAdder();
  private final LongAdder serverErrors = new LongAdder();
  private final LongAdder callerErrors = new LongAdder();
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
  // In microseconds, up to an hour, three digits.
  private final Histogram latency = new ConcurrentHistogram(TimeUnit.HOURS.toMicros(1), 3);

  /** How many requests have ended how. */
  record Counts(long requests, long answered, long serverErrors, long callerErrors) {
    long ended() {
      return answered + callerErrors;
    }

    long lost() {
      return requests - ended();
    }
  }

  /** Sends one request. */
  @FunctionalInterface
  interface Call {
    /** Returns the status of the response. */
    int send() throws IOException, InterruptedException;
  }

  Workload(Call call, long requests, int concurrency) {
    this.call = call;
    this.requests = requests;
    this.running = new CountDownLatch(concurrency);
    for (int i = 0; i < concurrency; i++) {
      Thread caller = new Thread(this::run, "caller-" + i);
      caller.setDaemon(
          true); // one that hangs is reported as a lost request, not by a program that hangs
      callers.add(caller);
    }
  }

  /**
   * Completes when a share of the requests has been started; to be asked before {@link #start}.
   * Exact, unlike polling a counter, so that short runs have the same story as long ones.
   */
  CompletableFuture<Void> reached(double share) {
    return milestones.computeIfAbsent(
        Math.round(requests * share), ticket -> new CompletableFuture<>());
  }

  void start() {
    callers.forEach(Thread::start);
  }

  /** Waits for the end, but not longer than this; returns whether it has come. */
  boolean awaitEnd(Duration time) throws InterruptedException {
    return running.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void run() {
    try {
      for (long ticket = started.getAndIncrement();
          ticket < requests && !Thread.currentThread().isInterrupted();
          ticket = started.getAndIncrement()) {
        CompletableFuture<Void> milestone = milestones.get(ticket);
        if (milestone != null) {
          milestone.complete(null);
        }
        sendOne();
      }
    } finally {
      running.countDown();
    }
  }

  private void sendOne() {
    long start = System.nanoTime();
    try {
      int status = call.send();
      latency.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
      if (status >= FIRST_SERVER_ERROR) {
        serverErrors.increment();
      }
      answered.increment();
    } catch (InterruptedException givenUp) {
      Thread.currentThread().interrupt();
      failed(givenUp);
    } catch (Exception failure) {
      failed(failure);
    }
  }

  private void failed(Exception failure) {
    errors.computeIfAbsent(failure.toString(), kind -> new LongAdder()).increment();
    callerErrors.increment();
  }

  Counts counts() {
    return new Counts(requests, answered.sum(), serverErrors.sum(), callerErrors.sum());
  }

  /** The errors that callers got, and how often each. */
  Map<String, Long> errors() {
    Map<String, Long> counted = new TreeMap<>();
    errors.forEach((error, count) -> counted.put(error, count.sum()));
    return counted;
  }

  /** The time of answered requests, in microseconds, retries included: what a caller waited for. */
  Histogram latency() {
    return latency.copy();
  }

  /** Stops callers that still wait. What they get from now on is counted nowhere. */
  @Override
  public void close() {
    callers.forEach(Thread::interrupt);
  }
}
