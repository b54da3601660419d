package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.check;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a policy would have done: per interval, in sum, and why. Immutable and thread-safe.
 *
 * <p>A decision is not kept with its proof, but made again when it is asked for ({@link
 * #decision}): a year of minutes takes 60 bytes each.
 */
public final class ReplayResult {
  /**
   * A decision that changed the number of instances.
   *
   * @param tick the interval at whose begin it was made
   * @param time that begin
   * @param from the number before
   * @param to the number ordered
   * @param reasons why
   */
  public record Change(int tick, Instant time, int from, int to, List<ScalingReason> reasons) {}

  private final ScalingPolicy policy;
  private final ServiceModel model;
  private final Timeline timeline;
  private final int initial;
  private final ChangeLog log;
  private final Checkpoints checkpoints;
  private final ReplaySummary summary;

  ReplayResult(
      ScalingPolicy policy,
      ServiceModel model,
      Timeline timeline,
      int initial,
      ChangeLog log,
      Checkpoints checkpoints) {
    this.policy = policy;
    this.model = model;
    this.timeline = timeline;
    this.initial = initial;
    this.log = log;
    this.checkpoints = checkpoints;
    this.summary = ReplaySummary.of(timeline, model, initial, 0, timeline.size());
  }

  /**
   * The policy.
   *
   * @return what decided
   */
  public ScalingPolicy policy() {
    return policy;
  }

  /**
   * The load.
   *
   * @return what was replayed
   */
  public Trace trace() {
    return timeline.trace;
  }

  /**
   * The model.
   *
   * @return what the instances did with the load
   */
  public ServiceModel model() {
    return model;
  }

  /**
   * Sums the whole replay up.
   *
   * @return the metrics
   */
  public ReplaySummary summary() {
    return summary;
  }

  /**
   * Sums a part up, say that which a tuned policy had not seen.
   *
   * @param from the first interval
   * @param to the interval after the last
   * @return the metrics of that part
   * @throws IllegalArgumentException if the part is empty or not inside
   */
  public ReplaySummary summary(int from, int to) {
    check(from >= 0 && from < to, "from", from, "0 to " + (to - 1));
    check(to <= size(), "to", to, "at most " + size());
    return ReplaySummary.of(timeline, model, initial, from, to);
  }

  /**
   * Counts the intervals.
   *
   * @return as many as the trace has
   */
  public int size() {
    return timeline.size();
  }

  /**
   * The demand of an interval.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return the least number of instances that meets the objective
   */
  public int demand(int tick) {
    return timeline.demand[tick];
  }

  /**
   * The supply of an interval.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return how many instances were ready
   */
  public int ready(int tick) {
    return timeline.ready[tick];
  }

  /**
   * What the policy asked for.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return how many instances were ready or starting
   */
  public int ordered(int tick) {
    return timeline.ordered[tick];
  }

  /**
   * What was served.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return the amount in that interval: requests, not requests per second
   */
  public double served(int tick) {
    return timeline.served[tick];
  }

  /**
   * What was lost, because it found no room in the queue.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return the amount in that interval
   */
  public double lost(int tick) {
    return timeline.lost[tick];
  }

  /**
   * What waited.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return the amount at the end of that interval
   */
  public double backlog(int tick) {
    return timeline.backlog[tick];
  }

  /**
   * The response time at the model's quantile.
   *
   * @param tick 0 to {@link #size()} - 1
   * @return milliseconds; NaN if no instance was ready
   */
  public double responseMillis(int tick) {
    return 1000.0 * timeline.response[tick];
  }

  /** Lost as a share of what came or waited. */
  double lostShare(int tick) {
    return lost(tick) / work(tick);
  }

  /** Lost or slow as a share of what came or waited. */
  double violationShare(int tick) {
    return (lost(tick) + timeline.slow[tick]) / work(tick);
  }

  private double work(int tick) {
    return Math.max(served(tick) + lost(tick) + backlog(tick), Double.MIN_NORMAL);
  }

  /**
   * The decisions that changed something.
   *
   * @return them in the order of their times
   */
  public List<Change> changes() {
    List<Change> all = new ArrayList<>(log.size());
    for (int i = 0; i < log.size(); i++) {
      all.add(change(i));
    }
    return all;
  }

  int changeCount() {
    return log.size();
  }

  Change change(int index) {
    int tick = log.tick(index);
    return new Change(
        tick,
        Instant.ofEpochMilli(timeline.trace.startMillis(tick)),
        log.from(index),
        log.to(index),
        log.reasons(index));
  }

  /**
   * Counts how often each reason was given, by decisions that changed something or held.
   *
   * @return how many decisions had it among their reasons; no entry where none had
   */
  public Map<ScalingReason, Integer> reasonCounts() {
    return log.counts();
  }

  /**
   * Makes a decision of the replay again, with its proof. Takes at most 512 decisions.
   *
   * @param tick the interval at whose begin it was made, 1 to {@link #size()} - 1
   * @return the same decision
   * @throws IndexOutOfBoundsException if there was none; nothing is decided at the first interval,
   *     before which nothing was measured
   */
  public ScalingDecision decision(int tick) {
    Objects.checkIndex(tick - 1, size() - 1);
    Simulation again = Simulation.resume(policy, model, timeline, checkpoints.before(tick));
    for (int i = checkpoints.tickBefore(tick); ; i++) {
      again.begin(i);
      if (i == tick) {
        return again.decide(i);
      }
      if (i > 0) {
        ScalingDecision unusedHere = again.decide(i);
      }
    }
  }

  /**
   * Tells the result to people.
   *
   * @return several lines: the summary, the reasons, notes on the trace
   */
  public String toText() {
    return TextReport.of(this);
  }

  /**
   * Writes the result for programs.
   *
   * @param out where to; not closed
   * @param timeline whether every interval is written too, in columns
   * @throws IOException if writing fails
   */
  public void writeJson(Writer out, boolean timeline) throws IOException {
    JsonReport.write(this, out, timeline);
  }

  /**
   * Draws load, demand, instances and decisions.
   *
   * @return an SVG picture that needs nothing else
   */
  public String toSvg() {
    return Chart.svg(List.of(this));
  }

  /**
   * Draws it and adds the numbers.
   *
   * @return an HTML page that needs nothing else
   */
  public String toHtml() {
    return HtmlReport.of(this);
  }
}
