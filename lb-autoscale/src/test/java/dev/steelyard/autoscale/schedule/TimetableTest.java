package dev.steelyard.autoscale.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimetableTest {
  private static final Window WORKING = Window.parse("MON-FRI 08:00 to 16:00 in Europe/Berlin");
  private static final Window ALL_DAY = Window.parse("cron(@daily) for PT24H in Europe/Berlin");
  private static final Window MONDAY =
      Window.parse("2026-01-05T00:00 to 2026-01-06T00:00 in Europe/Berlin");
  private static final Instant NOON = Instant.parse("2026-01-05T11:00:00Z");

  private static void refuses(String message, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  private static int floor(Timetable timetable, String at) {
    ActiveSchedule floor = timetable.at(Instant.parse(at)).floor();
    return floor == null ? 0 : floor.instances();
  }

  @Test
  void floorsCombineByTheirMaximum() {
    Timetable timetable =
        Timetable.of(
            Schedule.floor("base", 3, ALL_DAY),
            Schedule.floor("market open", 10, WORKING),
            Schedule.floor("clerks", 10, WORKING));
    TimetableState state = timetable.at(NOON);
    ActiveSchedule floor = state.floor();
    assertNotNull(floor);
    assertEquals("market open", floor.schedule().name());
    assertEquals(10, floor.instances());
    assertEquals("schedule 'market open' 10 until 16:00 Europe/Berlin", floor.explain());
    assertEquals(3, state.active().size());
    assertNull(state.bounds());
    assertEquals(Instant.parse("2026-01-05T15:00:00Z"), state.nextChange());
    assertEquals(3, floor(timetable, "2026-01-05T15:00:00Z"));
  }

  @Test
  void aOneTimeWindowReplacesTheBoundsOfARecurringOneThenTheFirstListedCounts() {
    Schedule recurring = Schedule.bounds("usual", 1, 5, ALL_DAY);
    Schedule second = Schedule.bounds("second", 2, 6, ALL_DAY);
    Schedule fixed = Schedule.bounds("sale", 8, 20, MONDAY);
    for (Timetable timetable :
        List.of(
            Timetable.of(recurring, second, fixed),
            Timetable.of(fixed, recurring, second),
            Timetable.of(recurring, fixed, second))) {
      ActiveSchedule sale = timetable.at(NOON).bounds();
      assertNotNull(sale);
      assertEquals("schedule 'sale' 8..20 until 2026-01-06 00:00 Europe/Berlin", sale.explain());
      ActiveSchedule usual = timetable.at(NOON.plus(Duration.ofDays(1))).bounds();
      assertNotNull(usual);
      assertEquals("usual", usual.schedule().name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "05:59:59.999, 0", "06:00:00.000, 0", "06:14:59.999, 0", "06:15:00.000, 2",
    "06:29:59.999, 2", "06:30:00.000, 5", "06:59:59.999, 7", "07:00:00.000, 10",
    "15:00:00.000, 10", "15:00:00.001, 7", "15:15:00.000, 7", "15:15:00.001, 5",
    "15:30:00.001, 2", "15:45:00.000, 2", "15:45:00.001, 0", "16:00:00.000, 0",
  })
  void aRampRisesBeforeTheStartAndFallsAfterTheEnd(String time, int expected) {
    Schedule schedule = Schedule.floor("open", 10, WORKING).withRamp(Duration.ofHours(1), 4);
    assertEquals(expected, floor(Timetable.of(schedule), "2026-01-05T" + time + "Z"));
  }

  @Test
  void aRampSaysWhereItLeads() {
    Timetable timetable =
        Timetable.of(Schedule.floor("open", 10, WORKING).withRamp(Duration.ofHours(1), 4));
    ActiveSchedule rising = timetable.at(Instant.parse("2026-01-05T06:45:00Z")).floor();
    assertNotNull(rising);
    assertEquals("schedule 'open' 7 of 10, from 08:00 Europe/Berlin", rising.explain());
    ActiveSchedule falling = timetable.at(Instant.parse("2026-01-05T15:20:00Z")).floor();
    assertNotNull(falling);
    assertEquals("schedule 'open' 5 of 10, since 16:00 Europe/Berlin", falling.explain());
    assertEquals(
        Instant.parse("2026-01-05T07:00:00Z"),
        timetable.at(Instant.parse("2026-01-05T06:45:00Z")).nextChange());
    assertEquals(
        Instant.parse("2026-01-05T15:30:00.001Z"),
        timetable.at(Instant.parse("2026-01-05T15:20:00Z")).nextChange());
  }

  @Test
  void aLoadIsInstancesRoundedUp() {
    assertEquals(31, Schedule.load("sale", 10_000, 333, MONDAY).min());
    assertEquals(100, Schedule.load("sale", 10, 0.1, MONDAY).min());
    assertEquals(3, Schedule.load("sale", 0.3, 0.1, MONDAY).min());
    assertEquals(1, Schedule.load("sale", 1e-12, 5, MONDAY).min());
    Timetable ramp =
        Timetable.of(Schedule.load("sale", 1000, 100, MONDAY).withRamp(Duration.ofHours(3), 3));
    assertEquals(4, floor(ramp, "2026-01-04T21:00:00Z")); // 333.3 of 1000
  }

  @Test
  void nothingChangesAfterTheLastOneTimeWindow() {
    Timetable timetable = Timetable.of(Schedule.floor("sale", 10, MONDAY));
    TimetableState after = timetable.at(NOON.plus(Duration.ofDays(2)));
    assertNull(after.nextChange());
    assertNull(after.floor());
    assertEquals(List.of(), after.active());
  }

  @Test
  void bothRampsOfNeighboursGiveTheHigherLevel() {
    Timetable timetable =
        Timetable.of(
            Schedule.floor("open", 100, Window.parse("cron(0 */2 * * *) for PT1H in UTC"))
                .withRamp(Duration.ofHours(1), 10));
    assertEquals(50, floor(timetable, "2026-01-05T01:30:00Z"));
    assertEquals(80, floor(timetable, "2026-01-05T01:10:00.001Z"));
    assertEquals(80, floor(timetable, "2026-01-05T01:53:00Z"));
  }

  @Test
  void wrongSchedulesAreRefused() {
    Schedule floor = Schedule.floor("open", 10, WORKING);
    Schedule bounds = Schedule.bounds("night", 1, 5, WORKING);
    refuses("instances must be in [1, 1000000], was 0", () -> Schedule.floor("open", 0, WORKING));
    refuses("name must not be blank", () -> Schedule.floor(" ", 1, WORKING));
    refuses("min must be at most max, was 5 with max 4", () -> Schedule.bounds("b", 5, 4, WORKING));
    refuses("min must be in [0, 1000000], was -1", () -> Schedule.bounds("b", -1, 4, WORKING));
    refuses(
        "max must be in [0, 1000000], was 1000001",
        () -> Schedule.bounds("b", 1, 1_000_001, WORKING));
    refuses(
        "load must be finite and above 0, was NaN",
        () -> Schedule.load("b", Double.NaN, 4, WORKING));
    refuses(
        "loadPerInstance must be finite and above 0, was 0.0",
        () -> Schedule.load("b", 4, 0, WORKING));
    refuses("load must need at most 1000000 instances", () -> Schedule.load("b", 1e9, 1, WORKING));
    refuses(
        "ramp steps must be in [1, 1000] for PT1H, was 0",
        () -> floor.withRamp(Duration.ofHours(1), 0));
    refuses(
        "ramp steps must be in [1, 5] for PT0.005S, was 6",
        () -> floor.withRamp(Duration.ofMillis(5), 6));
    refuses("ramp length must be at least 1 ms", () -> floor.withRamp(Duration.ZERO, 5));
    refuses(
        "ramp length must be at least 1 ms and at most PT168H",
        () -> floor.withRamp(Duration.ofDays(8), 5));
    refuses("initial min must be in [1, 5], was 6", () -> bounds.withInitialMin(6));
    assertThrows(IllegalStateException.class, () -> floor.withInitialMin(3));
    assertThrows(IllegalStateException.class, () -> bounds.withRamp(Duration.ofHours(1), 2));
    refuses("schedules must have at least one", Timetable::of);
    refuses("'open' is there twice", () -> Timetable.of(floor, floor));
    refuses("millis must be in the years", () -> Timetable.of(floor).at(Long.MAX_VALUE));
  }

  @Test
  void aScheduleSaysWhatItIs() {
    assertEquals(
        "'open' at least 10, MON-FRI 08:00 to 16:00 in Europe/Berlin, ramp of PT20M in 5",
        Schedule.floor("open", 10, WORKING).withRamp(Duration.ofMinutes(20), 5).toString());
    assertEquals(
        "'night' 0..5 from 3, MON-FRI 08:00 to 16:00 in Europe/Berlin",
        Schedule.bounds("night", 0, 5, WORKING).withInitialMin(3).toString());
    assertEquals(Schedule.load("sale", 5, 2, MONDAY), Schedule.load("sale", 5, 2, MONDAY));
    assertTrue(
        Schedule.load("sale", 5, 2, MONDAY).toString().contains("at least 3 (5.0 at 2.0 each)"));
  }
}
