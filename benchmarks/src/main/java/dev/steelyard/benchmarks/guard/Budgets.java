package dev.steelyard.benchmarks.guard;

import dev.steelyard.lb.resilience.RetryBudget;
import java.util.concurrent.atomic.AtomicInteger;

/** Retry budgets: what a request pays in, and what a retry takes out. */
final class Budgets {
  private Budgets() {}

  /** What every request costs, at the default ratio. */
  static Guarded deposit() {
    RetryBudget budget = new RetryBudget(RetryBudget.DEFAULT_RATIO, 0, 0);
    return fails -> {
      budget.deposit(0);
      return true;
    };
  }

  /** A request and its retry. A call that fails has paid nothing in. */
  static Guarded depositAndWithdraw() {
    RetryBudget budget = new RetryBudget(1, 0, 0);
    return fails -> {
      if (!fails) {
        budget.deposit(0);
      }
      return budget.tryWithdraw(0);
    };
  }

  static Guarded throttleDeposit() {
    Throttle throttle = new Throttle(200);
    return fails -> {
      throttle.deposit();
      return true;
    };
  }

  static Guarded throttleDepositAndWithdraw() {
    Throttle throttle = new Throttle(1000);
    return fails -> {
      if (!fails) {
        throttle.deposit();
      }
      return throttle.tryWithdraw();
    };
  }

  /**
   * Retry throttling as gRPC has it (proposal A6): one counter in thousandths, which knows no time.
   */
  private static final class Throttle {
    private static final int RETRY = 1000;
    private static final int MAX = 10 * RETRY;
    private static final int THRESHOLD = MAX / 2;

    private final int ratio;
    private final AtomicInteger tokens = new AtomicInteger(MAX);

    Throttle(int ratio) {
      this.ratio = ratio;
    }

    void deposit() {
      while (true) {
        int before = tokens.get();
        if (before == MAX || tokens.compareAndSet(before, Math.min(before + ratio, MAX))) {
          return;
        }
      }
    }

    boolean tryWithdraw() {
      while (true) {
        int before = tokens.get();
        int after = Math.max(before - RETRY, 0);
        if (before == 0 || tokens.compareAndSet(before, after)) {
          return after > THRESHOLD;
        }
      }
    }
  }
}
