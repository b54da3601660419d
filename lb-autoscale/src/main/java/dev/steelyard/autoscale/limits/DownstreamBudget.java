package dev.steelyard.autoscale.limits;

import java.util.Objects;

/**
 * What is downstream allows no more: {@code (instances + surge of a rollout) x use per instance <=
 * allowed - reserve}. Connections of a database, partitions of a topic, licences, addresses. The
 * use of an instance is its pool times its processes; where the pool is elastic, the ceiling counts
 * with the smallest, and the decision says how large it may be. Immutable: knobs give another
 * budget.
 *
 * <pre>{@code
 * DownstreamBudget.of("db-main", "connections", 100).reserve(10).perInstance(20).surge(1)
 * }</pre>
 */
public final class DownstreamBudget {
  private final String name;
  private final String unit;
  private final int allowed;
  private final int reserve;
  private final int least;
  private final int most;
  private final int surge;
  private final int surgePercent;

  private DownstreamBudget(
      String name,
      String unit,
      int allowed,
      int reserve,
      int least,
      int most,
      int surge,
      int surgePercent) {
    this.name = name;
    this.unit = unit;
    this.allowed = allowed;
    this.reserve = reserve;
    this.least = least;
    this.most = most;
    this.surge = surge;
    this.surgePercent = surgePercent;
  }

  /**
   * A budget of which each instance uses 1.
   *
   * @param name what is downstream, one line
   * @param unit what it has so many of, for people: "connections"
   * @param allowed how many it allows to all, at least 1
   * @return the budget
   */
  public static DownstreamBudget of(String name, String unit, int allowed) {
    if (name.isBlank() || name.lines().count() != 1) {
      throw new IllegalArgumentException(
          "the name of a downstream budget must be one line, was '" + name + "'");
    }
    Objects.requireNonNull(unit, "unit");
    if (allowed < 1) {
      throw new IllegalArgumentException(name + ": allowed must be at least 1, was " + allowed);
    }
    return new DownstreamBudget(name, unit, allowed, 0, 1, 1, 0, 0);
  }

  /**
   * The same with something kept for others: administrators, other services.
   *
   * @param reserve how many, in [0, allowed); default 0
   * @return the budget
   */
  public DownstreamBudget reserve(int reserve) {
    if (reserve < 0 || reserve >= allowed) {
      throw new IllegalArgumentException(
          name + ": reserve must be in [0, " + allowed + "), was " + reserve);
    }
    return new DownstreamBudget(name, unit, allowed, reserve, least, most, surge, surgePercent);
  }

  /**
   * The same with a use per instance.
   *
   * @param use how many, at least 1; default 1
   * @return the budget
   */
  public DownstreamBudget perInstance(int use) {
    return perInstance(use, use);
  }

  /**
   * The same with an elastic pool.
   *
   * @param least the smallest use that an instance can work with, at least 1
   * @param most the largest that does it any good, not below {@code least}
   * @return the budget
   */
  public DownstreamBudget perInstance(int least, int most) {
    if (least < 1 || most < least) {
      throw new IllegalArgumentException(
          name + ": use per instance must be 1 <= least <= most, was " + least + " and " + most);
    }
    return new DownstreamBudget(name, unit, allowed, reserve, least, most, surge, surgePercent);
  }

  /**
   * The same with room for a rollout that starts new instances before it stops old ones.
   *
   * @param instances how many more there are meanwhile, not negative; default 0
   * @return the budget
   */
  public DownstreamBudget surge(int instances) {
    if (instances < 0) {
      throw new IllegalArgumentException(
          name + ": surge must not be negative, was " + instances + " instances");
    }
    return new DownstreamBudget(name, unit, allowed, reserve, least, most, instances, 0);
  }

  /**
   * The same with room for a rollout, in percent of the instances, rounded up as Kubernetes does.
   *
   * @param percent how many more there are meanwhile, in [0, 100]
   * @return the budget
   */
  public DownstreamBudget surgePercent(int percent) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException(
          name + ": surge must be in [0, 100] percent, was " + percent);
    }
    return new DownstreamBudget(name, unit, allowed, reserve, least, most, 0, percent);
  }

  /**
   * How many instances it allows.
   *
   * @return the number, not negative
   */
  public int ceiling() {
    return ceiling(allowed - reserve, least, surge, surgePercent);
  }

  /**
   * The largest n with (n + surge) x use within what is there.
   *
   * @param available what is there, not negative
   * @param use the use per instance, above 0
   * @param surge the surge in instances
   * @param surgePercent the surge in percent, rounded up
   * @return the number, not negative
   */
  public static int ceiling(int available, int use, int surge, int surgePercent) {
    long slots = available / use - (long) surge;
    if (slots <= 0) {
      return 0;
    }
    long n = slots * 100 / (100 + surgePercent);
    while (n + surgeOf(n, surgePercent) > slots) {
      n--;
    }
    return (int) n;
  }

  private static long surgeOf(long instances, int percent) {
    return (instances * percent + 99) / 100;
  }

  /**
   * How many instances a rollout adds meanwhile.
   *
   * @param instances how many there are
   * @return the number
   */
  public int surgeOf(int instances) {
    return surge + (int) surgeOf((long) instances, surgePercent);
  }

  /**
   * How large the pool of each instance may be.
   *
   * @param instances how many there are, not negative
   * @return the size, between the least and the most use per instance; the least where even that is
   *     too much
   */
  public int poolSize(int instances) {
    long sharers = Math.max(1, instances + (long) surgeOf(instances));
    return (int) Math.max(least, Math.min(most, (allowed - reserve) / sharers));
  }

  /**
   * How much it would have to allow for so many instances.
   *
   * @param instances the number
   * @return how much, with the reserve
   */
  public long needed(int instances) {
    return (instances + (long) surgeOf(instances)) * least + reserve;
  }

  /**
   * The same with another size.
   *
   * @param allowed how many it allows to all, above the reserve
   * @return the budget
   */
  public DownstreamBudget allowing(int allowed) {
    if (allowed <= reserve) {
      throw new IllegalArgumentException(
          name + ": allowed must be above the reserve " + reserve + ", was " + allowed);
    }
    return new DownstreamBudget(name, unit, allowed, reserve, least, most, surge, surgePercent);
  }

  /**
   * What is downstream.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * What it has so many of.
   *
   * @return the unit
   */
  public String unit() {
    return unit;
  }

  /**
   * How many it allows to all.
   *
   * @return the number
   */
  public int allowed() {
    return allowed;
  }

  /**
   * How many are kept for others.
   *
   * @return the number
   */
  public int reserve() {
    return reserve;
  }

  /**
   * The smallest use per instance.
   *
   * @return the number
   */
  public int leastPerInstance() {
    return least;
  }

  /**
   * The largest use per instance.
   *
   * @return the number
   */
  public int mostPerInstance() {
    return most;
  }

  /**
   * The surge in instances.
   *
   * @return the number; 0 where it is in percent
   */
  public int surgeInstances() {
    return surge;
  }

  /**
   * The surge in percent.
   *
   * @return the percentage; 0 where it is in instances
   */
  public int surgeInPercent() {
    return surgePercent;
  }

  /** In words: {@code db-main: 100 connections, 10 reserved, 20 per instance -> 3 (+1 surge)}. */
  @Override
  public String toString() {
    int ceiling = ceiling();
    StringBuilder text = new StringBuilder(80);
    text.append(name).append(": ").append(allowed).append(' ').append(unit);
    if (reserve > 0) {
      text.append(", ").append(reserve).append(" reserved");
    }
    text.append(", ").append(least).append(" per instance -> ").append(ceiling);
    int more = surgeOf(ceiling);
    if (more > 0) {
      text.append(" (+").append(more).append(" surge)");
    }
    return text.toString();
  }
}
