package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;

/**
 * A replay while it runs. One step per interval: those instances that have started become ready,
 * some may fail, the policy decides on what was measured before, its order is carried out, the load
 * of the interval is served.
 */
final class Simulation {
  private final ScalingPolicy policy;
  private final ServiceModel model;
  private final Timeline timeline;
  private final Observer observer;
  private final Station station;
  private final Pool pool;
  private final double failuresPerInstance;
  private ScalingState state;

  Simulation(ScalingPolicy policy, ServiceModel model, Timeline timeline, Pool pool) {
    this(policy, model, timeline, pool, ScalingState.initial());
  }

  private Simulation(
      ScalingPolicy policy, ServiceModel model, Timeline timeline, Pool pool, ScalingState state) {
    this.policy = policy;
    this.model = model;
    this.timeline = timeline;
    this.pool = pool;
    this.state = state;
    this.observer = new Observer(model, timeline);
    this.station = new Station(model, timeline.trace.intervalMillis());
    this.failuresPerInstance =
        model.meanLifeMillis == 0
            ? 0
            : (double) timeline.trace.intervalMillis() / model.meanLifeMillis;
  }

  /** Where a replay can be taken up again. */
  record Checkpoint(ScalingState state, Pool pool) {}

  Checkpoint checkpoint() {
    return new Checkpoint(state, pool.copy());
  }

  /** Takes a replay up again whose timeline is there already, to decide once more. */
  static Simulation resume(
      ScalingPolicy policy, ServiceModel model, Timeline timeline, Checkpoint checkpoint) {
    return new Simulation(policy, model, timeline, checkpoint.pool().copy(), checkpoint.state());
  }

  Pool pool() {
    return pool;
  }

  /** What happens at the begin of an interval before the policy decides. */
  void begin(int tick) {
    long now = timeline.trace.startMillis(tick);
    pool.advance(now);
    if (failuresPerInstance > 0) {
      double expected = pool.ready() * failuresPerInstance;
      pool.fail((int) (expected + SplitMix.uniform(model.failureSeed, tick, 0)), now);
    }
  }

  /** Lets the policy decide and carries its order out. There is nothing to decide on at first. */
  ScalingDecision decide(int tick) {
    ScalingDecision decision = policy.decide(state, observer.at(tick, pool));
    state = decision.next();
    pool.resize(decision.desired(), timeline.trace.startMillis(tick));
    return decision;
  }

  void serve(int tick) {
    double load = timeline.trace.value(tick);
    station.serve(model.perSecond(load), pool.ready(), timeline.backlogBefore(tick));
    timeline.record(tick, station, pool, model.demand(load));
  }
}
