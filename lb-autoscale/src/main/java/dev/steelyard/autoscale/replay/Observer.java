package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingMetrics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the policy gets to see: the metrics of an interval that is over, some time later, with
 * noise. How many instances there are is never late: the platform knows it.
 */
final class Observer {
  private static final String NOT_YET = "nothing was measured yet";
  private static final String NO_INSTANCE = "no instance was ready";

  private final ServiceModel model;
  private final Timeline timeline;
  private final Station station;
  private final int lag;
  // The knobs of ServiceModel.seeing, looked up once.
  private final boolean cpu;
  private final boolean memory;
  private final boolean rate;
  private final boolean queue;
  private final boolean inFlight;
  private final boolean errors;
  private final boolean response;
  private final @Nullable Metric load;

  Observer(ServiceModel model, Timeline timeline) {
    this.model = model;
    this.timeline = timeline;
    long step = timeline.trace.intervalMillis();
    this.station = new Station(model, step);
    this.lag = (int) Math.min(timeline.size(), (model.metricDelayMillis + step - 1) / step);
    this.cpu = sees(Metric.CPU);
    this.memory = sees(Metric.MEMORY);
    this.rate = sees(Metric.REQUEST_RATE);
    this.queue = sees(Metric.QUEUE_DEPTH);
    this.inFlight = sees(Metric.IN_FLIGHT);
    this.errors = sees(Metric.ERROR_RATE);
    this.response = sees(model.responseMetric);
    this.load = model.loadMetric;
  }

  private boolean sees(Metric metric) {
    return model.seen == null || model.seen.contains(metric);
  }

  /**
   * What is known at the begin of an interval. An average is of the instances that served while it
   * was measured: those that became ready since have no sample yet, and must not be multiplied with
   * what others had to do without them.
   */
  ScalingMetrics at(int tick, Pool pool) {
    int past = tick - 1 - lag;
    int sampledInstances = past < 0 ? pool.ready() : Math.min(pool.ready(), timeline.ready[past]);
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(Instant.ofEpochMilli(timeline.trace.startMillis(tick)))
            .instances(pool.size())
            .running(pool.size())
            .ready(sampledInstances);
    if (past < 0) {
      return nothing(metrics, NOT_YET);
    }
    Instant sampled = Instant.ofEpochMilli(timeline.trace.startMillis(past + 1));
    double value = timeline.trace.value(past);
    int ready = timeline.ready[past];
    station.serve(model.perSecond(value), ready, timeline.backlogBefore(past));
    if (rate) {
      metrics.metric(Metric.REQUEST_RATE, noisy(model.perSecond(value), past, 0), sampled);
    }
    if (queue) {
      metrics.metric(Metric.QUEUE_DEPTH, noisy(station.queueDepth, past, 1), sampled);
    }
    if (inFlight) {
      metrics.metric(Metric.IN_FLIGHT, noisy(station.inFlight, past, 2), sampled);
    }
    if (errors) {
      double share = station.offered > 0 ? Math.min(1, station.lost / station.offered) : 0;
      metrics.metric(Metric.ERROR_RATE, noisy(100 * share, past, 3), sampled);
    }
    if (load != null && load.kind() != Metric.Kind.PER_INSTANCE_AVERAGE) {
      metrics.metric(load, noisy(value, past, 7), sampled);
    }
    if (ready == 0) {
      return perInstance(metrics, NO_INSTANCE);
    }
    if (cpu) {
      metrics.metric(Metric.CPU, noisy(model.cpu(station.utilization), past, 4), sampled);
    }
    if (memory) {
      metrics.metric(Metric.MEMORY, noisy(model.memory(station.utilization), past, 5), sampled);
    }
    if (response) {
      metrics.metric(model.responseMetric, noisy(1000 * station.response, past, 6), sampled);
    }
    if (load != null && load.kind() == Metric.Kind.PER_INSTANCE_AVERAGE) {
      metrics.metric(load, noisy(value / ready, past, 7), sampled);
    }
    return metrics.build();
  }

  private ScalingMetrics nothing(ScalingMetrics.Builder metrics, String why) {
    if (rate) {
      metrics.missing(Metric.REQUEST_RATE, why);
    }
    if (queue) {
      metrics.missing(Metric.QUEUE_DEPTH, why);
    }
    if (inFlight) {
      metrics.missing(Metric.IN_FLIGHT, why);
    }
    if (errors) {
      metrics.missing(Metric.ERROR_RATE, why);
    }
    if (load != null && load.kind() != Metric.Kind.PER_INSTANCE_AVERAGE) {
      metrics.missing(load, why);
    }
    return perInstance(metrics, why);
  }

  private ScalingMetrics perInstance(ScalingMetrics.Builder metrics, String why) {
    if (cpu) {
      metrics.missing(Metric.CPU, why);
    }
    if (memory) {
      metrics.missing(Metric.MEMORY, why);
    }
    if (response) {
      metrics.missing(model.responseMetric, why);
    }
    if (load != null && load.kind() == Metric.Kind.PER_INSTANCE_AVERAGE) {
      metrics.missing(load, why);
    }
    return metrics.build();
  }

  private double noisy(double value, int tick, int stream) {
    return model.noise == 0
        ? value
        : value * Math.max(0, 1 + model.noise * SplitMix.normal(model.noiseSeed, tick, stream));
  }
}
