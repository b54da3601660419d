package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.profile.CloudFoundryDocument.Slot;
import dev.steelyard.autoscale.profile.CloudFoundryPolicy.Problem;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Window;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The schedules of a policy of Cloud Foundry: what it asks of them, and what they are here. */
final class CloudFoundrySchedules {
  private static final LocalDate LAST = LocalDate.of(2999, 12, 31);

  /** What Java has dropped from the names of its zones, and Cloud Foundry's list still has. */
  private static final Set<String> SHORT = Set.of("EST", "MST", "HST");

  private final ZoneId zone;
  private final LocalDateTime now;
  private final List<Problem> errors;

  private CloudFoundrySchedules(ZoneId zone, Instant now, List<Problem> errors) {
    this.zone = zone;
    this.now = LocalDateTime.ofInstant(now, zone);
    this.errors = errors;
  }

  /** A zone by its name, which some of Cloud Foundry's list have with a blank behind. */
  static @Nullable ZoneId zone(String name) {
    String id = name.strip();
    return SHORT.contains(id)
        ? ZoneId.of(id, ZoneId.SHORT_IDS)
        : ZoneId.getAvailableZoneIds().contains(id) ? ZoneId.of(id) : null;
  }

  static List<Schedule> read(CloudFoundryDocument document, Instant now, List<Problem> errors) {
    ZoneId zone = document.zone() == null ? null : zone(document.zone());
    List<Schedule> schedules = new ArrayList<>();
    if (document.slots().isEmpty()) {
      return schedules;
    }
    CloudFoundrySchedules reader =
        new CloudFoundrySchedules(zone == null ? ZoneOffset.UTC : zone, now, errors);
    for (Slot slot : document.slots()) {
      int before = errors.size();
      reader.counts(slot);
      Window window = slot.isRecurring() ? reader.recurring(slot) : reader.once(slot);
      if (errors.size() == before && window != null) {
        Schedule schedule =
            Schedule.bounds(
                slot.path().substring("(root).schedules.".length()),
                (int) slot.least(),
                (int) slot.most(),
                window);
        schedules.add(
            slot.initial() == 0 ? schedule : schedule.withInitialMin((int) slot.initial()));
      }
    }
    reader.overlaps(document.slots());
    return schedules;
  }

  private void wrong(Slot slot, String message) {
    errors.add(new Problem(slot.path(), message));
  }

  private void counts(Slot slot) {
    if (slot.least() > slot.most()) {
      errors.add(
          new Problem(
              slot.path() + ".instance_min_count",
              "must not be above instance_max_count, was "
                  + slot.least()
                  + " above "
                  + slot.most()));
    }
    if (slot.initial() != 0 && (slot.initial() < slot.least() || slot.initial() > slot.most())) {
      errors.add(
          new Problem(
              slot.path() + ".initial_min_instance_count",
              "must be in [" + slot.least() + ", " + slot.most() + "], was " + slot.initial()));
    }
    if (slot.least() < 0 || slot.most() > Schedule.MAX_INSTANCES) {
      wrong(slot, "the number of instances must be in [0, " + Schedule.MAX_INSTANCES + "]");
    }
  }

  private @Nullable Window once(Slot slot) {
    LocalDateTime start;
    LocalDateTime end;
    try {
      start = LocalDateTime.parse(slot.start());
      end = LocalDateTime.parse(slot.end());
    } catch (DateTimeParseException e) {
      wrong(slot, "there is no such day: " + e.getParsedString());
      return null;
    }
    int before = errors.size();
    if (!start.isAfter(now)) {
      wrong(slot, "start_date_time must be after the present time, was " + start);
    }
    if (!end.isAfter(start)) {
      wrong(slot, "end_date_time must be after start_date_time, was " + end);
    }
    return errors.size() > before ? null : made(slot, () -> Window.once(start, end, zone));
  }

  private @Nullable Window recurring(Slot slot) {
    LocalTime start = LocalTime.parse(slot.start());
    LocalTime end = LocalTime.parse(slot.end());
    int before = errors.size();
    if (!start.isBefore(end)) {
      wrong(slot, "start_time must be before end_time: it cannot cross midnight");
    }
    LocalDate today = now.toLocalDate();
    LocalDate first;
    LocalDate last;
    try {
      first = slot.firstDay().isEmpty() ? null : LocalDate.parse(slot.firstDay());
      last = slot.lastDay().isEmpty() ? null : LocalDate.parse(slot.lastDay());
    } catch (DateTimeParseException e) {
      wrong(slot, "there is no such day: " + e.getParsedString());
      return null;
    }
    if (first != null && first.isBefore(today)) {
      wrong(slot, "start_date must not be before today, was " + first);
    }
    if (last != null && last.isBefore(today)) {
      wrong(slot, "end_date must not be before today, was " + last);
    }
    if (first != null && last != null && last.isBefore(first)) {
      wrong(slot, "end_date must not be before start_date, was " + last);
    }
    if (errors.size() == before && slot.daysOfWeek().isEmpty() && slot.daysOfMonth().isEmpty()) {
      wrong(slot, "must have at least one day");
    }
    if (errors.size() > before) {
      return null;
    }
    return made(
        slot,
        () -> {
          Window window = days(slot, start, end);
          return first == null && last == null
              ? window
              : window.between(first == null ? today : first, last == null ? LAST : last);
        });
  }

  private Window days(Slot slot, LocalTime start, LocalTime end) {
    if (!slot.daysOfWeek().isEmpty()) {
      Set<DayOfWeek> days =
          slot.daysOfWeek().stream().map(DayOfWeek::of).collect(Collectors.toSet());
      return Window.weekly(days, start, end, zone);
    }
    String days =
        new TreeSet<>(slot.daysOfMonth())
            .stream().map(String::valueOf).collect(Collectors.joining(","));
    return Window.cron(cron(start, days), cron(end, days), zone);
  }

  private static String cron(LocalTime time, String days) {
    return time.getMinute() + " " + time.getHour() + " " + days + " * *";
  }

  private interface Making {
    Window make();
  }

  private @Nullable Window made(Slot slot, Making making) {
    try {
      return making.make();
    } catch (IllegalArgumentException e) {
      wrong(slot, e.getMessage() == null ? "has no such window" : e.getMessage());
      return null;
    }
  }

  /** Only like with like, as there: dates among dates, days of the week among themselves. */
  private void overlaps(List<Slot> slots) {
    for (int b = 0; b < slots.size(); b++) {
      for (int a = b + 1; a < slots.size(); a++) {
        Slot first = slots.get(b);
        Slot second = slots.get(a);
        if (first.isRecurring() == second.isRecurring()
            && (first.isRecurring() ? recurringOverlap(first, second) : meet(first, second))) {
          wrong(first, "overlaps with " + second.path());
        }
      }
    }
  }

  private static boolean meet(Slot first, Slot second) {
    return second.end().compareTo(first.start()) > 0 && first.end().compareTo(second.start()) > 0;
  }

  /** Both ends of the hours count, and both ends of the dates. */
  private static boolean recurringOverlap(Slot first, Slot second) {
    boolean days =
        !Collections.disjoint(first.daysOfWeek(), second.daysOfWeek())
            || !Collections.disjoint(first.daysOfMonth(), second.daysOfMonth());
    return days
        && first.end().compareTo(second.start()) >= 0
        && second.end().compareTo(first.start()) >= 0
        && latest(first).compareTo(second.firstDay()) >= 0
        && latest(second).compareTo(first.firstDay()) >= 0;
  }

  private static String latest(Slot slot) {
    return slot.lastDay().isEmpty() ? "9999" : slot.lastDay();
  }
}
