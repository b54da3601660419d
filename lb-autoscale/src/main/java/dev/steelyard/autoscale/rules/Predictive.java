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
import dev.steelyard.autoscale.Series;
import dev.steelyard.autoscale.forecast.ForecastModel;
import dev.steelyard.autoscale.forecast.HoltWinters;
import dev.steelyard.autoscale.forecast.LinearTrend;
import dev.steelyard.autoscale.forecast.SeasonalNaive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Starts instances before the load comes: forecasts a load from its own past, takes the most of the
 * coming {@code lead}, and asks for a floor of as many instances as that takes. A floor only
 * raises; {@link #mayLower} makes it a size.
 *
 * <p><b>The past.</b> The load is averaged over buckets (5 minutes) and kept for some seasons (4
 * days), in the state of the policy. Buckets without samples are taken from the season before; a
 * gap of more than a season ends the past. Only what the rule itself has seen counts.
 *
 * <p><b>Trust.</b> 12 times a season every model is judged by a back-test over the last season, of
 * forecasts as far ahead as the lead, with parameters chosen from before it; the one with the least
 * WAPE is used. It is trusted fully up to half of {@link #maxError}, from there in a straight line
 * to not at all, and not at all where its mean error is more than {@link #maxRatio} times that of
 * the season before repeated. With trust t the need is present + t·(forecast - present). Until a
 * model can be judged there is no forecast: after two seasons for the season before, three for
 * Holt-Winters. Each use is in the proof with model, error and horizon; a refusal, too.
 *
 * <p><b>Expiry.</b> A forecast is made every {@link #refit} and lasts that long and the lead. While
 * the metric is missing the last one stays as a floor until then.
 *
 * <p><b>Not for</b> a load without a season, a batch queue, or one that changes at every release:
 * it is then refused most of the time. Never without a reactive rule beside it.
 *
 * <p>Costs O(1) per decision and a few passes over the past per refit. Immutable: knobs give
 * another rule. One that is restarted with another bucket or other models begins to learn anew.
 */
public final class Predictive implements ScalingRule {
  /** How far ahead the most is taken, in minutes: {@value}. */
  public static final int DEFAULT_LEAD_MINUTES = 10;

  /** The length of a bucket, in minutes: {@value}. */
  public static final int DEFAULT_BUCKET_MINUTES = 5;

  /** From one forecast to the next, in minutes: {@value}. */
  public static final int DEFAULT_REFIT_MINUTES = 15;

  /** How many seasons are kept: {@value}. */
  public static final int DEFAULT_SEASONS = 4;

  /** From which error (WAPE) on a forecast is refused: {@value}. */
  public static final double DEFAULT_MAX_ERROR = 0.5;

  /** Up to which multiple of the baseline's error a forecast is used: {@value}. */
  public static final double DEFAULT_MAX_RATIO = 1.1;

  private static final int MOST_BUCKETS = 100_000;

  /** The models that are fitted to the season and the lead by themselves. */
  public enum Model {
    /** The season before, the most of one bucket on either side. */
    SEASONAL_NAIVE,
    /** Level, damped trend and additive season, with tuned parameters. */
    HOLT_WINTERS,
    /** A line through the last buckets, twice as many as the lead has, at least 12. */
    LINEAR_TREND
  }

  private final String name;
  private final Metric metric;
  private final double target;
  private final long lead;
  private final long bucket;
  private final long season;
  private final int seasons;
  private final long refit;
  private final List<Object> chosen;
  private final double maxError;
  private final double maxRatio;
  private final double margin;
  private final boolean mayLower;
  private final MissingData missing;
  private final Forecaster forecaster;

  private Predictive(Knobs knobs) {
    name = knobs.name;
    metric = knobs.metric;
    target = knobs.target;
    lead = knobs.lead;
    bucket = knobs.bucket;
    season = knobs.season;
    seasons = knobs.seasons;
    refit = knobs.refit;
    chosen = List.copyOf(knobs.chosen);
    maxError = knobs.maxError;
    maxRatio = knobs.maxRatio;
    margin = knobs.margin;
    mayLower = knobs.mayLower;
    missing = knobs.missing;
    int period = (int) (season / bucket);
    int horizon = steps(lead);
    List<ForecastModel> models = new ArrayList<>();
    for (Object one : chosen) {
      models.add(one instanceof Model model ? model(model, period, horizon) : (ForecastModel) one);
    }
    // The kept forecast reaches one lead beyond the next refit, from the end of the last bucket.
    int steps = steps(Math.max(refit, bucket)) + horizon + 1;
    forecaster = new Forecaster(models, period, horizon, steps, season / 12, maxError, maxRatio);
  }

  /** The fields while a rule is copied. */
  private static final class Knobs {
    String name;
    final Metric metric;
    final double target;
    long lead = DEFAULT_LEAD_MINUTES * 60_000L;
    long bucket = DEFAULT_BUCKET_MINUTES * 60_000L;
    long season = 86_400_000L;
    int seasons = DEFAULT_SEASONS;
    long refit = DEFAULT_REFIT_MINUTES * 60_000L;
    List<Object> chosen = List.of(Model.SEASONAL_NAIVE, Model.HOLT_WINTERS);
    double maxError = DEFAULT_MAX_ERROR;
    double maxRatio = DEFAULT_MAX_RATIO;
    double margin;
    boolean mayLower;
    MissingData missing = MissingData.ignore();

    Knobs(Metric metric, double target) {
      this.name = "predict " + metric.name();
      this.metric = metric;
      this.target = target;
    }
  }

  private Knobs knobs() {
    Knobs knobs = new Knobs(metric, target);
    knobs.name = name;
    knobs.lead = lead;
    knobs.bucket = bucket;
    knobs.season = season;
    knobs.seasons = seasons;
    knobs.refit = refit;
    knobs.chosen = chosen;
    knobs.maxError = maxError;
    knobs.maxRatio = maxRatio;
    knobs.margin = margin;
    knobs.mayLower = mayLower;
    knobs.missing = missing;
    return knobs;
  }

  /**
   * Forecasts a load.
   *
   * @param metric a total of the pool, or an average over the instances that halves when they
   *     double: then the load is the average times the instances it is of
   * @param target how much of it one instance is to carry, in its unit, above 0
   * @return the rule
   * @throws IllegalArgumentException if the metric is non-proportional or the target out of range
   */
  public static Predictive of(Metric metric, double target) {
    if (metric.kind() == Metric.Kind.NON_PROPORTIONAL) {
      throw new IllegalArgumentException(
          metric.name() + " is no load: nothing can be computed from a forecast of it");
    }
    if (!(target > 0) || target == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the target of " + metric.name() + " must be finite and above 0, was " + target);
    }
    return new Predictive(new Knobs(metric, target));
  }

  /**
   * The same under another name.
   *
   * @param newName the name; default "predict" and the metric's name
   * @return the rule
   */
  public Predictive named(String newName) {
    Knobs knobs = knobs();
    knobs.name = Objects.requireNonNull(newName, "name");
    return new Predictive(knobs);
  }

  /**
   * How far ahead the most is taken: at least as long as an instance takes to be ready.
   *
   * @param time above 0, less than a season; default {@value #DEFAULT_LEAD_MINUTES} min
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public Predictive lead(Duration time) {
    Knobs knobs = knobs();
    knobs.lead = positive("lead", time);
    return checked(knobs);
  }

  /**
   * The time over which the load is averaged.
   *
   * @param time above 0, a season divided by a whole number of at least 2; default {@value
   *     #DEFAULT_BUCKET_MINUTES} min. Not much shorter than the lead: it costs memory and time, and
   *     noise is forecast badly
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public Predictive bucket(Duration time) {
    Knobs knobs = knobs();
    knobs.bucket = positive("bucket", time);
    return checked(knobs);
  }

  /**
   * After which time the load repeats itself.
   *
   * @param time a day (default) or a week; a whole number of at least 2 buckets
   * @param kept how many of them are kept, 3 to 60; default {@value #DEFAULT_SEASONS}
   * @return the rule
   * @throws IllegalArgumentException if out of range, or more than 100,000 buckets are to be kept
   */
  public Predictive season(Duration time, int kept) {
    if (kept < 3 || kept > 60) {
      throw new IllegalArgumentException("seasons kept must be in [3, 60], was " + kept);
    }
    Knobs knobs = knobs();
    knobs.season = positive("season", time);
    knobs.seasons = kept;
    return checked(knobs);
  }

  /**
   * The time from one forecast to the next.
   *
   * @param time above 0, less than a season; default {@value #DEFAULT_REFIT_MINUTES} min. A
   *     forecast is made at the end of a bucket only
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public Predictive refit(Duration time) {
    Knobs knobs = knobs();
    knobs.refit = positive("refit", time);
    return checked(knobs);
  }

  /**
   * The models of which the one with the least error is used. Default: the season before and
   * Holt-Winters.
   *
   * @param models at least one
   * @return the rule
   * @throws IllegalArgumentException if there is none
   */
  public Predictive models(Model... models) {
    return chosen(List.of((Object[]) models));
  }

  /**
   * Models of one's own, or with parameters of one's own, of which the one with the least error is
   * used. Their periods are in buckets.
   *
   * @param models at least one; {@link ForecastModel#parse} makes one from a text
   * @return the rule
   * @throws IllegalArgumentException if there is none, or one needs more than the seasons that are
   *     kept, less the one it is judged by
   */
  public Predictive models(ForecastModel... models) {
    return chosen(List.of((Object[]) models));
  }

  private Predictive chosen(List<Object> models) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models must be at least one, were none");
    }
    Knobs knobs = knobs();
    knobs.chosen = models;
    return checked(knobs);
  }

  /**
   * From which error on a forecast is refused.
   *
   * @param share the WAPE over the last season, above 0, at most 10; default {@value
   *     #DEFAULT_MAX_ERROR}. Fully trusted up to half of it
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public Predictive maxError(double share) {
    if (!(share > 0 && share <= 10)) {
      throw new IllegalArgumentException("maxError must be in (0, 10], was " + share);
    }
    Knobs knobs = knobs();
    knobs.maxError = share;
    return new Predictive(knobs);
  }

  /**
   * Up to which multiple of the error of the season before repeated a forecast is used. Where no
   * whole season is known, of the present value repeated. A WAPE of 5 % or less is good enough
   * whatever that multiple; the season before, with or without its neighbours, is not compared with
   * itself.
   *
   * @param factor above 0, infinity for any; default {@value #DEFAULT_MAX_RATIO}
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public Predictive maxRatio(double factor) {
    if (!(factor > 0)) {
      throw new IllegalArgumentException("maxRatio must be above 0, was " + factor);
    }
    Knobs knobs = knobs();
    knobs.maxRatio = factor;
    return new Predictive(knobs);
  }

  /**
   * What is added to a forecast.
   *
   * @param share in [0, 1]: 0.1 for 10 % more; default 0
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public Predictive margin(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("margin must be in [0, 1], was " + share);
    }
    Knobs knobs = knobs();
    knobs.margin = share;
    return new Predictive(knobs);
  }

  /**
   * Whether the forecast is a size that is combined with those of other rules, and may so be below
   * the present number, instead of a floor. Where another rule has the present load in mind, the
   * policy's combination decides, and a scale-in that the other would undo at once does not happen.
   *
   * @param allowed whether; default not
   * @return the rule
   */
  public Predictive mayLower(boolean allowed) {
    Knobs knobs = knobs();
    knobs.mayLower = allowed;
    return new Predictive(knobs);
  }

  /**
   * What happens where the metric is missing and no forecast is left.
   *
   * @param rule default {@link MissingData#ignore()}: the reactive rules say what happens
   * @return the rule
   * @throws IllegalArgumentException if it assumes a value, which would be learned as if measured
   */
  public Predictive missing(MissingData rule) {
    if (rule.type() == MissingData.Type.ASSUME) {
      throw new IllegalArgumentException("missing must not assume a value, was " + rule);
    }
    Knobs knobs = knobs();
    knobs.missing = rule;
    return new Predictive(knobs);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(metric);
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    long now = evaluation.now();
    Reading reading = evaluation.reading(metric);
    double load = load(reading);
    LoadHistory history =
        new LoadHistory(
            evaluation.memory(), bucket, (int) (season / bucket) * seasons, chosen.size());
    boolean closed = history.add(now, load);
    if (closed && (history.fitted == Long.MIN_VALUE || history.end() - history.fitted >= refit)) {
      forecaster.refit(history);
    }
    return ask(evaluation, history, load, reading.missingWhy())
        .remembering(history.pack())
        .lookingAgain(history.start(now) + bucket);
  }

  private Proposal ask(
      Evaluation evaluation, LoadHistory history, double load, @Nullable String missingWhy) {
    long now = evaluation.now();
    boolean unknown = Double.isNaN(load);
    double present = unknown ? history.latest() : load;
    String why = forecaster.whyNot(history);
    Series coming = history.forecast.since(history.start(now));
    int peak = 0;
    for (int i = 1; i < coming.size() && coming.time(i) <= now + lead; i++) {
      peak = coming.value(i) > coming.value(peak) ? i : peak;
    }
    if (why == null && coming.size() == 0) {
      why = "the last forecast has expired, it was made at " + Words.time(history.fitted);
    }
    if (why != null) {
      Proposal none =
          unknown ? Proposal.unknown(missing, String.valueOf(missingWhy)) : Proposal.none();
      return Double.isNaN(present)
          ? none
          : none.explainedBy(read(Formula.GIVEN, "not used: " + why, present, present));
    }
    String note =
        "expected "
            + Words.time(coming.time(peak))
            + ", the most of the coming "
            + Words.span(lead)
            + "; "
            + forecaster.errorText(history)
            + (unknown ? "; now missing: " + missingWhy : "");
    Proof.Step forecast = read(Formula.GIVEN, note, present, coming.value(peak));
    Proof.Step trusted =
        read(Formula.TRUSTED, null, forecast.output(), present, history.trust, margin);
    int current = evaluation.current();
    if (mayLower) {
      Proof.Step size =
          Proof.Step.of(
              Proof.Stage.PROPOSE,
              name,
              Formula.TOTAL,
              null,
              trusted.output(),
              target,
              0,
              current,
              0,
              0);
      return Proposal.size(ScalingReason.PREDICTION, forecast, trusted, size)
          .confidence(history.trust);
    }
    Proof.Step floor = read(Formula.TOTAL, "floor", trusted.output(), target, 0, current, 0, 0);
    return Proposal.floor(ScalingReason.PREDICTION, (int) floor.output(), forecast, trusted, floor)
        .confidence(history.trust);
  }

  private Proof.Step read(
      Formula formula, @Nullable String note, double input, double... operands) {
    return Proof.Step.of(Proof.Stage.READ, name, formula, note, input, operands);
  }

  private double load(Reading reading) {
    if (!reading.isKnown()) {
      return Double.NaN;
    }
    if (metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL) {
      return reading.value();
    }
    return reading.counted() == 0 ? Double.NaN : reading.value() * reading.counted();
  }

  private static ForecastModel model(Model model, int period, int horizon) {
    return switch (model) {
      case SEASONAL_NAIVE -> SeasonalNaive.of(period).withNeighbours(period > 2 ? 1 : 0);
      case HOLT_WINTERS -> HoltWinters.of(period);
      case LINEAR_TREND -> LinearTrend.last(Math.max(12, 2 * horizon));
    };
  }

  private int steps(long millis) {
    return (int) ((millis + bucket - 1) / bucket);
  }

  private static Predictive checked(Knobs knobs) {
    if (knobs.season % knobs.bucket != 0 || knobs.season / knobs.bucket < 2) {
      throw new IllegalArgumentException(
          "season must be a whole number of at least 2 buckets, was "
              + Words.span(knobs.season)
              + " with buckets of "
              + Words.span(knobs.bucket));
    }
    long buckets = knobs.season / knobs.bucket * knobs.seasons;
    if (buckets > MOST_BUCKETS) {
      throw new IllegalArgumentException(
          "seasons kept must be at most " + MOST_BUCKETS + " buckets, were " + buckets);
    }
    if (knobs.lead >= knobs.season || knobs.refit >= knobs.season) {
      throw new IllegalArgumentException(
          "lead and refit must be less than the season "
              + Words.span(knobs.season)
              + ", were "
              + Words.span(knobs.lead)
              + " and "
              + Words.span(knobs.refit));
    }
    for (Object one : knobs.chosen) {
      long judged = knobs.season / knobs.bucket;
      if (one instanceof ForecastModel model && model.minimumHistory() > buckets - judged) {
        throw new IllegalArgumentException(
            model.name()
                + " needs "
                + model.minimumHistory()
                + " buckets before the season it is judged by, but of those only "
                + (buckets - judged)
                + " are kept");
      }
    }
    return new Predictive(knobs);
  }

  private static long positive(String knob, Duration time) {
    long millis = time.toMillis();
    if (millis < 1) {
      throw new IllegalArgumentException(knob + " must be at least 1 ms, was " + time);
    }
    return millis;
  }

  @Override
  public String describe() {
    return (mayLower ? "asks for" : "never falls below")
        + " what the most of "
        + metric.name()
        + " in the coming "
        + Words.span(lead)
        + " will take at "
        + Words.number(target)
        + " per instance, as far as forecasts were right lately";
  }
}
