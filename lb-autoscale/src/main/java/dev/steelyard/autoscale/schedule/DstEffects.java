package dev.steelyard.autoscale.schedule;

import dev.steelyard.autoscale.schedule.DstEffect.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the occurrences that touch a change of the clock. */
final class DstEffects {
  private DstEffects() {}

  static List<DstEffect> of(Window window, Instant from, Instant until) {
    ZoneRules rules = window.zone().getRules();
    WallClock clock = new WallClock(window.zone());
    List<DstEffect> effects = new ArrayList<>();
    ZoneOffsetTransition transition = rules.nextTransition(from.minusNanos(1));
    while (transition != null && transition.getInstant().isBefore(until)) {
      for (LocalTimes written : touching(window, transition)) {
        DstEffect effect = effect(window, clock, transition, written);
        if (effect != null) {
          effects.add(effect);
        }
      }
      transition = rules.nextTransition(transition.getInstant());
    }
    return effects;
  }

  private static List<LocalTimes> touching(Window window, ZoneOffsetTransition transition) {
    LocalDateTime before = transition.getDateTimeBefore();
    LocalDateTime after = transition.getDateTimeAfter();
    LocalDateTime first = transition.isGap() ? before : after;
    LocalDateTime last = transition.isGap() ? after : before;
    if (window instanceof RecurringWindow recurring) {
      return recurring.writtenBetween(first, last);
    }
    LocalTimes once = window instanceof OneTimeWindow oneTime ? oneTime.local() : null;
    boolean touches = once != null && once.start().isBefore(last) && once.end().isAfter(first);
    return once != null && touches ? List.of(once) : List.of();
  }

  private static @Nullable DstEffect effect(
      Window window, WallClock clock, ZoneOffsetTransition transition, LocalTimes written) {
    Duration nominal = Duration.between(written.start(), written.end());
    long start = clock.millisOf(written.start());
    boolean hasLength = window instanceof RecurringWindow recurring && recurring.hasLength();
    long end = hasLength ? start + nominal.toMillis() : clock.millisOf(written.end());
    Duration actual = Duration.ofMillis(end - start);
    Kind kind;
    if (actual.isZero()) {
      kind = Kind.SKIPPED;
    } else if (actual.compareTo(nominal) < 0) {
      kind = Kind.SHORTER;
    } else if (actual.compareTo(nominal) > 0) {
      kind = Kind.LONGER;
    } else if (isRepeated(transition, written.start())
        || (!hasLength && isRepeated(transition, written.end()))) {
      kind = Kind.REPEATED;
    } else if (!clock.shownAt(start).equals(written.start())
        || !clock.shownAt(end).equals(written.end())) {
      kind = Kind.SHIFTED;
    } else {
      return null;
    }
    return new DstEffect(
        kind, transition.getInstant(), written.start(), written.end(), nominal, actual);
  }

  private static boolean isRepeated(ZoneOffsetTransition transition, LocalDateTime local) {
    return transition.isOverlap()
        && !local.isBefore(transition.getDateTimeAfter())
        && local.isBefore(transition.getDateTimeBefore());
  }
}
