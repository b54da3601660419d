package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import dev.steelyard.benchmarks.pick.Work;
import org.jspecify.annotations.Nullable;

/** Which floor a row of the pick benchmark is compared with: the least that does the same work. */
enum Floor {
  COUNTER("array + AtomicInteger", "roundRobin", null),
  RANDOM("array + ThreadLocalRandom", "random", null),
  ALIAS("alias table", "alias", null),
  TWO_READS("two counters read", "twoReads", null),
  TWO_READS_AND_CLOCK("two counters read + one clock read", "twoReads", "oneRead"),
  SCAN("all counters read", "scan", null),
  TABLE("one slot of a table", "hashTable", null),
  RING("search in a ring", "ring", null),
  TWO_CHOICES("two counters read + two updates", "twoChoices", null),
  TWO_CHOICES_AND_CLOCK(
      "two counters read + two updates + two clock reads", "twoChoices", "twoReads");

  private final String label;
  private final String method;
  private final @Nullable String clock;

  Floor(String label, String method, @Nullable String clock) {
    this.label = label;
    this.method = method;
    this.clock = clock;
  }

  static Floor ofPick(Strategy strategy, Weights weights) {
    return switch (strategy.work()) {
      case COUNTER -> weights == Weights.EQUAL ? COUNTER : ALIAS;
      case DRAW -> weights == Weights.EQUAL ? RANDOM : ALIAS;
      case TWO_READS -> TWO_READS;
      case CLOCK -> TWO_READS_AND_CLOCK;
      case SCAN -> SCAN;
      case TABLE -> TABLE;
      case RING -> RING;
    };
  }

  /**
   * All requests are counted, whatever the strategy, so no floor that counts nothing would be fair.
   */
  static Floor ofRequest(Strategy strategy) {
    return strategy.work() == Work.CLOCK ? TWO_CHOICES_AND_CLOCK : TWO_CHOICES;
  }

  String label() {
    return label;
  }

  /** Nanoseconds, or null if it was not measured beside the section. */
  @Nullable Double nanos(Results results, Section section, int instances, int threads) {
    Measure array = results.find(Row.floor(section, method, instances, threads));
    if (array == null || clock == null) {
      return array == null ? null : array.nanos();
    }
    Measure reads = results.find(Row.clock(section, clock, threads));
    return reads == null ? null : array.nanos() + reads.nanos();
  }
}
