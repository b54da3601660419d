package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.Proof.Step;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How many <i>new</i> jobs to start for a queue, where each job takes its messages and ends by
 * itself: KEDA's {@code ScaledJob}. As a rule, the number of instances is that of running jobs, and
 * it never asks for fewer: jobs end, they are not ended. Jobs that have been started but have not
 * begun are those that exist and are not ready. Immutable: knobs give another rule.
 *
 * <p>Not for workers that go on to the next message: track a target.
 */
public final class JobScaling implements ScalingRule {
  /** How many jobs a decision starts at most, and how many it wants. */
  public record Batch(int limit, int wanted) {
    /**
     * Two numbers.
     *
     * @param limit how many the strategy allows; negative where too many run already
     * @param wanted how many there is work for
     */
    public Batch {}

    /**
     * How many to start.
     *
     * @return the smaller of the two, not negative
     */
    public int start() {
      return Math.max(0, Math.min(limit, wanted));
    }
  }

  /** What counts as taken care of. */
  private enum Strategy {
    DEFAULT,
    CUSTOM,
    ACCURATE,
    EAGER
  }

  private final String name;
  private final Metric queue;
  private final double perJob;
  private final int most;
  private final int least;
  private final Strategy strategy;
  private final int deduction;
  private final double share;
  private final MissingData missing;

  private JobScaling(
      String name,
      Metric queue,
      double perJob,
      int most,
      int least,
      Strategy strategy,
      int deduction,
      double share,
      MissingData missing) {
    this.name = name;
    this.queue = queue;
    this.perJob = perJob;
    this.most = most;
    this.least = least;
    this.strategy = strategy;
    this.deduction = deduction;
    this.share = share;
    this.missing = missing;
  }

  /**
   * As many jobs as the queue needs, less those that run: for queues that show a message until its
   * job has ended.
   *
   * @param queue the length of the queue, a {@link Metric.Kind#PROPORTIONAL_TOTAL proportional
   *     total}
   * @param perJob how many messages one job takes, finite and above 0
   * @param most how many jobs there may be at a time, at least 1
   * @return the rule
   */
  public static JobScaling of(Metric queue, double perJob, int most) {
    if (queue.kind() != Metric.Kind.PROPORTIONAL_TOTAL) {
      throw new IllegalArgumentException(
          queue.name() + " must be a total of the pool, was " + queue.kind());
    }
    if (!(perJob > 0) || perJob == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the messages per job of " + queue.name() + " must be finite and above 0, was " + perJob);
    }
    if (most < 1) {
      throw new IllegalArgumentException("the most jobs must be at least 1, was " + most);
    }
    return new JobScaling(
        "jobs of " + queue.name(),
        queue,
        perJob,
        most,
        0,
        Strategy.DEFAULT,
        0,
        0,
        MissingData.ignore());
  }

  /**
   * The same with a formula of one's own: as many as the queue needs, less {@code deduction}, less
   * {@code share} of the running jobs, rounded down.
   *
   * @param deduction how many messages do not count; negative for more jobs
   * @param share which part of the running jobs is still in the queue's number, in [0, 1]
   * @return the rule
   */
  public JobScaling custom(int deduction, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "the share of running jobs must be in [0, 1], was " + share);
    }
    return new JobScaling(
        name, queue, perJob, most, least, Strategy.CUSTOM, deduction, share, missing);
  }

  /**
   * The same for queues that show a message only until a job has taken it: less the jobs that have
   * not begun.
   *
   * @return the rule
   */
  public JobScaling accurate() {
    return new JobScaling(name, queue, perJob, most, least, Strategy.ACCURATE, 0, 0, missing);
  }

  /**
   * The same, filling up to the most jobs wherever the queue needs any.
   *
   * @return the rule
   */
  public JobScaling eager() {
    return new JobScaling(name, queue, perJob, most, least, Strategy.EAGER, 0, 0, missing);
  }

  /**
   * The same with so many jobs at least, whatever the queue says.
   *
   * @param least the number, not negative, not above the most; default 0
   * @return the rule
   */
  public JobScaling least(int least) {
    if (least < 0 || least > most) {
      throw new IllegalArgumentException(
          "the least jobs must be in [0, " + most + "], was " + least);
    }
    return new JobScaling(name, queue, perJob, most, least, strategy, deduction, share, missing);
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "jobs of" and the metric's name
   * @return the rule
   */
  public JobScaling named(String name) {
    return new JobScaling(
        Objects.requireNonNull(name),
        queue,
        perJob,
        most,
        least,
        strategy,
        deduction,
        share,
        missing);
  }

  /**
   * The same with another rule for missing data; {@link MissingData.Type#ASSUME} takes the queue to
   * be so long.
   *
   * @param missing the rule; default {@link MissingData#ignore()}: nothing is started, and running
   *     jobs go on in any case
   * @return the rule
   */
  public JobScaling missing(MissingData missing) {
    return new JobScaling(
        name,
        queue,
        perJob,
        most,
        least,
        strategy,
        deduction,
        share,
        Objects.requireNonNull(missing));
  }

  /**
   * How many jobs to start, without a policy around it.
   *
   * @param needed how many jobs the queue needs, not negative; all of them, also beyond the most
   * @param running how many jobs there are, not negative
   * @param pending how many of them have not begun, not negative and not above {@code running}
   * @return how many the strategy allows and how many are wanted
   */
  public Batch batch(int needed, int running, int pending) {
    if (needed < 0 || running < 0 || pending < 0) {
      throw new IllegalArgumentException(
          "numbers of jobs must not be negative, were "
              + needed
              + ", "
              + running
              + " and "
              + pending);
    }
    if (running < least) {
      return new Batch(least - running, least - running);
    }
    double limit = Math.min(needed, most);
    for (Step step : limits(limit, running, pending)) {
      limit = step.output();
    }
    return new Batch((int) limit, strategy == Strategy.EAGER && needed > 0 ? most : needed);
  }

  /** From how many the queue needs to how many may be started. */
  private List<Step> limits(double needed, int running, int pending) {
    int busy = running - least;
    List<Step> steps = new ArrayList<>(4);
    switch (strategy) {
      case DEFAULT -> read(steps, Formula.MINUS, needed, busy);
      case CUSTOM -> {
        double rest = read(steps, Formula.MINUS, needed, deduction);
        rest = read(steps, Formula.MINUS, rest, Math.floor(busy * share + 1e-9));
        read(steps, Formula.AT_MOST, rest, most);
      }
      case ACCURATE -> read(steps, Formula.ACCURATE_JOBS, needed, busy, pending, most);
      case EAGER -> read(steps, Formula.AT_MOST, needed, (double) most - busy - pending);
    }
    return steps;
  }

  private double read(List<Step> steps, Formula formula, double in, double... operands) {
    Step step = Step.of(Stage.READ, name, formula, null, in, operands);
    steps.add(step);
    return step.output();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(queue);
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Reading reading = evaluation.reading(queue);
    if (!reading.isKnown() && missing.type() != MissingData.Type.ASSUME) {
      return Proposal.unknown(missing, String.valueOf(reading.missingWhy()));
    }
    int running = evaluation.current();
    int pending = Math.max(0, evaluation.metrics().running() - evaluation.ready());
    List<Step> steps = new ArrayList<>(8);
    double length = reading.isKnown() ? reading.value() : missing.value();
    double start;
    if (running < least) {
      start = read(steps, Formula.GIVEN, length, (double) least - running);
    } else {
      double needed = read(steps, Formula.TOTAL, length, perJob, 0, 0, 0, 0);
      double limit = read(steps, Formula.AT_MOST, needed, most);
      for (Step step : limits(limit, running, pending)) {
        steps.add(step);
        limit = step.output();
      }
      double wanted = strategy == Strategy.EAGER && needed > 0 ? most : needed;
      start = read(steps, Formula.BETWEEN, limit, 0, wanted);
    }
    steps.add(
        Step.of(Stage.PROPOSE, name, Formula.CHANGE, "beside the running ones", start, running));
    return Proposal.size(queue.reason(), steps.toArray(new Step[0]));
  }

  /**
   * The length of the queue.
   *
   * @return the metric
   */
  public Metric queue() {
    return queue;
  }

  /**
   * How many messages one job takes.
   *
   * @return the number
   */
  public double perJob() {
    return perJob;
  }

  /**
   * How many jobs there may be at a time.
   *
   * @return the number
   */
  public int most() {
    return most;
  }

  @Override
  public String describe() {
    return "starts a job per "
        + perJob
        + " of "
        + queue.name()
        + ", at most "
        + most
        + " at a time";
  }
}
