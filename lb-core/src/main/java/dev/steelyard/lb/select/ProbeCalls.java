package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The probes that are under way: a fixed number of callbacks, each of which waits for one answer at
 * a time. So a pick allocates none, and a server that does not answer cannot make them pile up.
 *
 * <p>A callback is taken by a compare-and-set of its state, which orders the fields of its new use
 * after those of the last; it is given back by whoever ends the use, by a compare-and-set as well,
 * so that a stage that tells its end twice is heard once. One that has waited for {@value
 * #ABANDONED_SECONDS} s is replaced by a new object, because its stage may still call it one day.
 */
final class ProbeCalls {
  static final int MOST = 48;
  static final int ABANDONED_SECONDS = 10;

  private static final long ABANDONED_NANOS = ABANDONED_SECONDS * 1_000_000_000L;

  /** Is told what an endpoint has answered, and when it was asked. */
  interface Answers {
    void answered(Endpoint endpoint, LoadReport report, long sentNanos);
  }

  private final AtomicReferenceArray<Call> calls = new AtomicReferenceArray<>(MOST);
  private final Answers answers;

  ProbeCalls(Answers answers) {
    this.answers = answers;
    for (int i = 0; i < MOST; i++) {
      calls.set(i, new Call(answers));
    }
  }

  /** Takes a callback, looking from any place on; null if all are in use. */
  @Nullable Call take(int from, Endpoint endpoint, long nowNanos) {
    for (int i = 0; i < MOST; i++) {
      int place = (from + i) % MOST;
      Call call = calls.get(place);
      if (call.isAbandoned(nowNanos)) {
        Call fresh = new Call(answers);
        call = calls.compareAndSet(place, call, fresh) ? fresh : calls.get(place);
      }
      if (call.begin(endpoint, nowNanos)) {
        return call;
      }
    }
    return null;
  }

  static final class Call implements BiConsumer<@Nullable LoadReport, @Nullable Throwable> {
    private static final VarHandle BUSY;

    static {
      try {
        BUSY = MethodHandles.lookup().findVarHandle(Call.class, "busy", boolean.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final Answers answers;
    private volatile boolean busy;
    private volatile long sentNanos;
    private @Nullable Endpoint endpoint;

    Call(Answers answers) {
      this.answers = answers;
    }

    private boolean begin(Endpoint asked, long nowNanos) {
      if (busy || !BUSY.compareAndSet(this, false, true)) {
        return false;
      }
      endpoint = asked;
      sentNanos = nowNanos;
      return true;
    }

    private boolean isAbandoned(long nowNanos) {
      return busy && nowNanos - sentNanos > ABANDONED_NANOS;
    }

    /** No answer will come. */
    void fail() {
      accept(null, null);
    }

    @Override
    public void accept(@Nullable LoadReport report, @Nullable Throwable failure) {
      Endpoint asked = endpoint;
      long sent = sentNanos;
      if (BUSY.compareAndSet(this, true, false) && report != null && asked != null) {
        answers.answered(asked, report, sent);
      }
    }
  }
}
