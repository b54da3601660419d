package dev.steelyard.lb.env;

/**
 * A source of elapsed time. Readings are meaningful only as differences, computed by subtraction,
 * which stays right when the counter wraps; a reading is never a time of day.
 *
 * <p>Implementations are thread-safe, do not block, and never run backwards by more than a reader
 * tolerates: Steelyard counts a negative difference as zero elapsed time.
 */
@FunctionalInterface
public interface Ticker {

  /**
   * Returns the current reading.
   *
   * @return nanoseconds since an arbitrary origin, which may lie in the future (negative readings)
   */
  long nanos();

  /**
   * Returns the ticker of this JVM, {@link System#nanoTime()}.
   *
   * @return the system ticker; every call returns the same object
   */
  static Ticker system() {
    return SystemTicker.INSTANCE;
  }
}
