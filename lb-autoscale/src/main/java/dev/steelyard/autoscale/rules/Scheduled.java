package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.Proof.Step;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.schedule.ActiveSchedule;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Timetable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known in advance: floors, loads and bounds by a {@link Timetable}. Immutable.
 *
 * <pre>{@code
 * Window hours = Window.parse("MON-FRI 08:30 to 17:30 in Europe/Berlin");
 * ScalingPolicy.builder()
 *     .bounds(2, 50)
 *     .rule(TargetTracking.of(Metric.CPU, 70))
 *     .rule(Scheduled.of(Schedule.floor("market open", 10, hours)))
 *     .build();
 * }</pre>
 *
 * <p>Floors raise the minimum and bounds replace minimum and maximum while they are in force, at
 * once: no tolerance, cooldown, window or rate stands in between. (In systems where a schedule is a
 * metric, a floor of 100 is never reached from 95 because the difference is within the tolerance:
 * kedacore/keda#6709, zalando-incubator/kube-metrics-adapter#597.) A floor above the maximum ends
 * at the maximum.
 *
 * <p>A floor never lowers the number; when it ends, other rules do. <b>With no other rule nobody
 * does</b>: use {@link #sizing} there, or bounds.
 *
 * <p>The timetable is evaluated when it changes, and what it said is remembered until then: between
 * changes this rule costs some hundred nanoseconds, however many schedules there are.
 */
public final class Scheduled implements ScalingRule {
  private static final String DEFAULT_NAME = "schedule";

  private final String name;
  private final Timetable timetable;
  private final boolean sizing;
  private final double fingerprint;

  private Scheduled(String name, Timetable timetable, boolean sizing) {
    this.name = name;
    this.timetable = timetable;
    this.sizing = sizing;
    this.fingerprint = TimetableMemory.fingerprint(timetable);
  }

  /**
   * Floors and bounds by some schedules.
   *
   * @param schedules at least one, with different names; in order of precedence among bounds
   * @return the rule
   * @throws IllegalArgumentException if there is none, or two have the same name
   */
  public static Scheduled of(Schedule... schedules) {
    return of(Timetable.of(schedules));
  }

  /**
   * Floors and bounds by a timetable.
   *
   * @param timetable the schedules
   * @return the rule
   */
  public static Scheduled of(Timetable timetable) {
    return new Scheduled(DEFAULT_NAME, timetable, false);
  }

  /**
   * A size like that of any metric, as KEDA's cron trigger has it: the floor of the timetable where
   * one is in force, 0 elsewhere. It is combined with the sizes of other rules and held back by
   * windows, cooldowns and rates as they are, and tells a policy that scales to zero when there is
   * work. For policies in which nothing but the schedule speaks.
   *
   * @param timetable schedules without bounds
   * @return the rule
   * @throws IllegalArgumentException if a schedule has bounds
   */
  public static Scheduled sizing(Timetable timetable) {
    for (Schedule each : timetable.schedules()) {
      if (each.isBounds()) {
        throw new IllegalArgumentException(
            "schedules that size must be floors or loads, but '" + each.name() + "' has bounds");
      }
    }
    return new Scheduled(DEFAULT_NAME, timetable, true);
  }

  /**
   * The same under another name, for a policy with more than one.
   *
   * @param name the name; default "schedule"
   * @return the rule
   */
  public Scheduled named(String name) {
    return new Scheduled(Objects.requireNonNull(name, "name"), timetable, sizing);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * The schedules.
   *
   * @return the timetable
   */
  public Timetable timetable() {
    return timetable;
  }

  /**
   * Says whether it asks for a size instead of floors and bounds.
   *
   * @return whether it was made by {@link #sizing}
   */
  public boolean isSizing() {
    return sizing;
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Memory memory = evaluation.memory();
    TimetableMemory standing = TimetableMemory.at(evaluation.now(), timetable, memory, fingerprint);
    ActiveSchedule bounds = standing.bounds();
    boolean initial = standing.isInitial(timetable);
    boolean reached =
        initial && bounds != null && evaluation.current() >= bounds.schedule().initialMin();
    Proposal proposal = proposal(standing, initial && !reached).lookingAgain(standing.change());
    if (!reached && !standing.isNew(memory, fingerprint)) {
      return proposal;
    }
    TimetableMemory next = reached ? standing.withInitialReached(timetable) : standing;
    return proposal.remembering(next.toMemory(timetable, fingerprint));
  }

  private Proposal proposal(TimetableMemory standing, boolean initial) {
    ActiveSchedule floor = standing.floor();
    ActiveSchedule bounds = standing.bounds();
    if (sizing) {
      int size = floor == null ? 0 : floor.instances();
      String note = floor == null ? "no schedule in force" : floor.explain();
      return Proposal.size(
              ScalingReason.SCHEDULE, step(Stage.PROPOSE, Formula.GIVEN, note, size, size))
          .active(size > 0);
    }
    if (bounds != null) {
      return bounds(bounds, floor, initial);
    }
    if (floor != null) {
      int least = floor.instances();
      Step step = step(Stage.READ, Formula.GIVEN, floor.explain(), least, least);
      return Proposal.floor(ScalingReason.SCHEDULE, least, step).active(true);
    }
    return Proposal.none();
  }

  private Proposal bounds(ActiveSchedule bounds, @Nullable ActiveSchedule floor, boolean initial) {
    Schedule schedule = bounds.schedule();
    List<Step> steps = new ArrayList<>(4);
    steps.add(step(Stage.READ, Formula.GIVEN, bounds.explain(), schedule.min(), schedule.min()));
    int least = schedule.min();
    if (initial) {
      String note = "to start with, once";
      steps.add(step(Stage.READ, Formula.AT_LEAST, note, least, schedule.initialMin()));
      least = Math.max(least, schedule.initialMin());
    }
    if (floor != null) {
      steps.add(step(Stage.READ, Formula.AT_LEAST, floor.explain(), least, floor.instances()));
      least = Math.max(least, floor.instances());
    }
    if (least > schedule.max()) {
      steps.add(step(Stage.READ, Formula.AT_MOST, null, least, schedule.max()));
      least = schedule.max();
    }
    return Proposal.bounds(
        ScalingReason.SCHEDULE, least, schedule.max(), steps.toArray(new Step[0]));
  }

  private Step step(Stage stage, Formula formula, @Nullable String note, int input, int operand) {
    return Step.of(stage, name, formula, note, input, operand);
  }

  /** Below what is asked for now, it asks for more. */
  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return count < propose(evaluation).size();
  }

  @Override
  public String describe() {
    return (sizing ? "as many as scheduled: " : "by schedule: ")
        + timetable.schedules().stream().map(Schedule::toString).collect(Collectors.joining("; "));
  }

  @Override
  public String toString() {
    return name + ": " + describe();
  }
}
