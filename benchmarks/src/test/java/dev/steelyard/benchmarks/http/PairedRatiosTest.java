package dev.steelyard.benchmarks.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PairedRatiosTest {
  /** The tables of the sign test: how many values lie outside the interval at each end. */
  @Test
  void leavesOutAsManyAsTheSignTestSays() {
    assertEquals(0, PairedRatios.lowerRank(5));
    assertEquals(0, PairedRatios.lowerRank(6));
    assertEquals(1, PairedRatios.lowerRank(10));
    assertEquals(9, PairedRatios.lowerRank(30));
  }

  @Test
  void dividesNeighbours() {
    PairedRatios ratios =
        PairedRatios.of(new double[] {2, 30, 400, 8}, new double[] {1, 10, 100, 8});
    assertEquals(new PairedRatios(2.5, 1, 4, 4), ratios);
  }
}
