package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.benchmarks.simulate.PublishedScenario.Reached;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How we stand beside another's strategy in success and mean latency, to the digits that they have
 * published.
 */
enum Verdict {
  /** Better in one and no worse in the other. */
  BETTER("better"),
  EQUAL("equal"),
  /** Better in one, worse in the other. */
  MIXED("mixed"),
  /** Worse in one, equal in the other. */
  WORSE("**worse**"),
  /** Worse in both. */
  DOMINATED("**dominated**");

  private static final int SUCCESS_DECIMALS = 1;
  private static final int MEAN_DECIMALS = 6;
  private static final int MEAN_PRINTED = 4;
  private static final double SHORT = 0.001;

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  static Verdict of(Reached ours, Reached theirs) {
    int success =
        rounded(ours.successPercent(), SUCCESS_DECIMALS)
            .compareTo(rounded(theirs.successPercent(), SUCCESS_DECIMALS));
    int speed =
        rounded(theirs.meanSeconds(), MEAN_DECIMALS)
            .compareTo(rounded(ours.meanSeconds(), MEAN_DECIMALS));
    if (success * speed < 0) {
      return MIXED;
    }
    int sum = success + speed;
    return sum > 0 ? BETTER : sum == 0 ? EQUAL : sum == -1 ? WORSE : DOMINATED;
  }

  private static BigDecimal rounded(double value, int decimals) {
    return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
  }

  /** As it is printed. */
  static String print(Reached reached) {
    return Figures.fixed(reached.successPercent(), SUCCESS_DECIMALS)
        + " %, "
        + Figures.fixed(
            reached.meanSeconds(), reached.meanSeconds() < SHORT ? MEAN_DECIMALS : MEAN_PRINTED)
        + " s";
  }

  @Override
  public String toString() {
    return text;
  }
}
