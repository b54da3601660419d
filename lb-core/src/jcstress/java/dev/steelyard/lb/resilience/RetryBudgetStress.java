package dev.steelyard.lb.resilience;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Two threads that want to retry. */
public class RetryBudgetStress {
  private static final long SECOND = 1_000_000_000L;

  private RetryBudgetStress() {}

  /** The reserve has one. */
  @JCStressTest
  @Outcome(
      id = {"true, false, 0", "false, true, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "one")
  @Outcome(expect = Expect.FORBIDDEN, desc = "none, or both")
  @State
  public static class TheReserveIsGivenOnce {
    private final RetryBudget budget = new RetryBudget(0, 1, 0);

    @Actor
    public void one(ZZI_Result r) {
      r.r1 = budget.tryWithdraw(0);
    }

    @Actor
    public void other(ZZI_Result r) {
      r.r2 = budget.tryWithdraw(0);
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r3 = (int) budget.balance(0);
    }
  }

  /** Two halves, of two seconds, make one retry. */
  @JCStressTest
  @Outcome(
      id = {"true, false, 0", "false, true, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "one")
  @Outcome(
      id = "false, false, 1",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "each took a half, and gave it back")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, or a half is lost")
  @State
  public static class SharesAreGivenOnce {
    private final RetryBudget budget = new RetryBudget(0.5, 0, 0);

    public SharesAreGivenOnce() {
      budget.deposit(0);
      budget.deposit(SECOND);
    }

    @Actor
    public void one(ZZI_Result r) {
      r.r1 = budget.tryWithdraw(SECOND);
    }

    @Actor
    public void other(ZZI_Result r) {
      r.r2 = budget.tryWithdraw(SECOND);
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r3 = (int) budget.balance(SECOND);
    }
  }

  /** A request that earns a retry while another thread makes one. */
  @JCStressTest
  @Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "one made, one earned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a deposit is lost, or granted twice")
  @State
  public static class NoDepositIsLost {
    private final RetryBudget budget = new RetryBudget(1, 0, 0);

    public NoDepositIsLost() {
      budget.deposit(0);
    }

    @Actor
    public void request() {
      budget.deposit(0);
    }

    @Actor
    public void retry(ZZI_Result r) {
      r.r1 = budget.tryWithdraw(0);
    }

    @Arbiter
    public void after(ZZI_Result r) {
      r.r3 = (int) budget.balance(0);
    }
  }
}
