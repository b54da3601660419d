package dev.steelyard.benchmarks.guard;

/** Whose a row is. */
public enum Side {
  /** A few lines that do the least. */
  FLOOR,
  /** Steelyard's. */
  OURS,
  /** Another library's. */
  PEER
}
