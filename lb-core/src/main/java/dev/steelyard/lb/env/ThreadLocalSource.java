package dev.steelyard.lb.env;

import java.util.concurrent.ThreadLocalRandom;

/** The default random source. An enum, so that the call site in a picker stays monomorphic. */
enum ThreadLocalSource implements RandomSource {
  INSTANCE;

  @Override
  public long nextLong() {
    return ThreadLocalRandom.current().nextLong();
  }

  @Override
  public String toString() {
    return "RandomSource.threadLocal()";
  }
}
