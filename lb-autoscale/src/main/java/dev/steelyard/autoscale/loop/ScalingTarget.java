package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/**
 * What is scaled. The loop calls it on a thread of its own, never twice at a time: not even when a
 * call has been given up, which then has to return first.
 *
 * <p>All methods may block; a call is interrupted when its time limit is over.
 */
public interface ScalingTarget {
  /**
   * How many instances are asked for at present: the truth that decisions start from, whoever set
   * it.
   *
   * @return the number, not negative
   * @throws Exception if it cannot be told; nothing is decided then
   */
  int count() throws Exception;

  /**
   * Changes the number. Doing the same twice must do no harm: an action whose answer was lost is
   * made again, if it is still wanted.
   *
   * @param count how many there should be, not negative
   * @throws Exception if it could not be done, or not all of it; the next decision starts from
   *     {@link #count}
   */
  void scaleTo(int count) throws Exception;

  /**
   * Whether {@link #replace} does something.
   *
   * @return false, unless overridden; decisions to replace are recorded as ignored then
   */
  default boolean replaces() {
    return false;
  }

  /**
   * Replaces instances: for each one a new one, and the old one goes. Called with what a decision
   * names as unhealthy, after {@link #scaleTo} if the number changes as well.
   *
   * @param ids the instances; one that is gone already needs nothing
   * @throws Exception if it could not be done, or not all of it
   */
  default void replace(Collection<String> ids) throws Exception {
    throw new UnsupportedOperationException("this target cannot replace instances");
  }

  /**
   * A target made of two functions.
   *
   * @param count how many instances are asked for
   * @param scaleTo changes that
   * @return the target
   */
  static ScalingTarget of(IntSupplier count, IntConsumer scaleTo) {
    requireNonNull(count, "count");
    requireNonNull(scaleTo, "scaleTo");
    return new ScalingTarget() {
      @Override
      public int count() {
        return count.getAsInt();
      }

      @Override
      public void scaleTo(int wanted) {
        scaleTo.accept(wanted);
      }
    };
  }
}
