package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.loop.Saved.Pending;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state that decisions go by, and the action of which nobody knows yet whether it was done.
 * Used by the mailbox only, after {@link #load}.
 *
 * <p>An action is noted as pending before it is begun, and the note goes only when its success is
 * known. Otherwise, after a failure, a timeout or a restart, the next count of the target tells
 * what really happened, and only that is remembered as a change: cooldowns and rate limits go by
 * what was done, not by what was meant.
 */
final class Ledger {
  /** A clock that goes back further than this has been wrong before, or is now. */
  static final Duration LARGEST_STEP_BACK = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(AutoScaler.class);

  private final String name;
  private final @Nullable StateStore store;
  private final boolean coldStart;
  private final List<UnaryOperator<ScalingState>> sinceDecision = new ArrayList<>();
  private ScalingState state = ScalingState.initial();
  private @Nullable Pending pending;
  private @Nullable Instant last;

  Ledger(String name, @Nullable StateStore store, boolean coldStart) {
    this.name = name;
    this.store = store;
    this.coldStart = coldStart;
  }

  /** Reads what the loop before this one has left. */
  void load() {
    if (store == null) {
      return;
    }
    try {
      Optional<String> text = store.load();
      if (text.isPresent()) {
        Saved saved = Saved.parse(text.get(), name);
        state = saved.state();
        pending = saved.pending();
        last = saved.time();
      }
    } catch (IOException | RuntimeException unreadable) {
      if (!coldStart) {
        throw new IllegalStateException(
            "the state of " + name + " in " + store + " cannot be read: " + Texts.of(unreadable),
            unreadable);
      }
      LOG.warn("{}: the state in {} cannot be read, starting without", name, store, unreadable);
    }
  }

  ScalingState state() {
    return state;
  }

  /** Saves; returns what went wrong, or null. */
  @Nullable Exception save(Instant now) {
    if (store == null) {
      return null;
    }
    try {
      store.save(new Saved(name, now, state, pending).toText());
      return null;
    } catch (IOException | RuntimeException problem) {
      return problem;
    }
  }

  /**
   * The time to decide at: never before the last one. A clock that was set back a little stands
   * still until it has caught up; one that was set back a lot makes the past worthless.
   */
  Instant timeOf(Instant now) {
    if (last != null && now.isBefore(last)) {
      Duration step = Duration.between(now, last);
      if (step.compareTo(LARGEST_STEP_BACK) <= 0) {
        return last;
      }
      LOG.warn("{}: the clock went back by {}: the past is forgotten", name, step);
      state = state.isEnabled() ? ScalingState.initial() : ScalingState.initial().disabled();
      pending = null;
    }
    last = now;
    return now;
  }

  /** The target has been counted: now it is known what became of an action. */
  @Nullable Pending settle(int count) {
    @Nullable Pending settled = pending;
    if (settled != null) {
      pending = null;
      if (count != settled.from()) {
        state = state.scaled(settled.at(), settled.from(), count);
      }
    }
    return settled;
  }

  /** A decision was made; it holds as not carried out until that is known. */
  void decided(ScalingDecision decision, boolean toBeApplied) {
    sinceDecision.clear();
    state = toBeApplied ? decision.nextIfNotApplied() : decision.next();
  }

  void begin(Instant at, int from, int to) {
    pending = new Pending(at, from, to);
  }

  /** It was not even begun. */
  void dropPending() {
    pending = null;
  }

  void applied(ScalingDecision decision, Instant completed) {
    pending = null;
    state = decision.next().completed(completed);
    sinceDecision.forEach(edit -> state = edit.apply(state));
  }

  /** What people set; not lost if an action is under way. */
  void edit(UnaryOperator<ScalingState> edit) {
    sinceDecision.add(edit);
    state = edit.apply(state);
  }
}
