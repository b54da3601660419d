package dev.steelyard.autoscale.replay;

/** What happened in a replay, one column per quantity and one row per interval of the trace. */
final class Timeline {
  final Trace trace;

  /** The least number of instances that meets the objective. */
  final int[] demand;

  /** Serving, and ordered: the latter includes those that start. */
  final int[] ready;

  final int[] ordered;

  /** Amounts. */
  final double[] served;

  final double[] lost;
  final double[] backlog;

  /** Seconds at the model's quantile; NaN if nothing could be served. */
  final float[] response;

  /** Amount served, but slower than the limit. */
  final double[] slow;

  Timeline(Trace trace) {
    int size = trace.size();
    this.trace = trace;
    this.demand = new int[size];
    this.ready = new int[size];
    this.ordered = new int[size];
    this.served = new double[size];
    this.lost = new double[size];
    this.backlog = new double[size];
    this.response = new float[size];
    this.slow = new double[size];
  }

  int size() {
    return demand.length;
  }

  double backlogBefore(int tick) {
    return tick == 0 ? 0 : backlog[tick - 1];
  }

  void record(int tick, Station station, Pool pool, int needed) {
    demand[tick] = needed;
    ready[tick] = pool.ready();
    ordered[tick] = pool.size();
    served[tick] = station.served;
    lost[tick] = station.lost;
    backlog[tick] = station.backlog;
    response[tick] = (float) station.response;
    slow[tick] = station.served * station.slowShare;
  }
}
