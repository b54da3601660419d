package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.limits.CapacityMix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What it costs now and would cost then; a scale-in that does not pay does not happen. */
final class Cost {
  private static final double MILLIS_PER_HOUR = 3_600_000;

  private Cost() {}

  static int apply(Frame frame, int desired) {
    @Nullable CapacityMix mix = frame.policy.mix;
    if (mix == null) {
      return desired;
    }
    double now = price(frame, mix.plan(frame.current), "now");
    double then = price(frame, mix.plan(desired), "then");
    int result =
        frame.step(
            Stage.COST,
            "change penalty",
            Formula.WORTH,
            null,
            desired,
            frame.current,
            frame.overridden ? 0 : frame.ceiling,
            (double) mix.horizon().toMillis() / MILLIS_PER_HOUR,
            mix.penalty(),
            now,
            then);
    if (result != desired) {
      frame.because(ScalingReason.COST);
    }
    return result;
  }

  private static double price(Frame frame, CapacityMix.Plan plan, String when) {
    List<CapacityMix.Line> lines = plan.lines();
    double[] operands = new double[lines.size() * 2];
    for (int i = 0; i < lines.size(); i++) {
      operands[2 * i] = lines.get(i).count();
      operands[2 * i + 1] = lines.get(i).price();
    }
    Proof.Step step =
        Proof.Step.of(Stage.COST, when, Formula.PRICE_PER_HOUR, null, plan.units(), operands);
    frame.steps.add(step);
    return step.output();
  }
}
