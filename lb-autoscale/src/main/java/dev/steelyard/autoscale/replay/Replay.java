package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;

/**
 * Runs policies over a load in virtual time.
 *
 * <pre>{@code
 * Trace load = Trace.read(Path.of("requests.csv"));
 * ServiceModel service = ServiceModel.capacity(50).startup(Duration.ofMinutes(2)).build();
 *
 * ReplayResult result = Replay.run(policy, load, service);
 * result.summary().violationShare();   // 0.0012
 * result.toText();                     // all of it, for people
 * result.decision(417).explain();      // why it did what it did at that tick
 * }</pre>
 *
 * <p>The policy decides at the begin of every interval of the trace except the first, on what was
 * measured in the interval before; {@link Trace#resample} changes how often that is. All is
 * computed from the arguments: the same ones give the same result. O(intervals) decisions.
 */
public final class Replay {
  /** The most intervals that a replay keeps a timeline of: 19 years of minutes. */
  static final int MOST_TICKS = 10_000_000;

  private Replay() {}

  /**
   * Runs a policy.
   *
   * @param policy what decides
   * @param trace the load
   * @param model what the instances do with it
   * @return what would have happened
   * @throws IllegalArgumentException if the trace has more than 10 000 000 intervals, or a load
   *     that would take more than a million instances
   */
  public static ReplayResult run(ScalingPolicy policy, Trace trace, ServiceModel model) {
    check(trace, model);
    Timeline timeline = new Timeline(trace);
    int initial =
        model.initialInstances >= 0
            ? model.initialInstances
            : Math.max(1, model.demand(trace.value(0)));
    Simulation simulation =
        new Simulation(policy, model, timeline, new Pool(initial, model.startupMillis));
    ChangeLog log = new ChangeLog();
    Checkpoints checkpoints = new Checkpoints(trace.size());
    for (int tick = 0; tick < trace.size(); tick++) {
      checkpoints.keep(tick, simulation);
      simulation.begin(tick);
      if (tick > 0) {
        int before = simulation.pool().size();
        ScalingDecision decision = simulation.decide(tick);
        log.add(tick, before, decision);
      }
      simulation.serve(tick);
    }
    return new ReplayResult(policy, model, timeline, initial, log, checkpoints);
  }

  /**
   * Runs two policies and says where they part.
   *
   * @param first one policy, say the present one
   * @param second the other, say the proposed one
   * @param trace the load
   * @param model what the instances do with it
   * @return both results and their differences
   * @throws IllegalArgumentException as {@link #run}
   */
  public static ReplayComparison compare(
      ScalingPolicy first, ScalingPolicy second, Trace trace, ServiceModel model) {
    return new ReplayComparison(run(first, trace, model), run(second, trace, model));
  }

  private static void check(Trace trace, ServiceModel model) {
    Checks.check(
        trace.size() <= MOST_TICKS,
        "size of the trace",
        trace.size(),
        "at most " + MOST_TICKS + ": resample it");
    double most = trace.max() / (model.capacity * model.targetUtilization);
    Checks.check(
        most <= 1_000_000,
        "capacity",
        model.capacity,
        "enough for the trace's peak of " + trace.max() + " with at most 1000000 instances");
  }
}
