package dev.steelyard.lb.env;

/** The one class that reads the JVM's clock; everything else is handed a {@link Ticker}. */
enum SystemTicker implements Ticker {
  INSTANCE;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public String toString() {
    return "Ticker.system()";
  }
}
