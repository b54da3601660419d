package dev.steelyard.lb.resilience;

import dev.steelyard.lb.resilience.CircuitBreaker.State;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.results.IIJ_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** A breaker whose state changes while others ask it. */
public class CircuitBreakerStress {
  private static final long SECOND = 1_000_000_000L;
  private static final long OPENED_AT = 100 * SECOND;
  private static final long OPEN_UNTIL = 105 * SECOND;

  private CircuitBreakerStress() {}

  private static CircuitBreaker closed(int probes, int wanted) {
    return CircuitBreaker.builder("stress")
        .openFor(Duration.ofSeconds(5))
        .openJitter(0)
        .halfOpen(probes, wanted)
        .ticker(() -> OPENED_AT)
        .build();
  }

  private static CircuitBreaker open(int probes, int wanted) {
    CircuitBreaker breaker = closed(probes, wanted);
    breaker.trip(OPENED_AT);
    return breaker;
  }

  private static int admitted(CircuitBreaker breaker) {
    return breaker.tryAcquire(OPEN_UNTIL) == CircuitBreaker.REFUSED ? 0 : 1;
  }

  /** Both come when the time is over, for two probes, twice each. */
  @JCStressTest
  @Outcome(
      id = {"1, 1, 2", "2, 0, 2", "0, 2, 2"},
      expect = Expect.ACCEPTABLE,
      desc = "two probes")
  @Outcome(expect = Expect.FORBIDDEN, desc = "more or fewer, or half open more than once")
  @org.openjdk.jcstress.annotations.State
  public static class NoMoreProbesThanPermits {
    private final CircuitBreaker breaker = open(2, 1);

    @Actor
    public void one(IIJ_Result r) {
      r.r1 = admitted(breaker) + admitted(breaker);
    }

    @Actor
    public void other(IIJ_Result r) {
      r.r2 = admitted(breaker) + admitted(breaker);
    }

    @Arbiter
    public void after(IIJ_Result r) {
      r.r3 = breaker.metrics(OPEN_UNTIL).generation();
    }
  }

  /** The state comes with its deadline: who sees it open never sees a deadline of before. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "refused, or not open yet")
  @Outcome(id = "1, 2", expect = Expect.FORBIDDEN, desc = "a probe before the time is over")
  @Outcome(expect = Expect.FORBIDDEN, desc = "did not open")
  @org.openjdk.jcstress.annotations.State
  public static class StateAndDeadlineAreSeenAsOne {
    private final CircuitBreaker breaker = closed(1, 1);

    @Actor
    public void fails(II_Result r) {
      r.r1 = breaker.trip(OPENED_AT) ? 1 : 0;
    }

    @Actor
    public void asks(II_Result r) {
      long permit = breaker.tryAcquire(OPEN_UNTIL - 1);
      boolean stillClosed = permit >>> 6 == 0;
      r.r2 = permit == CircuitBreaker.REFUSED ? 0 : stillClosed ? 1 : 2;
    }
  }

  /** A call from before it opened succeeds while the probe is under way. */
  @JCStressTest
  @Outcome(id = "true, true, 0", expect = Expect.ACCEPTABLE, desc = "half open still")
  @Outcome(expect = Expect.FORBIDDEN, desc = "closed by a call that was no probe")
  @org.openjdk.jcstress.annotations.State
  public static class ALateOutcomeDoesNotCloseIt {
    private final CircuitBreaker breaker = closed(1, 1);
    private final long old = breaker.tryAcquire(OPENED_AT);

    public ALateOutcomeDoesNotCloseIt() {
      breaker.trip(OPENED_AT);
    }

    @Actor
    public void probe(ZZI_Result r) {
      r.r1 = admitted(breaker) == 1;
    }

    @Actor
    public void late() {
      breaker.record(old, dev.steelyard.lb.request.Outcome.SUCCESS, 1, OPEN_UNTIL);
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r2 = breaker.metrics(OPEN_UNTIL).state() == State.HALF_OPEN;
      r.r3 = (int) breaker.metrics(OPEN_UNTIL).calls();
    }
  }

  /** Two probes succeed at once, and one of them says so twice. */
  @JCStressTest
  @Outcome(id = "true, true, 3", expect = Expect.ACCEPTABLE, desc = "closed, once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a report is lost, or it closed twice")
  @org.openjdk.jcstress.annotations.State
  public static class TheLastReportClosesIt {
    private final CircuitBreaker breaker = open(2, 2);
    private final long first = breaker.tryAcquire(OPEN_UNTIL);
    private final long second = breaker.tryAcquire(OPEN_UNTIL);

    @Actor
    public void one(ZZI_Result r) {
      report(first);
      report(first);
      r.r1 = true;
    }

    @Actor
    public void other(ZZI_Result r) {
      report(second);
    }

    private void report(long permit) {
      breaker.record(permit, dev.steelyard.lb.request.Outcome.SUCCESS, 1, OPEN_UNTIL);
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r2 = breaker.metrics(OPEN_UNTIL).state() == State.CLOSED;
      r.r3 = (int) breaker.metrics(OPEN_UNTIL).generation();
    }
  }

  /** The fifth and the sixth failure in a row are reported at once: it opens, and once. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "opened once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a failure is lost, or it opened twice")
  @org.openjdk.jcstress.annotations.State
  public static class FailuresInARowOpenItOnce {
    private final CircuitBreaker breaker = closed(1, 1);
    private final long permit = breaker.tryAcquire(OPENED_AT);

    public FailuresInARowOpenItOnce() {
      for (int i = 0; i < CircuitBreaker.Builder.DEFAULT_CONSECUTIVE_FAILURES - 2; i++) {
        fail();
      }
    }

    private void fail() {
      breaker.record(permit, dev.steelyard.lb.request.Outcome.FAILURE, 1, OPENED_AT);
    }

    @Actor
    public void one() {
      fail();
    }

    @Actor
    public void other() {
      fail();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = breaker.metrics(OPENED_AT).state() == State.OPEN ? 1 : 0;
      r.r2 = (int) breaker.metrics(OPENED_AT).openings();
    }
  }
}
