package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingMetrics.InstanceFacts;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one source has read in one round. A value that cannot be one is not refused but missing,
 * with the reason: a source that is wrong about one metric is not wrong about all.
 *
 * <p>Not thread-safe. Each source has one of its own, so that a late one disturbs nobody.
 */
public final class Samples {
  private final List<Consumer<ScalingMetrics.Builder>> pool = new ArrayList<>();
  private final Map<String, List<Consumer<InstanceFacts>>> instances = new LinkedHashMap<>();
  private final List<ReadFailure> failures = new ArrayList<>();

  Samples() {}

  /**
   * A metric of the pool, measured just now.
   *
   * @param metric the metric
   * @param value its value; NaN, infinite and negative ones are missing
   * @return this
   */
  public Samples metric(Metric metric, double value) {
    if (usable(metric, value)) {
      pool.add(builder -> builder.metric(metric, value));
    }
    return this;
  }

  /**
   * A metric of the pool.
   *
   * @param metric the metric
   * @param value its value; NaN, infinite and negative ones are missing
   * @param sampledAt when it was measured; a sample from the future is missing
   * @return this
   */
  public Samples metric(Metric metric, double value, Instant sampledAt) {
    requireNonNull(sampledAt, "sampledAt");
    if (usable(metric, value)) {
      pool.add(builder -> builder.metric(metric, value, sampledAt));
    }
    return this;
  }

  /**
   * One instance, and what is known of it. Facts of one instance may be given in several calls and
   * by several sources.
   *
   * @param id its id
   * @param facts sets what is known, and does nothing else: it is called when all sources have been
   *     read. A fact that is refused is missing
   * @return this
   */
  public Samples instance(String id, Consumer<InstanceFacts> facts) {
    instances
        .computeIfAbsent(requireNonNull(id, "id"), key -> new ArrayList<>())
        .add(requireNonNull(facts, "facts"));
    return this;
  }

  /**
   * How many instances exist, in whatever phase, where they are not given one by one.
   *
   * @param count the number
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public Samples running(int count) {
    Knobs.range("running", count, 0, Integer.MAX_VALUE);
    pool.add(builder -> builder.running(count));
    return this;
  }

  /**
   * How many instances are running and ready, where they are not given one by one.
   *
   * @param count the number
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public Samples ready(int count) {
    Knobs.range("ready", count, 0, Integer.MAX_VALUE);
    pool.add(builder -> builder.ready(count));
    return this;
  }

  /**
   * Says that a metric could not be had.
   *
   * @param metric the metric
   * @param kind the kind of failure
   * @param why what happened
   * @return this
   */
  public Samples missing(Metric metric, Kind kind, String why) {
    ReadFailure failure = new ReadFailure(metric.name(), kind, why);
    failures.add(failure);
    pool.add(builder -> builder.missing(metric, kind + ", " + failure.message()));
    return this;
  }

  /** Says that something is missing which concerns one instance only, or no metric at all. */
  void failed(ReadFailure failure) {
    failures.add(failure);
  }

  private boolean usable(Metric metric, double value) {
    if (!Double.isFinite(value)) {
      missing(metric, Kind.NOT_A_NUMBER, "the value is " + value);
      return false;
    }
    if (value < 0) {
      missing(metric, Kind.OUT_OF_RANGE, "the value is " + value);
      return false;
    }
    return true;
  }

  List<ReadFailure> failures() {
    return List.copyOf(failures);
  }

  /** Puts what all sources have read into one; what the metrics refuse becomes a failure. */
  static void merge(List<Samples> all, ScalingMetrics.Builder into, Consumer<ReadFailure> refused) {
    Map<String, List<Consumer<InstanceFacts>>> together = new LinkedHashMap<>();
    for (Samples one : all) {
      for (Consumer<ScalingMetrics.Builder> fact : one.pool) {
        apply("pool", fact, into, refused);
      }
      one.instances.forEach(
          (id, facts) -> together.computeIfAbsent(id, key -> new ArrayList<>()).addAll(facts));
    }
    together.forEach(
        (id, facts) ->
            into.instance(id, known -> facts.forEach(fact -> apply(id, fact, known, refused))));
  }

  private static <T> void apply(
      String what, Consumer<T> fact, T target, Consumer<ReadFailure> refused) {
    try {
      fact.accept(target);
    } catch (RuntimeException refusal) {
      refused.accept(new ReadFailure(what, Kind.OUT_OF_RANGE, Texts.of(refusal)));
    }
  }
}
