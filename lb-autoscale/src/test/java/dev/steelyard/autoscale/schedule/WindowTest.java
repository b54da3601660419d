package dev.steelyard.autoscale.schedule;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.SUNDAY;
import static java.time.DayOfWeek.TUESDAY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant NEXT_JANUARY = Instant.parse("2027-01-01T00:00:00Z");

  private static Instant at(String instant) {
    return Instant.parse(instant);
  }

  private static void refuses(String message, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  @Test
  void theStartBelongsToItAndTheEndDoesNot() {
    Window window = Window.parse("MON-FRI 08:30 to 17:30 in Europe/Berlin");
    assertFalse(window.contains(at("2026-01-05T07:29:59.999Z")));
    assertTrue(window.contains(at("2026-01-05T07:30:00Z")));
    assertTrue(window.contains(at("2026-01-05T16:29:59.999Z")));
    assertFalse(window.contains(at("2026-01-05T16:30:00Z")));
    assertFalse(window.contains(at("2026-01-04T12:00:00Z")));
  }

  /** Zalando's repeating schedules end at midnight; zalando-incubator/kube-metrics-adapter#371. */
  @Test
  void aWindowThatCrossesMidnightGoesOnOnADayThatIsNotListed() {
    Window night =
        Window.weekly(Set.of(TUESDAY), LocalTime.of(23, 30), Duration.ofHours(1), BERLIN);
    assertTrue(night.contains(at("2026-01-06T23:10:00Z"))); // Wednesday 00:10
    assertFalse(night.contains(at("2026-01-06T23:30:00Z")));
    assertFalse(night.contains(at("2026-01-05T23:10:00Z"))); // Tuesday 00:10

    Window byEnd = Window.weekly(Set.of(TUESDAY), LocalTime.of(22, 0), LocalTime.of(6, 0), BERLIN);
    assertTrue(byEnd.contains(at("2026-01-07T04:59:59Z")));
    assertFalse(byEnd.contains(at("2026-01-07T05:00:00Z")));
    assertFalse(byEnd.contains(at("2026-01-06T04:00:00Z")));
  }

  @Test
  void aStartInAGapIsTheFirstInstantAfterIt() {
    Window window = Window.parse("DAILY 02:30 to 04:00 in Europe/Berlin");
    assertEquals(
        new Occurrence(at("2026-03-29T01:00:00Z"), at("2026-03-29T02:00:00Z")), // 03:00 to 04:00
        window.nextAfter(at("2026-03-28T12:00:00Z")).orElseThrow());
  }

  @Test
  void anAmbiguousTimeIsTheFirstOfTheTwo() {
    Window window = Window.parse("DAILY 02:15 to 02:45 in Europe/Berlin");
    Occurrence half = new Occurrence(at("2026-10-25T00:15:00Z"), at("2026-10-25T00:45:00Z"));
    assertEquals(half, window.nextAfter(at("2026-10-24T12:00:00Z")).orElseThrow());
    assertFalse(window.contains(at("2026-10-25T01:30:00Z"))); // 02:30 again
    assertEquals(at("2026-10-26T01:15:00Z"), window.nextAfter(half.start()).orElseThrow().start());
  }

  @Test
  void aStartAndAnEndInTheSameGapAreNoWindowThatDay() {
    Window window = Window.parse("DAILY 02:15 to 02:45 in Europe/Berlin");
    assertFalse(window.contains(at("2026-03-29T01:00:00Z")));
    assertFalse(window.contains(at("2026-03-29T12:00:00Z")));
    assertEquals(
        at("2026-03-30T00:15:00Z"),
        window.nextAfter(at("2026-03-28T12:00:00Z")).orElseThrow().start());
  }

  @Test
  void aDayWithoutMidnightBeginsAtItsFirstInstant() {
    Window window = Window.parse("cron(@daily) for PT1H in America/Sao_Paulo");
    assertEquals(
        at("2018-11-04T03:00:00Z"), // 01:00 summer time
        window.nextAfter(at("2018-11-03T12:00:00Z")).orElseThrow().start());
  }

  @Test
  void aClockThatIsSetByHalfAnHourIsFollowed() {
    Window window = Window.parse("DAILY 02:15 to 03:00 in Australia/Lord_Howe");
    assertEquals(
        new Occurrence(at("2026-10-03T15:30:00Z"), at("2026-10-03T16:00:00Z")), // 02:30 to 03:00
        window.nextAfter(at("2026-10-03T00:00:00Z")).orElseThrow());
    Window twice = Window.parse("DAILY 01:45 to 02:00 in Australia/Lord_Howe");
    assertEquals(
        new Occurrence(at("2026-04-04T14:45:00Z"), at("2026-04-04T15:30:00Z")),
        twice.nextAfter(at("2026-04-04T00:00:00Z")).orElseThrow());
  }

  @Test
  void aLengthIsElapsedTimeWhateverTheClockShows() {
    Window window = Window.parse("DAILY 22:00 for PT8H in America/New_York");
    Occurrence night = window.nextAfter(at("2026-03-07T12:00:00Z")).orElseThrow();
    assertEquals(Duration.ofHours(8), night.length());
    assertEquals(at("2026-03-08T11:00:00Z"), night.end()); // 07:00, the clock has gone forward
  }

  @Test
  void aStartWhileItIsOpenChangesNothing() {
    Window window = Window.cron("30-33 * * * *", "45 * * * *", ZoneOffset.UTC);
    assertEquals(
        List.of(new Occurrence(at("2026-01-01T00:30:00Z"), at("2026-01-01T00:45:00Z"))),
        window.occurrences(JANUARY, at("2026-01-01T01:00:00Z")));
    assertEquals(
        at("2026-01-01T01:30:00Z"),
        window.nextAfter(at("2026-01-01T00:31:00Z")).orElseThrow().start());
  }

  @Test
  void anOccurrenceThatBeganBeforeThePeriodIsListed() {
    Window window = Window.parse("DAILY 22:00 to 06:00 in UTC");
    assertEquals(
        List.of(
            new Occurrence(at("2025-12-31T22:00:00Z"), at("2026-01-01T06:00:00Z")),
            new Occurrence(at("2026-01-01T22:00:00Z"), at("2026-01-02T06:00:00Z"))),
        window.occurrences(JANUARY, at("2026-01-02T00:00:00Z")));
    Window longer = Window.parse("cron(@hourly) for PT150M in UTC");
    assertEquals(
        List.of("2025-12-31T22:00:00Z", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z"),
        longer.occurrences(JANUARY, JANUARY.plusMillis(1)).stream()
            .map(each -> each.start().toString())
            .toList());
  }

  @Test
  void aOneTimeWindowOpensOnce() {
    Window sale =
        Window.once(
            LocalDateTime.parse("2026-11-27T00:00"),
            LocalDateTime.parse("2026-11-28T00:00"),
            ZoneId.of("America/New_York"));
    assertTrue(sale.contains(at("2026-11-27T05:00:00Z")));
    assertFalse(sale.contains(at("2026-11-28T05:00:00Z")));
    assertEquals(Optional.empty(), sale.nextAfter(at("2026-11-27T05:00:00Z")));
    assertTrue(sale.isOneTime());
  }

  @Test
  void aStartWithinAMillisecondBeginsWithTheNextOne() {
    Window window = Window.once(JANUARY.plusNanos(1), JANUARY.plusSeconds(1));
    assertFalse(window.contains(JANUARY));
    assertTrue(window.contains(JANUARY.plusMillis(1)));
  }

  @Test
  void datesLimitTheStartsOfARecurringWindow() {
    Window advent =
        Window.parse("DAILY 22:00 to 02:00 in Europe/Berlin between 2026-12-01 and 2026-12-24");
    assertEquals(24, advent.occurrences(JANUARY, NEXT_JANUARY).size());
    assertEquals(at("2026-12-01T21:00:00Z"), advent.nextAfter(JANUARY).orElseThrow().start());
    assertTrue(advent.contains(at("2026-12-25T00:59:00Z")));
    assertEquals(Optional.empty(), advent.nextAfter(at("2026-12-24T21:00:00Z")));
    assertEquals(Optional.empty(), advent.occurrenceAt(at("2027-03-01T21:30:00Z")));
    assertThrows(
        IllegalStateException.class,
        () -> advent.between(LocalDate.of(2026, 1, 1), LocalDate.of(2026, 1, 2)));
  }

  @Test
  void overlapsAreFoundAcrossZones() {
    Window berlin = Window.parse("MON 08:00 to 17:00 in Europe/Berlin");
    Window tokyo = Window.parse("MON 08:00 to 17:00 in Asia/Tokyo");
    Window newYork = Window.parse("MON 08:00 to 17:00 in America/New_York");
    assertEquals(
        new Occurrence(at("2026-01-05T07:00:00Z"), at("2026-01-05T08:00:00Z")),
        berlin.firstOverlap(tokyo, JANUARY, NEXT_JANUARY).orElseThrow());
    assertEquals(
        berlin.firstOverlap(tokyo, JANUARY, NEXT_JANUARY),
        tokyo.firstOverlap(berlin, JANUARY, NEXT_JANUARY));
    assertEquals(Optional.empty(), tokyo.firstOverlap(newYork, JANUARY, NEXT_JANUARY));
    assertEquals(
        Optional.empty(),
        berlin.firstOverlap(
            Window.parse("MON 17:00 to 18:00 in Europe/Berlin"), JANUARY, NEXT_JANUARY));
    // Cloud Foundry's validation does not see that a day of the week can be a day of the month
    assertEquals(
        at("2026-06-15T06:00:00Z"),
        berlin
            .firstOverlap(
                Window.parse("cron(0 8 15 * *) for PT1H in Europe/Berlin"), JANUARY, NEXT_JANUARY)
            .orElseThrow()
            .start());
  }

  @Test
  void aWindowAcrossMidnightIsFound() {
    assertEquals(
        at("2026-01-05T21:00:00Z"),
        Window.parse("MON 22:00 to 00:01 in Europe/Berlin")
            .firstAcrossMidnight(JANUARY, NEXT_JANUARY)
            .orElseThrow()
            .start());
    assertEquals(
        Optional.empty(),
        Window.parse("MON 22:00 to 00:00 in Europe/Berlin")
            .firstAcrossMidnight(JANUARY, NEXT_JANUARY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DAILY 02:15 to 02:45 in Europe/Berlin | SKIPPED PT30M PT0S, REPEATED PT30M PT30M",
        "DAILY 02:30 to 04:00 in Europe/Berlin | SHORTER PT1H30M PT1H, LONGER PT1H30M PT2H30M",
        "DAILY 22:00 to 06:00 in Europe/Berlin | SHORTER PT8H PT7H, LONGER PT8H PT9H",
        "DAILY 22:00 for PT8H in Europe/Berlin | SHIFTED PT8H PT8H, SHIFTED PT8H PT8H",
        "DAILY 02:30 for PT10M in Europe/Berlin | SHIFTED PT10M PT10M, REPEATED PT10M PT10M",
        "DAILY 01:00 to 02:00 in Europe/Berlin | ''",
        "DAILY 03:00 to 05:00 in Europe/Berlin | ''",
        "MON-FRI 02:15 to 02:45 in Europe/Berlin | ''",
        "DAILY 02:15 to 02:45 in Asia/Kolkata | ''",
        "2026-03-29T01:30 to 2026-03-29T03:30 in Europe/Berlin | SHORTER PT2H PT1H",
        "2026-03-29T00:30:00Z to 2026-03-29T01:30:00Z | ''",
      })
  void whatDaylightSavingDoesIsListed(String window, String expected) {
    List<DstEffect> effects = Window.parse(window).dstEffects(JANUARY, NEXT_JANUARY);
    assertEquals(
        expected,
        String.join(
            ", ",
            effects.stream()
                .map(each -> each.kind() + " " + each.written() + " " + each.actual())
                .toList()));
  }

  @Test
  void anEffectNamesTheTransitionAndTheTimesAsWritten() {
    DstEffect effect =
        Window.parse("DAILY 02:30 to 04:00 in Europe/Berlin")
            .dstEffects(JANUARY, NEXT_JANUARY)
            .get(0);
    assertEquals(at("2026-03-29T01:00:00Z"), effect.transition());
    assertEquals(LocalDateTime.parse("2026-03-29T02:30"), effect.start());
    assertEquals(LocalDateTime.parse("2026-03-29T04:00"), effect.end());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cron(0 8 * * MON-FRI) to cron(0 17 * * MON-FRI) in Europe/Berlin",
        "cron(@daily) for PT6H in UTC between 2026-12-01 and 2026-12-24",
        "MON-FRI,SUN 22:00 to 06:00 in America/New_York",
        "SAT,SUN 08:15:30 for PT9H30M in Asia/Kolkata",
        "DAILY 08:00 to 18:00 in +05:30",
        "2026-11-27T00:00 to 2026-11-28T00:00 in America/New_York",
        "2026-11-27T05:00:00Z to 2026-11-28T05:00:00Z",
      })
  void aTextIsWrittenAsItIsRead(String text) {
    assertEquals(text, Window.parse(text).toString());
    assertEquals(Window.parse(text), Window.parse("  " + text.replace(" in ", "  in  ")));
    assertEquals(Window.parse(text).hashCode(), Window.parse(text).hashCode());
  }

  @Test
  void daysMayBeGivenInOtherWords() {
    Window expected =
        Window.weekly(
            Set.of(FRIDAY, SATURDAY, SUNDAY, MONDAY),
            LocalTime.of(1, 0),
            LocalTime.of(2, 0),
            ZoneOffset.UTC);
    assertEquals(expected, Window.parse("fri-Mon 01:00 to 02:00 in Z"));
    assertEquals("MON,FRI-SUN 01:00 to 02:00 in Z", expected.toString());
    assertEquals(
        at("2026-11-27T05:00:00Z"),
        Window.parse("2026-11-27T00:00-05:00 for PT24H").nextAfter(JANUARY).orElseThrow().start());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MON 08:00 | START (to END | for LENGTH)",
        "MON 08:00 to 17:00 | must name a zone, like 'in Europe/Berlin'",
        "2026-11-27T00:00 to 2026-11-28T00:00 | must name a zone",
        "MON 15h25min to 17:00 in UTC | time must be like 08:30, was '15h25min'",
        "MON 08:00 to 24:00 in UTC | time must be like 08:30, was '24:00'",
        "MON 08:00 to 17:00 in Mars/Phobos | zone must be like Europe/Berlin, was 'Mars/Phobos'",
        "MOO 08:00 to 17:00 in UTC | days must be DAILY or of MON to SUN",
        "MON, 08:00 to 17:00 in UTC | days must be DAILY or of MON to SUN",
        "MON 08:00 for 9h in UTC | length must be like PT9H30M, was '9h'",
        "MON 08:00 to 08:00 in UTC | a whole day is for PT24H",
        "MON 08:00 for PT0S in UTC | length must be at least 1 ms",
        "MON 08:00 for PT9000H in UTC | length must be at least 1 ms and at most PT8784H",
        "cron(0 8 * * *) to cron(0 8 * * *) in UTC | end must name other times than start",
        "cron(0 8 * * *) to cron(0 8 * * 0-6) in UTC | end must name other times than start",
        "cron(0 8 * * *) to 17:00 in UTC | end must be cron(...)",
        "cron(0 25 * * *) to cron(0 8 * * *) in UTC | start '0 25 * * *' has a bad hour '25' at position 3",
        "cron(0 8 * * *) to cron(0 25 * * *) in UTC | end '0 25 * * *' has a bad hour",
        "2026-11-27T00:00Z to 2026-11-28T00:00Z in UTC | must not name a zone",
        "2026-11-28T00:00 to 2026-11-27T00:00 in UTC | until must be at least 1 ms after from",
        "2026-11-28T00:00Z to 2026-11-28T00:00Z | until must be at least 1 ms after from",
        "2026-03-29T02:10 to 2026-03-29T02:50 in Europe/Berlin | in real time",
        "2026-11-27T00:00 for PT1H in UTC | must have an end",
        "2026-11-27T00:00Z to 11 Nov 09 00:00 CET | start and end must be like",
        "MON 08:00 to 17:00 in UTC between 2026-12-24 and 2026-12-01 | last day must not be before",
        "MON 08:00 to 17:00 in UTC between 2026-12-01 and 2026-12-02 | never does",
        "MON 08:00 to 17:00 in UTC between 2026-12-01 and Xmas | date must be like",
        "2026-11-27T00:00Z to 2026-11-28T00:00Z between 2026-12-01 and 2026-12-02 | only a recurring",
      })
  void aWrongTextIsRefusedWithThePartThatIsWrong(String text, String message) {
    refuses(message, () -> Window.parse(text));
  }

  @Test
  void wrongValuesAreRefused() {
    LocalTime eight = LocalTime.of(8, 0);
    refuses(
        "days must have at least one",
        () -> Window.weekly(Set.of(), eight, Duration.ofHours(1), BERLIN));
    refuses(
        "start must be in whole seconds",
        () -> Window.weekly(Set.of(MONDAY), eight.plusNanos(1), eight.plusHours(1), BERLIN));
    refuses(
        "until must be after from",
        () -> Window.parse("DAILY 08:00 to 09:00 in UTC").occurrences(JANUARY, JANUARY));
    refuses(
        "at must be in the years 0000 to 9999",
        () -> Window.parse("DAILY 08:00 to 09:00 in UTC").contains(Instant.MAX));
    refuses("from must be in the years", () -> Window.once(Instant.MIN, JANUARY));
  }
}
