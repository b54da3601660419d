package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.schedule.ActiveSchedule;
import dev.steelyard.autoscale.schedule.Occurrence;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Timetable;
import dev.steelyard.autoscale.schedule.TimetableState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a timetable said and until when it holds, as {@link Scheduled} remembers it. The memory
 * belongs to a timetable: one that was changed between two decisions has another fingerprint, and
 * is asked anew.
 *
 * @param from since when this is known
 * @param change until when it holds, exclusive
 * @param floor the floor in force
 * @param bounds the bounds in force
 * @param reached index of the schedule whose initial minimum was reached last, or {@link #NONE}
 * @param reachedStart start of the occurrence in which it was
 */
record TimetableMemory(
    long from,
    long change,
    @Nullable ActiveSchedule floor,
    @Nullable ActiveSchedule bounds,
    int reached,
    long reachedStart) {
  private static final int NONE = -1;

  // Positions in the memory.
  private static final int FINGERPRINT = 0;
  private static final int FROM = 1;
  private static final int CHANGE = 2;
  private static final int FLOOR = 3; // index of the schedule, instances, start, end
  private static final int BOUNDS = 7; // the same
  private static final int REACHED = 11; // index of the schedule, start
  private static final int SIZE = 13;

  /** What is remembered, or what the timetable says if that is another one or holds no more. */
  static TimetableMemory at(long now, Timetable timetable, Memory memory, double fingerprint) {
    boolean known = memory.number(FINGERPRINT, Double.NaN) == fingerprint;
    int reached = known ? (int) memory.number(REACHED, NONE) : NONE;
    long reachedStart = (long) memory.number(REACHED + 1, 0);
    double from = memory.number(FROM, Double.NaN);
    double change = memory.number(CHANGE, Double.NaN);
    if (known && now >= from && now < change) {
      return new TimetableMemory(
          (long) from,
          (long) change, // infinity becomes Long.MAX_VALUE
          active(memory, FLOOR, timetable, now),
          active(memory, BOUNDS, timetable, now),
          reached,
          reachedStart);
    }
    TimetableState state = timetable.at(now);
    Instant next = state.nextChange();
    return new TimetableMemory(
        now,
        next == null ? Long.MAX_VALUE : next.toEpochMilli(),
        state.floor(),
        state.bounds(),
        reached,
        reachedStart);
  }

  /** Whether it was computed for this time, and is not remembered yet. */
  boolean isNew(Memory memory, double fingerprint) {
    return memory.number(FINGERPRINT, Double.NaN) != fingerprint
        || memory.number(FROM, Double.NaN) != from;
  }

  private static @Nullable ActiveSchedule active(
      Memory memory, int at, Timetable timetable, long now) {
    int index = (int) memory.number(at, NONE);
    if (index < 0) {
      return null;
    }
    Occurrence occurrence =
        new Occurrence(
            Instant.ofEpochMilli((long) memory.number(at + 2, 0)),
            Instant.ofEpochMilli((long) memory.number(at + 3, 0)));
    return new ActiveSchedule(
        timetable.schedules().get(index),
        occurrence,
        (int) memory.number(at + 1, 0),
        Instant.ofEpochMilli(now));
  }

  /** Whether the present occurrence of the bounds still has to reach its initial minimum. */
  boolean isInitial(Timetable timetable) {
    return bounds != null
        && bounds.schedule().initialMin() > 0
        && (reached != timetable.schedules().indexOf(bounds.schedule())
            || reachedStart != bounds.occurrence().start().toEpochMilli());
  }

  /** The same after the initial minimum was reached. */
  TimetableMemory withInitialReached(Timetable timetable) {
    return bounds == null
        ? this
        : new TimetableMemory(
            from,
            change,
            floor,
            bounds,
            timetable.schedules().indexOf(bounds.schedule()),
            bounds.occurrence().start().toEpochMilli());
  }

  Memory toMemory(Timetable timetable, double fingerprint) {
    double[] numbers = new double[SIZE];
    numbers[FINGERPRINT] = fingerprint;
    numbers[FROM] = from;
    numbers[CHANGE] = change == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : change;
    write(numbers, FLOOR, timetable, floor);
    write(numbers, BOUNDS, timetable, bounds);
    numbers[REACHED] = reached;
    numbers[REACHED + 1] = reachedStart;
    return Memory.of(numbers);
  }

  private static void write(
      double[] numbers, int at, Timetable timetable, @Nullable ActiveSchedule active) {
    if (active == null) {
      numbers[at] = NONE;
      return;
    }
    Schedule schedule = active.schedule();
    numbers[at] = timetable.schedules().indexOf(schedule);
    numbers[at + 1] = active.instances();
    numbers[at + 2] = active.occurrence().start().toEpochMilli();
    numbers[at + 3] = active.occurrence().end().toEpochMilli();
  }

  /** A number of 53 bits that stands for the text of the schedules: FNV-1a. */
  static double fingerprint(Timetable timetable) {
    long hash = 0xcbf29ce484222325L;
    String text = timetable.schedules().toString();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return (double) (hash >>> 11);
  }
}
