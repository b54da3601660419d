package dev.steelyard.autoscale;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that the past has to say to the next decision: recommendations as they were before any limit,
 * changes that were really made, what rules remember, what was set by hand. Immutable, bounded, and
 * persisted as text ({@link #toText}, {@link #parse}), so that a restart forgets nothing.
 */
public final class ScalingState {
  /** Where a policy that scales to zero stands. */
  public enum ZeroPhase {
    /** There is work, or the policy does not scale to zero. */
    RUNNING,
    /** There is none; how long it has been so is being counted. */
    IDLE_COUNTDOWN,
    /** Scaled to zero by the policy. */
    ZERO,
    /** There is work again; the first instance is on its way. */
    WAKING
  }

  private static final ScalingState INITIAL = new ScalingState(new Draft());

  final Series recommendations;
  final Series events;
  final long lastDecision;
  final long lastCompleted;
  final ZeroPhase zeroPhase;
  final long zeroSince;
  final long lastActive;
  final boolean enabled;
  final int manualCount;
  final long manualUntil;
  final @Nullable String manualWhy;
  final List<String> names;
  final List<Memory> memories;

  /** The fields while a state is copied. */
  static final class Draft {
    Series recommendations = Series.EMPTY;
    Series events = Series.EMPTY;
    long lastDecision = ScalingMetrics.UNKNOWN;
    long lastCompleted = ScalingMetrics.UNKNOWN;
    ZeroPhase zeroPhase = ZeroPhase.RUNNING;
    long zeroSince = ScalingMetrics.UNKNOWN;
    long lastActive = ScalingMetrics.UNKNOWN;
    boolean enabled = true;
    int manualCount = -1;
    long manualUntil = ScalingMetrics.UNKNOWN;
    @Nullable String manualWhy;
    List<String> names = List.of();
    List<Memory> memories = List.of();

    Draft() {}

    Draft(ScalingState state) {
      recommendations = state.recommendations;
      events = state.events;
      lastDecision = state.lastDecision;
      lastCompleted = state.lastCompleted;
      zeroPhase = state.zeroPhase;
      zeroSince = state.zeroSince;
      lastActive = state.lastActive;
      enabled = state.enabled;
      manualCount = state.manualCount;
      manualUntil = state.manualUntil;
      manualWhy = state.manualWhy;
      names = state.names;
      memories = state.memories;
    }

    /** Remembers for a rule; copies the lists, which are as short as the policy has rules. */
    void remember(String rule, Memory memory) {
      int at = names.indexOf(rule);
      List<Memory> copy = new ArrayList<>(memories);
      if (at >= 0) {
        copy.set(at, memory);
      } else {
        List<String> more = new ArrayList<>(names);
        more.add(rule);
        names = List.copyOf(more);
        copy.add(memory);
      }
      memories = List.copyOf(copy);
    }

    ScalingState build() {
      return new ScalingState(this);
    }
  }

  ScalingState(Draft draft) {
    recommendations = draft.recommendations;
    events = draft.events;
    lastDecision = draft.lastDecision;
    lastCompleted = draft.lastCompleted;
    zeroPhase = draft.zeroPhase;
    zeroSince = draft.zeroSince;
    lastActive = draft.lastActive;
    enabled = draft.enabled;
    manualCount = draft.manualCount;
    manualUntil = draft.manualUntil;
    manualWhy = draft.manualWhy;
    names = draft.names;
    memories = draft.memories;
  }

  /**
   * Nothing has happened yet. The first decision takes the present number for a recommendation, so
   * that a fleet is not dropped before a whole window has been seen.
   *
   * @return the state
   */
  public static ScalingState initial() {
    return INITIAL;
  }

  /**
   * The same with scaling switched on, as it is from the start.
   *
   * @return the state
   */
  public ScalingState enabled() {
    Draft draft = new Draft(this);
    draft.enabled = true;
    return draft.build();
  }

  /**
   * The same with scaling switched off: decisions hold, with the reason {@link
   * ScalingReason#DISABLED}, and still say what they would have done.
   *
   * @return the state
   */
  public ScalingState disabled() {
    Draft draft = new Draft(this);
    draft.enabled = false;
    return draft.build();
  }

  /**
   * The same with a number set by hand: decisions go to it at once, within the bounds and ceilings
   * of the policy, whatever the metrics say.
   *
   * @param count the number, not negative
   * @param until when it ends by itself
   * @param why for the record, one line
   * @return the state
   */
  public ScalingState manual(int count, Instant until, String why) {
    if (count < 0) {
      throw new IllegalArgumentException("the manual count must not be negative, was " + count);
    }
    Draft draft = new Draft(this);
    draft.manualCount = count;
    draft.manualUntil = Times.millis("the end of a manual count", until);
    draft.manualWhy = Objects.requireNonNull(why, "why").replace('\n', ' ').replace('\r', ' ');
    return draft.build();
  }

  /**
   * The same without a number set by hand.
   *
   * @return the state
   */
  public ScalingState withoutManual() {
    Draft draft = new Draft(this);
    draft.manualCount = -1;
    draft.manualUntil = ScalingMetrics.UNKNOWN;
    draft.manualWhy = null;
    return draft.build();
  }

  /**
   * The same, with a change recorded that was made: what cooldowns, rate limits and the flap budget
   * go by. {@link ScalingDecision#next()} does this by itself.
   *
   * @param time when, not before the last one
   * @param from how many instances there were
   * @param to how many were asked for
   * @return the state; this one if the numbers are equal
   */
  public ScalingState scaled(Instant time, int from, int to) {
    if (from < 0 || to < 0) {
      throw new IllegalArgumentException(
          "numbers of instances must not be negative, were " + from + " and " + to);
    }
    if (from == to) {
      return this;
    }
    Draft draft = new Draft(this);
    draft.events = events.append(Times.millis("the time of a change", time), (double) to - from);
    return draft.build();
  }

  /**
   * The same, with the time at which the last change was complete: cooldowns count from there.
   * Without it they count from the decision.
   *
   * @param time when
   * @return the state
   */
  public ScalingState completed(Instant time) {
    Draft draft = new Draft(this);
    draft.lastCompleted = Times.millis("the time of a completion", time);
    return draft.build();
  }

  /**
   * What earlier decisions wanted before any limit.
   *
   * @return times and numbers, as far back as the policy's windows go
   */
  public Series recommendations() {
    return recommendations;
  }

  /**
   * What was really changed.
   *
   * @return times and differences, as far back as the policy's periods go
   */
  public Series events() {
    return events;
  }

  /**
   * Where a policy that scales to zero stands.
   *
   * @return the phase
   */
  public ZeroPhase zeroPhase() {
    return zeroPhase;
  }

  /**
   * Whether scaling is switched on.
   *
   * @return whether
   */
  public boolean isEnabled() {
    return enabled;
  }

  /**
   * What a rule remembers.
   *
   * @param rule its name
   * @return the memory, empty if it remembers nothing
   */
  public Memory memory(String rule) {
    int at = names.indexOf(rule);
    return at < 0 ? Memory.EMPTY : memories.get(at);
  }

  /**
   * The state as text, to be kept by whoever decides in a loop. Readable by {@link #parse} of this
   * and later versions.
   *
   * @return the text
   */
  public String toText() {
    return StateText.write(this);
  }

  /**
   * Reads a state.
   *
   * @param text what {@link #toText} wrote
   * @return the state
   * @throws IllegalArgumentException if it is not such a text, or of a later version; the message
   *     names the line
   */
  public static ScalingState parse(String text) {
    return StateText.read(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScalingState that && toText().equals(that.toText());
  }

  @Override
  public int hashCode() {
    return toText().hashCode();
  }

  @Override
  public String toString() {
    return toText();
  }
}
