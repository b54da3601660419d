package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.Series;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What adaptive tracking makes of one reading. Lives as long as one proposal. */
final class AdaptiveChain {
  private static final long HISTORY_MILLIS = 3_600_000;

  /** After a switch of ways, for so long no scale-in follows from it. */
  private static final long SETTLE_MILLIS = 900_000;

  /** At first nothing is known, not even whether what was measured had served for an interval. */
  private static final int FIRST_TICKS = 5;

  private static final long FIRST_MILLIS = 1_200_000;

  /** What is kept where a change of direction is to be avoided, or a debt repaid. */
  private static final long KEEP_MILLIS = 1_800_000;

  private static final double REPAY_UTILIZATION = 0.9;
  private static final double NOT_URGENT = 0.8;

  private final AdaptiveTracking rule;
  private final Evaluation evaluation;
  private final TrackingChain tracking;
  private final ShadowFleets fleets;
  private final double[] state;
  private final Series loads;
  private final Series needs;
  private final Series recommended;
  private final long now;
  private final int current;

  /** In instances at 100 %. */
  private final double load;

  AdaptiveChain(AdaptiveTracking rule, Evaluation evaluation, TrackingChain tracking) {
    this.rule = rule;
    this.evaluation = evaluation;
    this.tracking = tracking;
    this.now = evaluation.now();
    this.current = evaluation.current();
    Memory memory = evaluation.memory();
    if (memory.numbers() == ShadowFleets.SIZE) {
      this.fleets = new ShadowFleets(memory.toArray(), rule);
      this.load = load();
      fleets.charge(now, load, current, evaluation.ready());
    } else {
      this.load = tracking.load / rule.full();
      this.fleets = ShadowFleets.begin(now, load, current, evaluation.ready(), rule);
    }
    this.state = fleets.state;
    long since = now - rule.windowMillis() + 1;
    this.loads = memory.series(0).append(now, load).since(now - HISTORY_MILLIS);
    this.needs = memory.series(1).since(since).append(now, tracking.output());
    boolean plain = fleets.selected() == ShadowFleets.PLAIN;
    double want = plain ? tracking.output() : fleets.plain(load);
    this.recommended = memory.series(2).since(since).append(now, want);
    fleets.ask(loads, recommended);
    WaySelection.select(fleets, rule.caution());
  }

  /** The load of the time since the last decision. */
  private double load() {
    double[] known = fleets.state;
    double used = tracking.load / rule.full();
    if (rule.metric().equals(Metric.REQUEST_RATE)) {
      return used;
    }
    Reading rate = evaluation.reading(Metric.REQUEST_RATE);
    if (!rate.isKnown()) {
      return used;
    }
    int ready = evaluation.ready();
    boolean quiet =
        ready == current
            && ready == known[ShadowFleets.REAL_READY]
            && current == known[ShadowFleets.REAL_COUNT];
    if (quiet && ready > 0) {
      RequestCost.learn(known, ShadowFleets.COST, used, rate.value(), ready);
    }
    double cost = RequestCost.of(known, ShadowFleets.COST);
    return cost > 0 ? cost * rate.value() : used;
  }

  Proposal proposal() {
    Proposal proposal = fleets.selected() == ShadowFleets.PLAIN ? plain() : learnt();
    return proposal.remembering(Memory.of(state).with(loads, needs, recommended));
  }

  private Proposal plain() {
    Proof.Step[] steps = tracking.steps();
    int end = steps.length;
    Proof.Step last = steps[end - 1];
    double[] operands = new double[last.operands()];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = last.operand(i);
    }
    double want = last.output();
    double least = want;
    if (want < current) {
      boolean first = state[ShadowFleets.TICKS] < FIRST_TICKS;
      boolean early = first && now - state[ShadowFleets.BEGAN] < FIRST_MILLIS;
      boolean held = WaySelection.reversalsOverspent(state) && changedRecently(true);
      double windowed = ShadowFleets.largest(needs, Long.MIN_VALUE);
      least = early || held ? current : Math.min(current, windowed);
    }
    least = Math.max(least, repayment());
    Proof.Step[] all = Arrays.copyOf(steps, end + 1);
    all[end - 1] =
        Proof.Step.of(
            Proof.Stage.READ, rule.name(), last.formula(), last.note(), last.input(), operands);
    all[end] = Proof.Step.of(Proof.Stage.PROPOSE, rule.name(), Formula.AT_LEAST, null, want, least);
    return Proposal.size(rule.metric().reason(), all);
  }

  private Proposal learnt() {
    int selected = fleets.selected();
    SizingWay way = SizingWay.ALL.get(selected);
    double seen = fleets.look(way, loads);
    Proof.Step used = read(Formula.TIMES, null, tracking.load, 1 / rule.full());
    Proof.Step look = read(Formula.GIVEN, SizingWay.words(selected), used.output(), seen);
    Proof.Step size = read(Formula.TOTAL, null, seen, way.utilization(), 0, current, 0, 0);
    double least = Math.max(1, fleets.asked(selected));
    if (now - state[ShadowFleets.SELECTED_AT] < SETTLE_MILLIS) {
      least = Math.max(least, current);
    }
    if (WaySelection.inDebt(state)) {
      least = Math.max(least, Math.max(repayment(), fleets.asked(ShadowFleets.PLAIN)));
    }
    double most = Integer.MAX_VALUE;
    double want = Math.max(least, size.output());
    if (want != current && WaySelection.reversalsSpent(state)) {
      if (want > current) {
        boolean urgent = load > NOT_URGENT * Math.min(current, evaluation.ready());
        most = changedRecently(false) && !urgent ? current : most;
      } else if (changedRecently(true)) {
        least = current;
      } else {
        double kept = needed(ShadowFleets.largest(loads, now - KEEP_MILLIS), way.utilization());
        least = Math.min(current, Math.max(least, kept));
      }
    }
    Proof.Step step =
        Proof.Step.of(
            Proof.Stage.PROPOSE,
            rule.name(),
            Formula.BETWEEN,
            WaySelection.inDebt(state) ? "as plain tracking at least" : null,
            size.output(),
            least,
            most);
    return Proposal.size(rule.metric().reason(), used, look, size, step);
  }

  private Proof.Step read(Formula formula, @Nullable String note, double in, double... operands) {
    return Proof.Step.of(Proof.Stage.READ, rule.name(), formula, note, in, operands);
  }

  private double repayment() {
    return WaySelection.repays(state)
        ? needed(
            ShadowFleets.largest(loads, now - KEEP_MILLIS), REPAY_UTILIZATION * rule.utilization())
        : 0;
  }

  private static double needed(double load, double utilization) {
    return Math.min(Math.ceil(load / utilization - 1e-9), Integer.MAX_VALUE);
  }

  /** Whether the last change was in a direction, and a change now would undo it too early. */
  private boolean changedRecently(boolean up) {
    double last = state[ShadowFleets.REAL_CHANGED_AT];
    return (up ? last > 0 : last < 0) && now - Math.abs(last) <= ShadowFleets.REVERSAL_MILLIS;
  }
}
