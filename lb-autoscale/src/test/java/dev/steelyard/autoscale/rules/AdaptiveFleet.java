package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import java.time.Instant;

/** A fleet whose instances take one load each and serve from the decision after their order on. */
final class AdaptiveFleet {
  private final ScalingPolicy policy;
  private int instances;
  private int ready;
  private int serving;
  ScalingState state = ScalingState.initial();

  AdaptiveFleet(ScalingPolicy policy, int instances) {
    this.policy = policy;
    this.instances = instances;
    this.ready = instances;
    this.serving = instances;
  }

  /** One decision on a load that was there since the one before; a negative one is not known. */
  ScalingDecision decide(long millis, double load) {
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(Instant.ofEpochMilli(millis))
            .instances(instances)
            .running(instances)
            .ready(ready);
    if (load >= 0) {
      metrics.metric(Metric.CPU, 100 * Math.min(1, load / serving));
      metrics.metric(Metric.REQUEST_RATE, 100 * load);
    }
    ScalingDecision decision = policy.decide(state, metrics.build());
    state = decision.next();
    serving = Math.max(1, Math.min(ready, decision.desired()));
    instances = decision.desired();
    ready = instances;
    return decision;
  }
}
