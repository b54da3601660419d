package dev.steelyard.autoscale.rules;

/**
 * What a request costs, in instances: learnt while nothing changes, so that the load is known from
 * the request rate where instances are saturated or have just become ready, and their own metric
 * does not tell.
 */
final class RequestCost {
  private static final int SAMPLES = 0;
  private static final int VALUE = 1;
  private static final int ERROR = 2;

  private static final int LEAST_SAMPLES = 5;
  private static final double LEAST_SHARE = 0.02;
  private static final double MOST_ERROR = 0.1;
  private static final double IDLE = 0.05;
  private static final double SATURATED = 0.95;

  private RequestCost() {}

  /** Learns from a moment in which all instances serve and have served for an interval. */
  static void learn(double[] state, int at, double load, double rate, int instances) {
    double utilization = load / instances;
    if (!(rate > 0 && utilization > IDLE && utilization < SATURATED)) {
      return;
    }
    double cost = load / rate;
    double known = state[at + VALUE];
    double share = Math.max(LEAST_SHARE, 1 / ++state[at + SAMPLES]);
    double error = known == 0 ? 0 : Math.abs(cost / known - 1);
    state[at + VALUE] += share * (cost - known);
    state[at + ERROR] += share * (error - state[at + ERROR]);
  }

  /** What a request costs; 0 while that is not known, or requests differ too much. */
  static double of(double[] state, int at) {
    boolean known = state[at + SAMPLES] >= LEAST_SAMPLES && state[at + ERROR] <= MOST_ERROR;
    return known ? state[at + VALUE] : 0;
  }
}
