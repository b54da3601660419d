package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Reading;

/** What a metric would be if there were another number of instances and the load stayed. */
final class Projection {
  private Projection() {}

  /**
   * The metric at that number: an average grows as instances get fewer, a total stays, and of what
   * is neither nothing better is known than its present value.
   */
  static double at(Evaluation evaluation, Reading reading, Metric metric, int count) {
    double value = reading.value();
    if (metric.kind() != Metric.Kind.PER_INSTANCE_AVERAGE) {
      return value;
    }
    return per(value * carriers(evaluation, reading), count);
  }

  /** A metric and its value of now. */
  static String words(Metric metric, double value) {
    return metric.name() + " " + Numbers.text(value) + metric.unit();
  }

  /** An amount shared by so many. Any amount is too much for none. */
  static double per(double total, int count) {
    return count > 0 ? total / count : total > 0 ? Double.POSITIVE_INFINITY : 0;
  }

  /** How many instances carry the load: those without a sample do, those not ready do not. */
  static int carriers(Evaluation evaluation, Reading reading) {
    int carriers = reading.counted() + reading.missing();
    return carriers > 0 ? carriers : evaluation.current();
  }
}
