package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;

/**
 * At most so many instances or percent per period, exactly as Kubernetes' scaling policies since
 * 1.27: the number at the start of a period is the present one less what was added and plus what
 * was removed in it; a change counts while it is strictly younger than the period. A limit that is
 * already used up stops the direction and never turns it around.
 *
 * <p>Percent are exact: 10 % more than 100 are 110, where Kubernetes' binary fraction makes it 111.
 */
final class Rate {
  private Rate() {}

  static int apply(Frame frame, int desired) {
    if (desired == frame.current) {
      return desired;
    }
    boolean up = desired > frame.current;
    DirectionLimits limits = up ? frame.policy.up : frame.policy.down;
    boolean disabled = limits.select() == DirectionLimits.Select.DISABLED;
    int count = disabled ? 0 : limits.rates().size();
    if (count == 0 && !disabled) {
      return desired;
    }
    String direction = up ? "up" : "down";
    double[] operands = new double[2 + count];
    operands[0] = frame.current;
    operands[1] = limits.select() == DirectionLimits.Select.MAX ? 1 : 0;
    long until = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      RatePolicy rate = limits.rates().get(i);
      Series events = frame.state.events;
      long period = rate.period().toMillis();
      double added = 0;
      double removed = 0;
      for (int e = events.size() - 1; e >= 0 && frame.now - events.time(e) < period; e--) {
        double change = events.value(e);
        added += Math.max(change, 0);
        removed += Math.max(-change, 0);
        until = Math.min(until, events.time(e) + period);
      }
      Proof.Step step = limit(direction, up, rate, frame.current, added, removed);
      frame.steps.add(step);
      operands[2 + i] = step.output();
    }
    int result =
        frame.step(
            Stage.RATE,
            direction,
            Formula.RATE_LIMITED,
            disabled ? "scaling " + direction + " is switched off" : null,
            desired,
            operands);
    if (result != desired) {
      frame.because(ScalingReason.RATE_LIMIT);
      frame.lookAgain(until == Long.MAX_VALUE ? frame.now : until);
    }
    return result;
  }

  private static Proof.Step limit(
      String direction, boolean up, RatePolicy rate, int current, double added, double removed) {
    if (rate.unit() == RatePolicy.Unit.SIZE) {
      return Proof.Step.of(Stage.RATE, direction, Formula.RATE_SIZE, null, current, rate.value());
    }
    boolean instances = rate.unit() == RatePolicy.Unit.INSTANCES;
    Formula formula =
        instances
            ? Formula.RATE_INSTANCES
            : up ? Formula.RATE_PERCENT_UP : Formula.RATE_PERCENT_DOWN;
    double value = instances && !up ? -rate.value() : rate.value();
    return Proof.Step.of(Stage.RATE, direction, formula, null, current, added, removed, value);
  }
}
