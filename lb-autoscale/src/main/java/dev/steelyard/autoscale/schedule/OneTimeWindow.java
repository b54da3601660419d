package dev.steelyard.autoscale.schedule;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A window that opens once. */
final class OneTimeWindow extends Window {
  private final Span span;
  private final @Nullable LocalTimes local;
  private final String text;

  private OneTimeWindow(Span span, @Nullable LocalTimes local, ZoneId zone, String text) {
    super(zone);
    this.span = span;
    this.local = local;
    this.text = text;
  }

  static OneTimeWindow of(Instant from, Instant until) {
    String text = from + " to " + until;
    return new OneTimeWindow(
        span(Times.firstMillisFrom("from", from), Times.firstMillisFrom("until", until), text),
        null,
        ZoneOffset.UTC,
        text);
  }

  static OneTimeWindow of(LocalDateTime from, LocalDateTime until, ZoneId zone) {
    WallClock clock = new WallClock(zone);
    String text = from + " to " + until + " in " + zone;
    if (!until.isAfter(from)) {
      throw notAfter(text);
    }
    Span span =
        span(
            Times.firstMillisFrom("from", clock.instantOf(from)),
            Times.firstMillisFrom("until", clock.instantOf(until)),
            text);
    return new OneTimeWindow(span, new LocalTimes(from, until), zone, text);
  }

  private static Span span(long from, long until, String text) {
    if (from >= until) {
      throw notAfter(text);
    }
    return new Span(from, until);
  }

  private static IllegalArgumentException notAfter(String text) {
    return new IllegalArgumentException(
        "until must be at least 1 ms after from in real time, was " + text);
  }

  /** Its local times, or null if it was given as instants. */
  @Nullable LocalTimes local() {
    return local;
  }

  @Override
  public Window between(LocalDate firstDay, LocalDate lastDay) {
    throw new IllegalStateException("a one-time window cannot be limited to dates: " + text);
  }

  @Override
  public boolean isOneTime() {
    return true;
  }

  @Override
  @Nullable Span lastStarted(long millis) {
    return span.start() <= millis ? span : null;
  }

  @Override
  @Nullable Span firstAfter(long millis) {
    return span.start() > millis ? span : null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OneTimeWindow that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
