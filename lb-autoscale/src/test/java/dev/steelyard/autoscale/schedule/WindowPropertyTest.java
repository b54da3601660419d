package dev.steelyard.autoscale.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class WindowPropertyTest {
  /** A zone and a year in which its clock is changed in a way of its own. */
  record Place(String zone, int year) {
    Instant begin() {
      return LocalDateTime.of(year, 1, 1, 0, 0).toInstant(ZoneOffset.UTC);
    }

    LocalDate endDay() {
      return LocalDate.of(year + 1, 1, 1);
    }

    Instant end() {
      return LocalDateTime.of(year + 1, 1, 1, 0, 0).toInstant(ZoneOffset.UTC);
    }
  }

  @Provide
  Arbitrary<Place> places() {
    return Arbitraries.of(
        new Place("Europe/Berlin", 2026),
        new Place("America/New_York", 2026),
        new Place("Australia/Lord_Howe", 2026), // by half an hour
        new Place("America/Sao_Paulo", 2018), // no midnight on a day in November
        new Place("Africa/Casablanca", 2026), // back for a month, against the season
        new Place("Pacific/Apia", 2011), // a day that does not exist
        new Place("Asia/Kolkata", 2026));
  }

  @Provide
  Arbitrary<RandomCron> crons() {
    return RandomCron.any();
  }

  /** The first instant at which the clock has reached a position. */
  private static Instant reached(LocalDateTime local, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap()
        ? change.getInstant()
        : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
  }

  /** Walks the hands of the clock minute by minute. */
  private static List<Occurrence> walk(RandomCron start, RandomCron end, Place place) {
    ZoneId zone = ZoneId.of(place.zone());
    List<Occurrence> found = new ArrayList<>();
    LocalDateTime opened = null;
    LocalDate last = LocalDate.of(place.year() + 6, 1, 1);
    for (LocalDate day = LocalDate.of(place.year() - 5, 1, 1);
        day.isBefore(last);
        day = day.plusDays(1)) {
      boolean opens = start.matchesDay(day);
      boolean closes = end.matchesDay(day);
      for (int minute = 0; minute < 1440 && (opens || closes); minute++) {
        if (opened != null && closes && end.matchesTime(minute / 60, minute % 60)) {
          if (day.getYear() >= place.year() - 1 && opened.getYear() <= place.year() + 1) {
            Instant from = reached(opened, zone);
            Instant until = reached(day.atTime(minute / 60, minute % 60), zone);
            if (from.isBefore(until)) {
              found.add(new Occurrence(from, until));
            }
          }
          opened = null;
        }
        if (opened == null && opens && start.matchesTime(minute / 60, minute % 60)) {
          opened = day.atTime(minute / 60, minute % 60);
        }
      }
    }
    // what is open longer than the walk, it knows nothing of
    Assume.that(opened == null || !opened.toLocalDate().isBefore(place.endDay()));
    return found;
  }

  @Property(tries = 30)
  void aWindowIsOpenExactlyWhenAWalkThroughTheYearSaysSo(
      @ForAll("crons") RandomCron start,
      @ForAll("crons") RandomCron end,
      @ForAll("places") Place place) {
    Assume.that(!start.fields().equals(end.fields()));
    Window window;
    try {
      window = Window.cron(start.toString(), end.toString(), ZoneId.of(place.zone()));
    } catch (IllegalArgumentException e) {
      Assume.that(false); // the same times in other words
      return;
    }
    List<Occurrence> expected =
        walk(start, end, place).stream()
            .filter(each -> each.end().isAfter(place.begin()) && each.start().isBefore(place.end()))
            .toList();
    Assume.that(expected.size() > 1); // rarer ones may have begun before the walk
    assertEquals(expected, window.occurrences(place.begin(), place.end()));
    int i = 0;
    for (Instant at = place.begin(); at.isBefore(place.end()); at = at.plusSeconds(60 * 29)) {
      while (i < expected.size() && !expected.get(i).end().isAfter(at)) {
        i++;
      }
      boolean open = i < expected.size() && !expected.get(i).start().isAfter(at);
      assertEquals(open, window.contains(at), () -> window + " contains");
    }
  }

  @Property(tries = 60)
  void aWindowWithALengthIsOpenExactlyWhileAStartIsNotOlder(
      @ForAll("crons") RandomCron start,
      @ForAll @IntRange(min = 1, max = 3000) int minutes,
      @ForAll("places") Place place) {
    ZoneId zone = ZoneId.of(place.zone());
    Window window = Window.cron(start.toString(), Duration.ofMinutes(minutes), zone);
    List<ZoneOffsetTransition> changes = new ArrayList<>();
    for (ZoneOffsetTransition change = zone.getRules().nextTransition(place.begin());
        change != null && change.getInstant().isBefore(place.end());
        change = zone.getRules().nextTransition(change.getInstant())) {
      changes.add(change);
    }
    List<Instant> middles = new ArrayList<>(List.of(place.begin().plus(Duration.ofDays(170))));
    changes.forEach(change -> middles.add(change.getInstant()));
    for (Instant middle : middles) {
      List<Instant> starts = new ArrayList<>();
      LocalDateTime from = middle.minus(Duration.ofDays(8)).atZone(zone).toLocalDateTime();
      LocalDateTime to = middle.plus(Duration.ofDays(3)).atZone(zone).toLocalDateTime();
      for (LocalDateTime at = from.withSecond(0); at.isBefore(to); at = at.plusMinutes(1)) {
        if (start.matches(at)) {
          starts.add(reached(at, zone));
        }
      }
      int i = 0;
      Instant end = middle.plus(Duration.ofDays(1));
      for (Instant at = middle.minus(Duration.ofDays(2));
          at.isBefore(end);
          at = at.plusSeconds(60)) {
        while (i + 1 < starts.size() && !starts.get(i + 1).isAfter(at)) {
          i++;
        }
        boolean open =
            !starts.isEmpty()
                && !starts.get(i).isAfter(at)
                && at.isBefore(starts.get(i).plus(Duration.ofMinutes(minutes)));
        Instant when = at;
        assertEquals(open, window.contains(at), () -> window + " at " + when);
      }
    }
  }

  @Property(tries = 300)
  void theNextOccurrenceIsTheFirstOneAfter(
      @ForAll("crons") RandomCron start,
      @ForAll("crons") RandomCron end,
      @ForAll("places") Place place,
      @ForAll @LongRange(min = 0, max = 31_535_999_999L) long offset) {
    Assume.that(!start.fields().equals(end.fields()));
    Window window;
    try {
      window = Window.cron(start.toString(), end.toString(), ZoneId.of(place.zone()));
    } catch (IllegalArgumentException e) {
      Assume.that(false);
      return;
    }
    Instant at = place.begin().plusMillis(offset);
    Occurrence next = window.nextAfter(at).orElseThrow();
    assertTrue(next.start().isAfter(at));
    assertTrue(window.contains(next.start()));
    assertTrue(window.contains(next.end().minusMillis(1)));
    assertEquals(next, window.occurrenceAt(next.start()).orElseThrow());
    Occurrence now = window.occurrenceAt(at).orElse(null);
    if (now != null) {
      assertFalse(next.start().isBefore(now.end()));
    }
    Instant until = now == null ? next.start() : now.end();
    Duration length = Duration.between(at, until);
    for (int i = 0; i < 50; i++) {
      Instant between = at.plus(length.multipliedBy(i).dividedBy(50));
      assertEquals(now != null, window.contains(between));
    }
  }

  @Property(tries = 300)
  void inUtcTheCalendarRepeatsAfter400Years(
      @ForAll("crons") RandomCron start,
      @ForAll @IntRange(min = 1, max = 100_000) int seconds,
      @ForAll @LongRange(min = 0, max = 4_000_000_000L) long at) {
    Window window = Window.cron(start.toString(), Duration.ofSeconds(seconds), ZoneOffset.UTC);
    Instant now = Instant.ofEpochSecond(at);
    Instant later = now.plus(Duration.ofDays(146_097));
    assertEquals(window.contains(now), window.contains(later));
    assertEquals(
        window.nextAfter(now).orElseThrow().start().plus(Duration.ofDays(146_097)),
        window.nextAfter(later).orElseThrow().start());
  }

  @Property(tries = 300)
  void whatAWindowWritesIsReadAsTheSameWindow(
      @ForAll("crons") RandomCron start,
      @ForAll("crons") RandomCron end,
      @ForAll("places") Place place) {
    Assume.that(!start.fields().equals(end.fields()));
    Window window;
    try {
      window = Window.cron(start.toString(), end.toString(), ZoneId.of(place.zone()));
    } catch (IllegalArgumentException e) {
      Assume.that(false);
      return;
    }
    Window read = Window.parse(window.toString());
    assertEquals(window, read);
    assertEquals(window.nextAfter(place.begin()), read.nextAfter(place.begin()));
  }
}
