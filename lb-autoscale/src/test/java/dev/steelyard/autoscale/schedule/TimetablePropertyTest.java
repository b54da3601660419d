package dev.steelyard.autoscale.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class TimetablePropertyTest {
  private static final long BEGIN = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  @Provide
  Arbitrary<Timetable> timetables() {
    Arbitrary<Window> windows =
        Combinators.combine(
                RandomCron.any(),
                Arbitraries.integers().between(1, 2000),
                Arbitraries.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
                Arbitraries.integers().between(0, 5))
            .as(
                (cron, minutes, zone, kind) ->
                    kind == 0
                        ? Window.once(
                            Instant.ofEpochMilli(BEGIN + minutes * 10_000_000L),
                            Instant.ofEpochMilli(BEGIN + minutes * 10_050_000L))
                        : Window.cron(
                            cron.toString(), Duration.ofMinutes(minutes), ZoneId.of(zone)));
    Arbitrary<Schedule> schedules =
        Combinators.combine(
                windows,
                Arbitraries.integers().between(1, 100),
                Arbitraries.integers().between(0, 2),
                Arbitraries.integers().between(1, 12),
                Arbitraries.integers().between(1, 7_200_000))
            .as(
                (window, count, kind, steps, ramp) ->
                    switch (kind) {
                      case 0 -> Schedule.bounds("s", count / 2, count, window);
                      case 1 -> Schedule.floor("s", count, window);
                      default ->
                          Schedule.floor("s", count, window)
                              .withRamp(Duration.ofMillis(ramp + 12L), steps);
                    });
    return schedules
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(
            list -> {
              List<Schedule> named = new ArrayList<>();
              for (Schedule each : list) {
                named.add(renamed(each, "s" + named.size()));
              }
              return new Timetable(named);
            });
  }

  private static Schedule renamed(Schedule schedule, String name) {
    if (schedule.isBounds()) {
      return Schedule.bounds(name, schedule.min(), schedule.max(), schedule.window());
    }
    Schedule floor = Schedule.floor(name, schedule.min(), schedule.window());
    return schedule.rampLength().isZero()
        ? floor
        : floor.withRamp(schedule.rampLength(), schedule.rampSteps());
  }

  private static List<String> answer(TimetableState state) {
    return state.active().stream()
        .map(
            each ->
                each.schedule().name()
                    + " "
                    + each.instances()
                    + " "
                    + each.schedule().isBounds()
                    + (each.schedule().isBounds() ? each.occurrence() : ""))
        .toList();
  }

  @Property(tries = 300)
  void theAnswerStaysUntilTheNextChange(
      @ForAll("timetables") Timetable timetable,
      @ForAll @LongRange(min = 0, max = 40_000_000_000L) long offset,
      @ForAll Random random) {
    long at = BEGIN + offset;
    TimetableState state = timetable.at(at);
    Instant next = state.nextChange();
    long until = next == null ? at + 40_000_000_000L : next.toEpochMilli();
    assertTrue(until > at);
    assertEquals(answer(state), answer(timetable.at(until - 1)));
    for (int i = 0; i < 40; i++) {
      long between = at + (long) (random.nextDouble() * (until - at));
      assertEquals(answer(state), answer(timetable.at(between)));
    }
  }

  @Property(tries = 60)
  void stepByStepEveryChangeOfAnHourIsMet(
      @ForAll("timetables") Timetable timetable,
      @ForAll @LongRange(min = 0, max = 40_000_000_000L) long offset) {
    TimetableState state = timetable.at(BEGIN + offset);
    for (long at = BEGIN + offset; at < BEGIN + offset + 3_600_000; at += 977) {
      Instant next = state.nextChange();
      while (next != null && next.toEpochMilli() <= at) {
        state = timetable.at(next);
        next = state.nextChange();
      }
      assertEquals(answer(timetable.at(at)), answer(state));
    }
  }

  @Property(tries = 200)
  void theAnswerOfAFloorIsAnotherAtTheNextChangeUnlessItOpensAgain(
      @ForAll("timetables") Timetable timetable,
      @ForAll @LongRange(min = 0, max = 40_000_000_000L) long offset) {
    Schedule first = timetable.schedules().get(0);
    Schedule floor = Schedule.floor("only", first.max() == 0 ? 1 : first.max(), first.window());
    TimetableState state = Timetable.of(floor).at(BEGIN + offset);
    Instant next = state.nextChange();
    if (next == null) {
      return;
    }
    boolean opens =
        floor.window().nextAfter(next.minusMillis(1)).stream()
            .anyMatch(each -> each.start().equals(next));
    if (state.floor() == null || !opens) {
      assertNotEquals(answer(state), answer(Timetable.of(floor).at(next)));
    }
  }

  @Property(tries = 200)
  void theHighestFloorCounts(
      @ForAll("timetables") Timetable timetable,
      @ForAll @LongRange(min = 0, max = 40_000_000_000L) long offset) {
    TimetableState state = timetable.at(BEGIN + offset);
    int highest =
        state.active().stream()
            .filter(each -> !each.schedule().isBounds())
            .mapToInt(ActiveSchedule::instances)
            .max()
            .orElse(0);
    ActiveSchedule floor = state.floor();
    assertEquals(highest, floor == null ? 0 : floor.instances());
  }
}
