package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.MissingData;
import org.jspecify.annotations.Nullable;

/** What is missing of what a rule with several metrics needs: the strictest rule for it counts. */
final class Unknowns {
  private @Nullable MissingData strictest;
  private @Nullable String why;
  private int ignored;

  void add(MissingData rule, @Nullable String because) {
    if (rule.type() == MissingData.Type.IGNORE) {
      ignored++;
    } else if (strictest != null && rank(strictest) >= rank(rule)) {
      return;
    } else {
      strictest = rule;
    }
    why = String.valueOf(because);
  }

  private static double rank(MissingData rule) {
    return switch (rule.type()) {
      case HOLD -> Double.POSITIVE_INFINITY;
      case SAFE_DEFAULT -> 1 + rule.value();
      case BLOCK_SCALE_IN -> 1;
      case ASSUME, IGNORE -> 0;
    };
  }

  /** Whether anything is missing that must not be passed over. */
  boolean any() {
    return strictest != null;
  }

  /** Whether nothing may change. */
  boolean hold() {
    return strictest != null && strictest.type() == MissingData.Type.HOLD;
  }

  /** How many are missing that may be passed over. */
  int ignored() {
    return ignored;
  }

  MissingData rule() {
    MissingData rule = strictest;
    return rule == null ? MissingData.ignore() : rule;
  }

  String why() {
    return String.valueOf(why);
  }
}
