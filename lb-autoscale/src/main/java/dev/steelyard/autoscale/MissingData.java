package dev.steelyard.autoscale;

/**
 * What a rule does where its metric is missing or too old. Every autoscaler hard-codes one of
 * these; here each rule says which. Immutable.
 */
public final class MissingData {
  /** The cases. */
  public enum Type {
    /** Nothing changes, whatever other rules ask for; floors and bounds still count. */
    HOLD,
    /** Others may raise the number, nobody may lower it. As Kubernetes does; the default. */
    BLOCK_SCALE_IN,
    /** The metric is taken to have a given value. As KEDA's fallback. */
    ASSUME,
    /** At least a given number of instances; never fewer than there are. As Azure's default. */
    SAFE_DEFAULT,
    /** The rule has no say. As Nomad's {@code on_check_error = ignore}. */
    IGNORE
  }

  private static final MissingData HOLD = new MissingData(Type.HOLD, 0);
  private static final MissingData BLOCK_SCALE_IN = new MissingData(Type.BLOCK_SCALE_IN, 0);
  private static final MissingData IGNORE = new MissingData(Type.IGNORE, 0);

  private final Type type;
  private final double value;

  private MissingData(Type type, double value) {
    this.type = type;
    this.value = value;
  }

  /**
   * Nothing changes.
   *
   * @return the rule
   */
  public static MissingData hold() {
    return HOLD;
  }

  /**
   * Nobody may lower the number.
   *
   * @return the rule
   */
  public static MissingData blockScaleIn() {
    return BLOCK_SCALE_IN;
  }

  /**
   * The metric is taken to have this value.
   *
   * @param value the value, finite and not negative, in the metric's unit
   * @return the rule
   */
  public static MissingData assume(double value) {
    if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the value to assume must be finite and not negative, was " + value);
    }
    return new MissingData(Type.ASSUME, value);
  }

  /**
   * At least so many instances, and never fewer than there are.
   *
   * @param instances the number, at least 1
   * @return the rule
   */
  public static MissingData safeDefault(int instances) {
    if (instances < 1) {
      throw new IllegalArgumentException("the safe default must be at least 1, was " + instances);
    }
    return new MissingData(Type.SAFE_DEFAULT, instances);
  }

  /**
   * The rule has no say.
   *
   * @return the rule
   */
  public static MissingData ignore() {
    return IGNORE;
  }

  /**
   * Which case it is.
   *
   * @return the case
   */
  public Type type() {
    return type;
  }

  /**
   * The value to assume, or the safe default.
   *
   * @return the number, 0 in the other cases
   */
  public double value() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MissingData that
        && type == that.type
        && Double.compare(value, that.value) == 0;
  }

  @Override
  public int hashCode() {
    return type.name().hashCode() * 31 + Double.hashCode(value);
  }

  @Override
  public String toString() {
    return switch (type) {
      case HOLD -> "hold";
      case BLOCK_SCALE_IN -> "block scale-in";
      case ASSUME -> "assume " + Format.number(value);
      case SAFE_DEFAULT -> "at least " + Format.number(value);
      case IGNORE -> "ignore";
    };
  }
}
