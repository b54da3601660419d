package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: reads metrics, asks the policy, acts on the target, and remembers what it did.
 *
 * <pre>{@code
 * try (AutoScaler scaler =
 *     AutoScaler.builder("orders", policy, target)
 *         .source(MetricsSource.of(Metric.QUEUE_DEPTH, queue::size))
 *         .stateStore(StateStore.file(Path.of("orders.state")))
 *         .build()) {
 *   scaler.start();
 *   // ... later
 * }
 * }</pre>
 *
 * <p><b>A round.</b> The target's count and all sources are asked at once, each on a thread of its
 * own. When all have answered, or the read timeout is over, the policy decides with what is there.
 * If a change is wanted, the target is asked for it; the round ends when that has ended, or the
 * action timeout is over. Only then the next round is planned: at the next multiple of the
 * interval, or earlier, when the decision says that a cooldown or a window ends, or when a failed
 * action may be tried again.
 *
 * <p><b>Never two at once.</b> A call that has been given up is interrupted, but its source, or the
 * target, is not called again before it has returned.
 *
 * <p><b>Failures.</b> A source that fails costs its own metrics. Without the target's count nothing
 * is decided. A failed action is tried again after a back-off that doubles, by a new decision and
 * not by rote; until its success is known, the state holds it for not done, and the next count
 * tells what really happened.
 *
 * <p><b>Restart.</b> With a {@link StateStore}, cooldowns, windows, what rules have learned, the
 * switch and a number set by hand survive. Without one, or after the first start, the present
 * number counts as a recommendation, so that a window passes before anything is scaled in.
 *
 * <p><b>Threads.</b> None before {@link #start}; then one for the loop and, while calls are under
 * way, one per source and one for the target; all daemons, all gone after {@link #close} except
 * those of a call that ignores its interruption. All methods are thread-safe.
 *
 * <p><b>Not for</b> a fleet that another autoscaler changes too, nor for two loops on one target:
 * each would undo what the other does.
 */
public final class AutoScaler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AutoScaler.class);

  private final AutoScalerBuilder knobs;
  private final ScalingHistory history;
  private final Ledger ledger;
  // Guards what follows.
  private final ReentrantLock lock = new ReentrantLock();
  private final List<UnaryOperator<ScalingState>> beforeStart = new ArrayList<>();
  private final Set<Thread> ownThreads = ConcurrentHashMap.newKeySet();
  private final List<ExecutorService> ownExecutors = new ArrayList<>();
  private @Nullable Mailbox mailbox;
  private volatile @Nullable ScalerLoop loop;
  private boolean enabled = true;
  private boolean closed;

  AutoScaler(AutoScalerBuilder knobs) {
    this.knobs = knobs;
    this.history = new ScalingHistory(knobs.historyCapacity);
    this.ledger = new Ledger(knobs.name, knobs.store, knobs.coldStart);
  }

  /**
   * Begins a loop.
   *
   * @param name its name, in logs, thread names and the saved state: one line of at most 64
   *     letters, digits, '.', '_' and '-'
   * @param policy what decides
   * @param target what is scaled
   * @return a builder
   * @throws IllegalArgumentException if the name is not such a line
   */
  public static AutoScalerBuilder builder(String name, ScalingPolicy policy, ScalingTarget target) {
    return new AutoScalerBuilder(name, policy, target);
  }

  /**
   * Reads the saved state and begins with a first round.
   *
   * @throws IllegalStateException if it was started before or is closed, or if the saved state
   *     cannot be read and {@link AutoScalerBuilder#coldStartIfUnreadable} was not asked for
   */
  public void start() {
    lock.lock();
    try {
      if (closed || loop != null) {
        throw new IllegalStateException(
            "autoscaler " + knobs.name + " is " + (closed ? "closed" : "started already"));
      }
      ledger.load();
      beforeStart.forEach(ledger::edit);
      enabled = ledger.state().isEnabled();
      ScheduledExecutorService timer = knobs.timer == null ? ownTimer() : knobs.timer;
      Mailbox box = new Mailbox(timer);
      ScalerLoop started =
          new ScalerLoop(
              knobs,
              timer,
              box,
              knobs.workers == null ? ownWorkers() : knobs.workers,
              ledger,
              history);
      started.shut(!enabled);
      mailbox = box;
      loop = started;
      box.execute(started::lookNow);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Switches scaling on, as it is from the start.
   *
   * @throws IllegalStateException if the loop is closed
   */
  public void enable() {
    set(true, ScalingState::enabled);
  }

  /**
   * Switches scaling off: it goes on deciding, with the reason {@code DISABLED}, and begins no
   * action once this has returned. One that is under way is not stopped. Survives a restart.
   *
   * @throws IllegalStateException if the loop is closed
   */
  public void disable() {
    set(false, ScalingState::disabled);
  }

  /**
   * Sets the number by hand, within the bounds of the policy, and looks at once.
   *
   * @param count how many instances there should be
   * @param until when metrics decide again
   * @param why for the record
   * @throws IllegalArgumentException if the count is negative or the time is not after now
   * @throws IllegalStateException if the loop is closed
   */
  public void manual(int count, Instant until, String why) {
    Knobs.range("count", count, 0, Integer.MAX_VALUE);
    Instant now = knobs.clock.instant();
    if (!until.isAfter(now)) {
      throw new IllegalArgumentException("until must be after now (" + now + "), was " + until);
    }
    requireNonNull(why, "why");
    set(null, state -> state.manual(count, until, why));
  }

  /**
   * Lets metrics decide again.
   *
   * @throws IllegalStateException if the loop is closed
   */
  public void clearManual() {
    set(null, ScalingState::withoutManual);
  }

  /**
   * Looks now instead of at the next tick; while a round is under way or has just ended, after the
   * {@linkplain AutoScalerBuilder#shortestWait shortest wait}.
   *
   * @throws IllegalStateException if the loop is not started or is closed
   */
  public void lookNow() {
    lock.lock();
    try {
      if (mailbox == null || loop == null || closed) {
        throw new IllegalStateException("autoscaler " + knobs.name + " does not run");
      }
      mailbox.execute(loop::lookNow);
    } finally {
      lock.unlock();
    }
  }

  private void set(@Nullable Boolean on, UnaryOperator<ScalingState> edit) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("autoscaler " + knobs.name + " is closed");
      }
      if (on != null) {
        enabled = on;
      }
      @Nullable ScalerLoop running = loop;
      if (mailbox == null || running == null) {
        beforeStart.add(edit);
        return;
      }
      running.shut(!enabled);
      mailbox.execute(() -> running.edit(edit));
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was done and what was not.
   *
   * @return the history, which goes on
   */
  public ScalingHistory history() {
    return history;
  }

  /**
   * How the loop stood at the end of its last round.
   *
   * @return a snapshot
   */
  public AutoScalerStatus status() {
    @Nullable ScalerLoop running = loop;
    return running == null
        ? new AutoScalerStatus(ScalingState.initial(), null, 0, 0, 0, 0, 0, 0, null)
        : running.status();
  }

  private ScheduledExecutorService ownTimer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory("loop"));
    timer.setRemoveOnCancelPolicy(true);
    ownExecutors.add(timer);
    return timer;
  }

  private ExecutorService ownWorkers() {
    ExecutorService workers =
        new ThreadPoolExecutor(
            0,
            // One call per slot is what bounds it; a thread that has just told its end may still be
            // counted when the next call comes.
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            factory("call"));
    ownExecutors.add(workers);
    return workers;
  }

  private ThreadFactory factory(String role) {
    return work -> {
      Thread thread = new Thread(work, "autoscaler-" + knobs.name + "-" + role);
      thread.setDaemon(true);
      ownThreads.removeIf(old -> old.getState() == Thread.State.TERMINATED);
      ownThreads.add(thread);
      return thread;
    };
  }

  /**
   * Ends the loop: no round and no action begins any more, and calls that are under way are
   * interrupted and waited for, for as long as the close timeout. An action that is cut off is
   * settled at the next start. The target keeps its instances. Idempotent; may be called from a
   * listener, a source or the target, and does not wait then.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      @Nullable ScalerLoop running = loop;
      if (mailbox == null || running == null) {
        return;
      }
      running.shut(true);
      mailbox.execute(running::close);
    } finally {
      lock.unlock();
    }
    shutDown();
  }

  private void shutDown() {
    // In this order: the loop's thread first does what is in the mailbox, which ends the calls.
    for (ExecutorService executor : ownExecutors) {
      executor.shutdown();
    }
    @Nullable Mailbox box = mailbox;
    if (ownThreads.contains(Thread.currentThread()) || (box != null && box.isHere())) {
      return;
    }
    try {
      long millis = knobs.closeTimeout.toMillis();
      for (ExecutorService executor : ownExecutors) {
        if (!executor.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
          LOG.warn("{}: a call goes on after its interruption", knobs.name);
          return;
        }
      }
      for (Thread thread : List.copyOf(ownThreads)) {
        // It has nothing left to do but to end.
        thread.join(millis);
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }
}
