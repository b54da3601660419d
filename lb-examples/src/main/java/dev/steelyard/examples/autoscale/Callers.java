package dev.steelyard.examples.autoscale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Callers that send one request after the other; how many do so can be changed at any time. */
final class Callers implements AutoCloseable {
  private static final int OK = 200;
  private static final int JOIN_SECONDS = 30;

  private final Call call;
  private final AtomicInteger wanted = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder requests = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final CountDownLatch never = new CountDownLatch(1);
  private volatile boolean closed;

  /** Sends one request. */
  @FunctionalInterface
  interface Call {
    /** Returns the status of the response. */
    int send() throws IOException, InterruptedException;
  }

  Callers(Call call) {
    this.call = call;
  }

  void setNumber(int number) {
    wanted.set(number);
    while (threads.size() < number) {
      int index = threads.size();
      Thread thread = new Thread(() -> run(index), "caller-" + index);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(int index) {
    try {
      while (!closed) {
        if (index < wanted.get()) {
          sendOne();
        } else if (never.await(10, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  private void sendOne() throws InterruptedException {
    requests.increment();
    try {
      if (call.send() == OK) {
        answered.increment();
      } else {
        errors.increment();
      }
    } catch (IOException | RuntimeException failure) {
      errors.increment();
    }
  }

  long requests() {
    return requests.sum();
  }

  long answered() {
    return answered.sum();
  }

  long errors() {
    return errors.sum();
  }

  /** What has been sent and has ended neither way; to be asked when all callers have ended. */
  long lost() {
    return requests() - answered() - errors();
  }

  /** Sends no more, and waits for the requests that are under way. */
  void end() throws InterruptedException {
    closed = true;
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(JOIN_SECONDS));
    }
  }

  /** Breaks off what is still under way. */
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
