package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Proof;
import java.util.Objects;

/**
 * What a step or a threshold does to the number of instances: so many more or fewer, so many
 * percent more or fewer, or exactly so many. Immutable. The result is never below 0 and saturates
 * at the largest {@code int}.
 */
public final class Adjustment {
  /** What the value of an adjustment counts. */
  public enum Type {
    /** Instances, added or, negative, removed. */
    CHANGE,
    /** Percent of the present number, added or, negative, removed. */
    PERCENT,
    /** The number of instances itself. */
    EXACT
  }

  /** The greatest percentage: {@value}, that is, a hundredfold. */
  public static final double GREATEST_PERCENT = 10_000;

  private final Type type;
  private final double value;
  private final Rounding rounding;
  private final int least;

  private Adjustment(Type type, double value, Rounding rounding, int least) {
    this.type = type;
    this.value = value;
    this.rounding = rounding;
    this.least = least;
  }

  /**
   * So many more, or fewer.
   *
   * @param instances how many are added; negative, how many are removed; 0 changes nothing
   * @return the adjustment
   */
  public static Adjustment change(int instances) {
    return new Adjustment(Type.CHANGE, instances, Rounding.TOWARD_ZERO, 0);
  }

  /**
   * So many percent more, or fewer, rounded as AWS does.
   *
   * @param percent in [-100, {@value #GREATEST_PERCENT}]; 25 makes 5 of 4
   * @return the adjustment
   */
  public static Adjustment percent(double percent) {
    return percent(percent, Rounding.TOWARD_ZERO);
  }

  /**
   * So many percent more, or fewer.
   *
   * @param percent in [-100, {@value #GREATEST_PERCENT}]; 25 makes 5 of 4
   * @param rounding how it becomes a whole number
   * @return the adjustment
   */
  public static Adjustment percent(double percent, Rounding rounding) {
    if (!(percent >= -100 && percent <= GREATEST_PERCENT)) {
      throw new IllegalArgumentException(
          "the percentage of an adjustment must be in [-100, "
              + GREATEST_PERCENT
              + "], was "
              + percent);
    }
    return new Adjustment(Type.PERCENT, percent, Objects.requireNonNull(rounding), 0);
  }

  /**
   * Exactly so many.
   *
   * @param instances the number, not negative
   * @return the adjustment
   */
  public static Adjustment exact(int instances) {
    if (instances < 0) {
      throw new IllegalArgumentException(
          "the exact number of instances must not be negative, was " + instances);
    }
    return new Adjustment(Type.EXACT, instances, Rounding.TOWARD_ZERO, 0);
  }

  /**
   * The same, but by so many instances at least: AWS' minimum adjustment magnitude.
   *
   * @param instances how many, at least 1
   * @return the adjustment
   * @throws IllegalArgumentException if it is not one by percent, or by 0 percent
   */
  public Adjustment byAtLeast(int instances) {
    if (instances < 1) {
      throw new IllegalArgumentException(
          "the least change of an adjustment must be at least 1, was " + instances);
    }
    if (type != Type.PERCENT || value == 0) {
      throw new IllegalArgumentException(
          "a least change belongs to an adjustment by percent other than 0, not to '" + this + "'");
    }
    return new Adjustment(type, value, rounding, instances);
  }

  /**
   * What the value counts.
   *
   * @return the type
   */
  public Type type() {
    return type;
  }

  /**
   * How many instances, or how many percent.
   *
   * @return the value
   */
  public double value() {
    return value;
  }

  /**
   * How a percentage becomes a whole number.
   *
   * @return the rounding; without effect for other types
   */
  public Rounding rounding() {
    return rounding;
  }

  /**
   * By how many instances the number changes at least.
   *
   * @return how many; 0 if nothing is said
   */
  public int least() {
    return least;
  }

  /**
   * What it makes of a number.
   *
   * @param from a number of instances, not negative
   * @return the number afterwards
   */
  public int applyTo(int from) {
    return (int) step("", Formula.GIVEN, from).output();
  }

  /** What it makes of a number that scales out, or in: an exact number does not do the contrary. */
  Proof.Step step(String rule, boolean out, double from) {
    return step(rule, out ? Formula.AT_LEAST : Formula.AT_MOST, from);
  }

  private Proof.Step step(String rule, Formula exact, double from) {
    return switch (type) {
      case CHANGE -> Proof.Step.of(Proof.Stage.READ, rule, Formula.CHANGE, null, from, value);
      case PERCENT ->
          Proof.Step.of(Proof.Stage.READ, rule, rounding.formula(), null, from, value, least);
      case EXACT -> Proof.Step.of(Proof.Stage.READ, rule, exact, null, from, value);
    };
  }

  /** Whether it would add to so many; where it cannot though it is meant to, it would. */
  boolean wouldAddTo(int count) {
    return value > (type == Type.EXACT ? count : 0);
  }

  /** Whether it would take away from so many. */
  boolean wouldTakeFrom(int count) {
    return type == Type.EXACT ? value < count : value < 0;
  }

  /**
   * Whether it may be used to scale out.
   *
   * @return whether it adds instances, or is an exact number
   */
  public boolean neverRemoves() {
    return type == Type.EXACT || value >= 0;
  }

  /**
   * Whether it may be used to scale in.
   *
   * @return whether it removes instances, or is an exact number
   */
  public boolean neverAdds() {
    return type == Type.EXACT || value <= 0;
  }

  /** Whether it does nothing at all. */
  boolean isNothing() {
    return type != Type.EXACT && value == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Adjustment that
        && type == that.type
        && Double.compare(value, that.value) == 0
        && rounding == that.rounding
        && least == that.least;
  }

  @Override
  public int hashCode() {
    return Objects.hash(type.name(), value, rounding.name(), least);
  }

  @Override
  public String toString() {
    String number = Numbers.text(value);
    return switch (type) {
      case CHANGE -> (value > 0 ? "+" : "") + number;
      case PERCENT ->
          (value > 0 ? "+" : "") + number + "%" + (least > 0 ? " (at least " + least + ")" : "");
      case EXACT -> "=" + number;
    };
  }
}
