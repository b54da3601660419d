package dev.steelyard.benchmarks.pick;

/** What a pick cannot do without, whoever makes it. */
public enum Work {
  /** A counter shared by all. */
  COUNTER,
  /** A random number. */
  DRAW,
  /** Two random instances' loads. */
  TWO_READS,
  /** The same, and the time. */
  CLOCK,
  /** All instances' loads. */
  SCAN,
  /** One slot of a table, by hash. */
  TABLE,
  /** A search in a ring of hashes. */
  RING
}
