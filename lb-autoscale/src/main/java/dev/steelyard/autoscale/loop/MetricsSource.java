package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import dev.steelyard.autoscale.Metric;
import java.time.Instant;
import java.util.function.DoubleSupplier;

/**
 * Where metrics come from. A loop may have several; each is read on a thread of its own, one read
 * at a time, and has a time limit. One that fails, hangs or gives nonsense costs its own metrics
 * only: they are missing, and the rules of the policy for missing data decide.
 */
@FunctionalInterface
public interface MetricsSource {
  /**
   * Reads the metrics of now. May block; is interrupted when its time is over, and what it adds
   * after that is lost.
   *
   * @param now the time of the loop's clock
   * @param into takes what is read
   * @throws Exception if they cannot be read; what was added before counts
   */
  void read(Instant now, Samples into) throws Exception;

  /**
   * A metric of the pool that this program knows itself.
   *
   * @param metric the metric
   * @param value asked in each round; NaN, infinite and negative values are missing
   * @return the source
   */
  static MetricsSource of(Metric metric, DoubleSupplier value) {
    requireNonNull(metric, "metric");
    requireNonNull(value, "value");
    return (now, into) -> into.metric(metric, value.getAsDouble());
  }
}
