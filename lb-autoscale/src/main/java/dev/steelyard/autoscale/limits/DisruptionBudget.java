package dev.steelyard.autoscale.limits;

/**
 * How many instances may be unavailable because unhealthy ones are being replaced. Immutable. Those
 * that are unavailable for another reason count against it.
 *
 * @param instances how many instances, not negative
 * @param percent how many percent of the instances asked for, in [0, 100], rounded up as
 *     Kubernetes' disruption budgets are; 0 where {@code instances} counts
 */
public record DisruptionBudget(int instances, int percent) {
  /**
   * Checks the numbers.
   *
   * @param instances how many instances
   * @param percent how many percent of the instances asked for
   */
  public DisruptionBudget {
    if (instances < 0) {
      throw new IllegalArgumentException(
          "the disruption budget must not be negative, was " + instances + " instances");
    }
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException(
          "the disruption budget must be in [0, 100] percent, was " + percent);
    }
    if (instances > 0 && percent > 0) {
      throw new IllegalArgumentException(
          "a disruption budget is either in instances or in percent, was "
              + instances
              + " instances and "
              + percent
              + " percent");
    }
  }

  /**
   * So many instances.
   *
   * @param instances how many; 0: nothing is replaced
   * @return the budget
   */
  public static DisruptionBudget instances(int instances) {
    return new DisruptionBudget(instances, 0);
  }

  /**
   * So many percent.
   *
   * @param percent how many, in [0, 100]
   * @return the budget
   */
  public static DisruptionBudget percent(int percent) {
    return new DisruptionBudget(0, percent);
  }
}
