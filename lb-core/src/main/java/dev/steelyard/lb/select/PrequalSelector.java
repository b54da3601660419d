package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;

import dev.steelyard.lb.registry.Instance;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes pickers that go by the answers to probes, and carries the answers from list to list. */
final class PrequalSelector implements Selector {
  static final double DEFAULT_PROBES = 3;
  static final double MOST_PROBES = 5;
  static final int AGE_LIMIT_SECONDS = 1;
  static final long AGE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(AGE_LIMIT_SECONDS);

  /** By how much more the answers may be used than they come in. */
  private static final double SLACK = 1;

  private final Function<Instance, CompletionStage<LoadReport>> probe;
  private final double probes;

  PrequalSelector(Function<Instance, CompletionStage<LoadReport>> probe, double probes) {
    check(probes > 0 && probes <= MOST_PROBES, "probesPerRequest", probes, "> 0 and at most 5");
    this.probe = probe;
    this.probes = probes;
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    Probes shared =
        previous instanceof PrequalPicker old && old.probes().isOf(probe)
            ? old.probes()
            : new Probes(probe);
    double removals = removals(probes);
    double uses = uses(ProbePool.size(candidates.size()), candidates.size(), probes, removals);
    PrequalPicker picker = new PrequalPicker(candidates, shared, probes, removals, uses);
    shared.handTo(picker);
    return picker;
  }

  /**
   * How many answers each pick throws away, the oldest and the worst by turns: 1, as in the paper,
   * from 3 probes on, and in proportion below, where 1 would drain the pool.
   */
  static double removals(double probes) {
    return Math.min(1, probes / DEFAULT_PROBES);
  }

  /**
   * How often an answer is used on average, at least once, so that as many uses come in as go out:
   * infinite if answers are replaced faster than that anyway.
   */
  static double uses(int poolSize, int candidates, double probes, double removals) {
    double gain = (1 - (double) poolSize / candidates) * probes - removals;
    return gain <= 0 ? Double.POSITIVE_INFINITY : Math.max(1, (1 + SLACK) / gain);
  }

  @Override
  public boolean isTimed() {
    return true;
  }

  @Override
  public String toString() {
    return "prequal(" + probes + ")";
  }
}
