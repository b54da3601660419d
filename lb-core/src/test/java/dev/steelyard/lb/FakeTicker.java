package dev.steelyard.lb;

import dev.steelyard.lb.env.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it. */
final class FakeTicker implements Ticker {
  private final AtomicLong now;

  FakeTicker() {
    this(0);
  }

  FakeTicker(long start) {
    this.now = new AtomicLong(start);
  }

  void advance(Duration by) {
    now.addAndGet(by.toNanos());
  }

  void set(long nanos) {
    now.set(nanos);
  }

  @Override
  public long nanos() {
    return now.get();
  }
}
