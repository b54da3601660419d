package dev.steelyard.lb.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Two threads and the last permits of a bucket. */
public class RateLimiterStress {
  private RateLimiterStress() {}

  private static RateLimiter full(int burst) {
    return RateLimiter.perSecond(1, burst, () -> 0);
  }

  private static int take(RateLimiter limiter) {
    return limiter.tryAcquire(0) ? 1 : 0;
  }

  /** Two want two each, there are three. */
  @JCStressTest
  @Outcome(
      id = {"1, 2, 0", "2, 1, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "three")
  @Outcome(expect = Expect.FORBIDDEN, desc = "more or fewer")
  @State
  public static class NoMoreThanThereAre {
    private final RateLimiter limiter = full(3);

    @Actor
    public void one(III_Result r) {
      r.r1 = take(limiter) + take(limiter);
    }

    @Actor
    public void other(III_Result r) {
      r.r2 = take(limiter) + take(limiter);
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = limiter.availablePermits(0);
    }
  }

  /** One is given back to an empty bucket while another is asked for. */
  @JCStressTest
  @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "given back, and taken")
  @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "given back after it was asked for")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or there twice")
  @State
  public static class WhatIsGivenBackIsThereOnce {
    private final RateLimiter limiter = full(1);

    public WhatIsGivenBackIsThereOnce() {
      limiter.tryAcquire(0);
    }

    @Actor
    public void givesBack() {
      limiter.refund(1, 0);
    }

    @Actor
    public void asks(ZI_Result r) {
      r.r1 = limiter.tryAcquire(0);
    }

    @Arbiter
    public void after(ZI_Result r) {
      r.r2 = limiter.availablePermits(0);
    }
  }
}
