package dev.steelyard.autoscale;

import dev.steelyard.autoscale.limits.CapacityMix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision as JSON, always the same text for the same decision: keys in a fixed order, no
 * whitespace, times as ISO-8601 in UTC, each number as the shortest that reads back as itself.
 */
final class DecisionJson {
  private final StringBuilder text = new StringBuilder(1024);

  private DecisionJson() {}

  static String write(ScalingDecision decision) {
    DecisionJson json = new DecisionJson();
    json.all(decision);
    return json.text.toString();
  }

  private void all(ScalingDecision decision) {
    text.append('{');
    key("time").string(Format.time(decision.metrics().time));
    next("policy").string(decision.policy().name);
    next("action").string(decision.action().name());
    next("current").number(decision.current());
    next("recommended").number(decision.recommended());
    next("desired").number(decision.desired());
    next("reasons").strings(decision.reasons().stream().map(Enum::name).toList());
    next("confidence").number(decision.confidence());
    next("replacements").strings(decision.replacements());
    long again = decision.lookAgainMillis();
    next("lookAgain").string(again == Long.MAX_VALUE ? null : Format.time(again));
    next("cost");
    decision.cost().ifPresentOrElse(this::plan, () -> text.append("null"));
    next("proof");
    text.append('[');
    for (int i = 0; i < decision.proof().steps().size(); i++) {
      text.append(i == 0 ? "" : ",");
      step(decision.proof().steps().get(i));
    }
    text.append("]}");
  }

  private void plan(CapacityMix.Plan plan) {
    text.append('{');
    key("pricePerHour").number(plan.pricePerHour());
    next("pricePerDay").number(plan.pricePerDay());
    next("instances");
    text.append('[');
    for (int i = 0; i < plan.lines().size(); i++) {
      CapacityMix.Line line = plan.lines().get(i);
      text.append(i == 0 ? "{" : ",{");
      key("type").string(line.type().name());
      next("market").string(line.spot() ? "spot" : "on-demand");
      next("count").number(line.count());
      text.append('}');
    }
    text.append("]}");
  }

  private void step(Proof.Step step) {
    text.append('{');
    key("stage").string(step.stage().name());
    next("rule").string(step.rule());
    next("formula").string(step.formula().name());
    next("input").number(step.input());
    next("output").number(step.output());
    next("operands");
    text.append('[');
    for (int i = 0; i < step.operands(); i++) {
      text.append(i == 0 ? "" : ",");
      number(step.operand(i));
    }
    text.append(']');
    next("note").string(step.note());
    text.append('}');
  }

  private DecisionJson key(String name) {
    text.append('"').append(name).append("\":");
    return this;
  }

  private DecisionJson next(String name) {
    text.append(',');
    return key(name);
  }

  /** What JSON has no number for is a string, so that it is not lost. */
  private void number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      string(Double.toString(value));
    } else {
      text.append(Format.shortest(value));
    }
  }

  private void strings(List<String> values) {
    text.append('[');
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? "" : ",");
      string(values.get(i));
    }
    text.append(']');
  }

  private void string(@Nullable String value) {
    if (value == null) {
      text.append("null");
      return;
    }
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || Character.isSurrogate(c) || c == 0x7f) {
            text.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              text.append(Character.forDigit((c >> shift) & 0xf, 16));
            }
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
