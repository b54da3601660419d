package dev.steelyard.lb;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** The word that counts requests and refuses new ones. */
public class AdmissionStress {
  private AdmissionStress() {}

  static final class Word extends AdmissionWord {
    volatile boolean drained;

    Word(boolean closed, long begun) {
      super(closed, begun);
      setProven();
    }

    @Override
    boolean defers(boolean unreachable, boolean busy) {
      return busy;
    }

    @Override
    void onReachable() {}

    @Override
    void onIdle() {
      drained = true;
    }
  }

  /** A request that begins while the endpoint is closed. */
  @JCStressTest
  @Outcome(id = "0, 1, 0, 0", expect = Expect.ACCEPTABLE, desc = "refused, drained")
  @Outcome(id = "1, 1, 0, 1", expect = Expect.ACCEPTABLE, desc = "admitted, drained after its end")
  @Outcome(id = "2, .*", expect = Expect.FORBIDDEN, desc = "under way after drained was reported")
  @Outcome(id = ".*, 0, .*, .*", expect = Expect.FORBIDDEN, desc = "nobody reported drained")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the counts are wrong")
  @State
  public static class NoRequestBeginsAfterDrained {
    private final Word word = new Word(false, 0);

    @Actor
    public void request(IIII_Result r) {
      if (word.begin(true) != AdmissionWord.REFUSED) {
        r.r1 = word.drained ? 2 : 1;
        word.end();
      }
    }

    @Actor
    public void writer() {
      word.setClosed(true);
    }

    @Arbiter
    public void after(IIII_Result r) {
      r.r2 = word.drained ? 1 : 0;
      r.r3 = word.inFlight();
      r.r4 = (int) word.requests();
    }
  }

  /** A bound session's request against the seal of a closed endpoint that is idle. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "sealed, the request refused")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "under way, so not sealed")
  @Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "a request slipped in")
  @Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "neither")
  @State
  public static class NothingSlipsInBetweenIdleAndSealed {
    private final Word word = new Word(true, 0);

    @Actor
    public void boundSession(II_Result r) {
      r.r1 = word.beginBound(true) == AdmissionWord.REFUSED ? 0 : 1;
    }

    @Actor
    public void drain(II_Result r) {
      r.r2 = word.sealIfIdle() ? 1 : 0;
    }
  }

  /** A request that waits to be the last one, and one that ends. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "drained, reported by one of the two")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not reported, or something is left")
  @State
  public static class TheLastEndReportsDrained {
    private final Word word = new Word(false, 0);

    public TheLastEndReportsDrained() {
      word.begin(false);
      word.begin(false);
      word.closeQuietly();
    }

    @Actor
    public void one() {
      word.end();
    }

    @Actor
    public void other() {
      word.end();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = word.inFlight();
      r.r2 = word.drained ? 1 : 0;
    }
  }

  /** Where the count of requests is about to reach its half, and part of it is moved away. */
  @JCStressTest
  @Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "exact")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost, counted twice, or borrowed from the flags")
  @State
  public static class CountsAreExactWhereTheyAreFolded {
    private static final long START = (1L << 35) - 1;
    private final Word word = new Word(false, START);

    @Actor
    public void one() {
      word.begin(false);
      word.end();
    }

    @Actor
    public void other() {
      word.begin(false);
      word.end();
      word.begin(false);
      word.end();
    }

    @Arbiter
    public void after(JJ_Result r) {
      r.r1 = word.requests() - START;
      r.r2 = word.inFlight() + (word.isClosed() || word.isSealed() || word.isUnproven() ? 100 : 0);
    }
  }
}
