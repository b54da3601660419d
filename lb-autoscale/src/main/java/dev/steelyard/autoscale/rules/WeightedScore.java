package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One score of several metrics: {@code sum(w c s) / sum(w c)} over those that are known, where w is
 * a metric's weight, s = (value - target) / target, between -1 and 1, and c its confidence. From
 * some score on the rule scales out, from some negative one on it scales in. Immutable: knobs give
 * another rule.
 *
 * <p>The confidence of a metric is its freshness, 1 - age of its oldest sample / age at which
 * samples are {@linkplain dev.steelyard.autoscale.ScalingPolicy.Builder#staleAfter stale}, times
 * its coverage, the share of instances that should have a sample and do.
 *
 * <p>Any metric above its {@linkplain Term#critical critical limit} scales out regardless of the
 * score, at once, and no combination overrules it.
 *
 * <p>When not to use it: where each metric alone has to be kept, take several {@link
 * TargetTracking} rules combined by MAX, as every large autoscaler does; an average hides a full
 * queue behind an idle CPU. A score is for metrics that are hints of the same thing, none of which
 * is good enough alone.
 */
public final class WeightedScore implements ScalingRule {
  /** From which score on the rule scales out: {@value}. */
  public static final double DEFAULT_OUT = 0.15;

  /** From which score on, downwards, the rule scales in: {@value}. */
  public static final double DEFAULT_IN = -0.4;

  private final String name;
  private final List<Term> terms;
  private final double outScore;
  private final Adjustment outBy;
  private final double inScore;
  private final Adjustment inBy;
  private final double weights;
  private final List<String> labels;
  private final String scoreLabel;
  private final String lowLabel;

  private WeightedScore(
      String name,
      List<Term> terms,
      double outScore,
      Adjustment outBy,
      double inScore,
      Adjustment inBy) {
    this.name = name;
    this.terms = terms;
    this.outScore = outScore;
    this.outBy = outBy;
    this.inScore = inScore;
    this.inBy = inBy;
    double sum = 0;
    List<String> all = new ArrayList<>();
    for (Term term : terms) {
      sum += term.weight();
      all.add(name + " [" + term.metric().name() + "]");
    }
    this.weights = sum;
    this.labels = List.copyOf(all);
    this.scoreLabel = name + " [score]";
    this.lowLabel = name + " [low score]";
  }

  /**
   * A score of these metrics.
   *
   * @param terms at least one, each metric once, the sum of their weights finite and above 0
   * @return the rule, with the name "score"; it scales out by 25 % from {@value #DEFAULT_OUT} on,
   *     in by one instance from {@value #DEFAULT_IN} on
   */
  public static WeightedScore of(Term... terms) {
    List<Term> all = List.of(terms);
    double sum = 0;
    for (int i = 0; i < all.size(); i++) {
      sum += all.get(i).weight();
      for (int j = 0; j < i; j++) {
        if (all.get(i).metric().equals(all.get(j).metric())) {
          throw new IllegalArgumentException(
              "the metric " + all.get(i).metric().name() + " is in the score twice");
        }
      }
    }
    if (!(sum > 0) || sum == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the sum of the weights of a score must be finite and above 0, was " + sum);
    }
    return new WeightedScore(
        "score", all, DEFAULT_OUT, Adjustment.percent(25), DEFAULT_IN, Adjustment.change(-1));
  }

  /**
   * The same with what happens when the score is high.
   *
   * @param score from which score on, in (0, 1]; default {@value #DEFAULT_OUT}
   * @param adjustment what happens, adding instances; default 25 %
   * @return the rule
   */
  public WeightedScore scaleOut(double score, Adjustment adjustment) {
    if (!(score > 0 && score <= 1)) {
      throw new IllegalArgumentException(
          "the score that scales out must be in (0, 1], was " + score);
    }
    if (!adjustment.neverRemoves() || adjustment.isNothing()) {
      throw new IllegalArgumentException(
          "the adjustment of a high score must add instances, was " + adjustment);
    }
    return new WeightedScore(name, terms, score, adjustment, inScore, inBy);
  }

  /**
   * The same with what happens when the score is low.
   *
   * @param score from which score on, downwards, in [-1, 0); default {@value #DEFAULT_IN}
   * @param adjustment what happens, removing instances; default one
   * @return the rule
   */
  public WeightedScore scaleIn(double score, Adjustment adjustment) {
    if (!(score >= -1 && score < 0)) {
      throw new IllegalArgumentException(
          "the score that scales in must be in [-1, 0), was " + score);
    }
    if (!adjustment.neverAdds() || adjustment.isNothing()) {
      throw new IllegalArgumentException(
          "the adjustment of a low score must remove instances, was " + adjustment);
    }
    return new WeightedScore(name, terms, outScore, outBy, score, adjustment);
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "score"
   * @return the rule
   */
  public WeightedScore named(String name) {
    return new WeightedScore(Objects.requireNonNull(name), terms, outScore, outBy, inScore, inBy);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Its metrics.
   *
   * @return the terms, in order
   */
  public List<Term> terms() {
    return terms;
  }

  /**
   * From which score on it scales out.
   *
   * @return the score
   */
  public double outScore() {
    return outScore;
  }

  /**
   * How it scales out.
   *
   * @return the adjustment
   */
  public Adjustment outAdjustment() {
    return outBy;
  }

  /**
   * From which score on, downwards, it scales in.
   *
   * @return the score
   */
  public double inScore() {
    return inScore;
  }

  /**
   * How it scales in.
   *
   * @return the adjustment
   */
  public Adjustment inAdjustment() {
    return inBy;
  }

  @Override
  public List<Metric> metrics() {
    return terms.stream().map(Term::metric).distinct().toList();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    int count = terms.size();
    List<Proof.Step> steps = new ArrayList<>(2 * count + 4);
    Unknowns unknowns = new Unknowns();
    double[] operands = new double[3 * count];
    int size = 0;
    double believed = 0;
    int critical = -1;
    double strongest = 0;
    ScalingReason reason = ScalingReason.CUSTOM;
    for (int i = 0; i < count; i++) {
      Term term = terms.get(i);
      Reading reading = evaluation.reading(term.metric());
      boolean assumed = !reading.isKnown() && term.missing().type() == MissingData.Type.ASSUME;
      if (!reading.isKnown() && !assumed) {
        unknowns.add(term.missing(), reading.missingWhy());
        continue;
      }
      double value = value(evaluation, i, reading, assumed, steps);
      if (value > term.criticalLimit()) {
        critical = critical < 0 ? i : critical;
      }
      double confidence = assumed ? 1 : confidence(evaluation, reading);
      double deviation = read(steps, labels.get(i), Formula.DEVIATION, value, term.target());
      operands[size++] = term.weight();
      operands[size++] = confidence;
      operands[size++] = deviation;
      believed += term.weight() * confidence;
      double pull = term.weight() * confidence * Math.abs(deviation);
      if (pull > strongest) {
        strongest = pull;
        reason = term.metric().reason();
      }
    }
    if (size == 0 || (unknowns.hold() && critical < 0)) {
      return Proposal.unknown(unknowns.rule(), unknowns.why())
          .explainedBy(steps.toArray(new Proof.Step[0]));
    }
    double score = read(steps, scoreLabel, Formula.WEIGHTED_MEAN, 0, Arrays.copyOf(operands, size));
    double belief = Math.min(1, believed / weights);
    if (critical >= 0) {
      return emergency(evaluation, critical, steps).confidence(belief);
    }
    if (unknowns.any() && score < outScore) {
      return Proposal.unknown(unknowns.rule(), unknowns.why())
          .explainedBy(steps.toArray(new Proof.Step[0]));
    }
    return adjust(evaluation, score, reason, steps).confidence(belief);
  }

  private double value(
      Evaluation evaluation, int i, Reading reading, boolean assumed, List<Proof.Step> steps) {
    Term term = terms.get(i);
    if (assumed) {
      return term.missing().value();
    }
    if (!term.isTotal()) {
      return reading.value();
    }
    int instances = Math.max(1, evaluation.metrics().running());
    return read(steps, labels.get(i), Formula.PER_INSTANCE, reading.value(), instances);
  }

  private static double confidence(Evaluation evaluation, Reading reading) {
    double stale = (double) evaluation.policy().staleAfter().toMillis();
    double freshness = 1 - (evaluation.now() - reading.oldest()) / stale;
    int expected = reading.counted() + reading.missing();
    double coverage = expected > 0 ? (double) reading.counted() / expected : 1;
    return Math.max(0, freshness) * coverage;
  }

  private static double read(
      List<Proof.Step> steps, String label, Formula formula, double in, double... operands) {
    Proof.Step step = Proof.Step.of(Proof.Stage.READ, label, formula, null, in, operands);
    steps.add(step);
    return step.output();
  }

  private Proposal emergency(Evaluation evaluation, int which, List<Proof.Step> steps) {
    Term term = terms.get(which);
    int current = evaluation.current();
    Proof.Step adjusted = outBy.step(name, true, current);
    steps.add(adjusted);
    steps.add(
        Proof.Step.of(
            Proof.Stage.PROPOSE,
            name,
            Formula.AT_LEAST,
            term.metric().name() + " is above its critical limit " + term.criticalLimit(),
            adjusted.output(),
            Math.min(current + 1.0, Integer.MAX_VALUE)));
    return Proposal.size(term.metric().reason(), steps.toArray(new Proof.Step[0])).critical();
  }

  private Proposal adjust(
      Evaluation evaluation, double score, ScalingReason reason, List<Proof.Step> steps) {
    int current = evaluation.current();
    double wanted = current;
    if (read(steps, scoreLabel, Formula.IS_AT_LEAST, score, outScore) > 0) {
      Proof.Step adjusted = outBy.step(name, true, current);
      steps.add(adjusted);
      wanted = adjusted.output();
    } else if (read(steps, lowLabel, Formula.IS_AT_MOST, score, inScore) > 0) {
      Proof.Step adjusted = inBy.step(name, false, current);
      steps.add(adjusted);
      wanted = adjusted.output();
    }
    steps.add(Proof.Step.of(Proof.Stage.PROPOSE, name, Formula.GIVEN, null, wanted, wanted));
    return Proposal.size(reason, steps.toArray(new Proof.Step[0]));
  }

  /** The score that there would be at that number; infinite if a critical limit would be passed. */
  private double projected(Evaluation evaluation, int count) {
    double sum = 0;
    double believed = 0;
    for (Term term : terms) {
      Reading reading = evaluation.reading(term.metric());
      if (!reading.isKnown()) {
        continue;
      }
      double value = term.projected(evaluation, reading, count);
      if (value > term.criticalLimit()) {
        return Double.POSITIVE_INFINITY;
      }
      double share = term.weight() * confidence(evaluation, reading);
      double deviation = (value - term.target()) / term.target();
      sum += share * Math.max(-1, Math.min(1, deviation));
      believed += share;
    }
    return believed > 0 ? sum / believed : 0;
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return projected(evaluation, count) >= outScore;
  }

  @Override
  public String whyScaleOutAt(Evaluation evaluation, int count) {
    double score = projected(evaluation, count);
    return name
        + " would scale out at "
        + count
        + (score == Double.POSITIVE_INFINITY
            ? ", where a critical limit is passed"
            : ", where the score becomes " + Numbers.text(score));
  }

  @Override
  public String describe() {
    return "a score of "
        + terms
        + ": "
        + outBy
        + " from "
        + Numbers.text(outScore)
        + " on, "
        + inBy
        + " from "
        + Numbers.text(inScore)
        + " on downwards";
  }
}
