package dev.steelyard.lb;

import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** A lease that two threads end: a caller that answers, and a timeout or a cancellation. */
public class LeaseStress {
  private static final Registration REGISTRATION =
      InstanceRegistry.of("host-0:80").snapshot().registrations().get(0);
  private static final Signals SIGNALS = new Signals(Ticker.system(), 10_000_000_000L);

  private LeaseStress() {}

  private static LiveEndpoint endpoint() {
    return new LiveEndpoint(SIGNALS, REGISTRATION, false);
  }

  private static Lease begin(LiveEndpoint endpoint, long state) {
    endpoint.begin(false);
    return new Lease(endpoint, state, 0);
  }

  /** Nobody else is in flight, so below zero would show as a huge number. */
  @JCStressTest
  @Outcome(
      id = {"true, false, 0", "false, true, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "twice, never, or counted wrongly")
  @State
  public static class ALeaseEndsOnce {
    private final LiveEndpoint endpoint = endpoint();
    private final Lease lease = begin(endpoint, Lease.UNTIMED);

    @Actor
    public void answer(ZZI_Result r) {
      r.r1 = lease.succeed();
    }

    @Actor
    public void timeout(ZZI_Result r) {
      r.r2 = lease.fail();
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r3 = endpoint.inFlight();
    }
  }

  /** The answer begins while the lease is cancelled: that must not open it again. */
  @JCStressTest
  @Outcome(id = "true, true, 0", expect = Expect.ACCEPTABLE, desc = "ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "open again, or ended twice")
  @State
  public static class AnAnswerDoesNotOpenALeaseAgain {
    private final LiveEndpoint endpoint = endpoint();
    private final Lease lease = begin(endpoint, Lease.timed(SIGNALS.ticker().nanos()));

    @Actor
    public void answer() {
      lease.answered();
    }

    @Actor
    public void cancel(ZZI_Result r) {
      r.r1 = lease.complete(dev.steelyard.lb.request.Outcome.CANCELLED);
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r2 = lease.isEnded() && !lease.succeed();
      r.r3 = endpoint.inFlight();
    }
  }
}
