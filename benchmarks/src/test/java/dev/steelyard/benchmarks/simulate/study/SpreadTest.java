package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void threeServersAreComputedByHand() {
    // Mean 4; deviations -2, 0, +2: variance 8/3.
    Spread spread = Spread.of(List.of(2L, 4L, 6L));

    assertEquals(1.5, spread.most());
    assertEquals(0.5, spread.least());
    assertEquals(Math.sqrt(8.0 / 3) / 4, spread.variation(), 1e-12);
    assertEquals(Math.sqrt((2.0 / 3) / 4), spread.chance(), 1e-12);
  }

  @Test
  void equalSharesDoNotVary() {
    assertEquals(0, Spread.of(List.of(7L, 7L)).variation());
  }

  @Test
  void serversThatHadNothingHaveNoShares() {
    assertThrows(IllegalArgumentException.class, () -> Spread.of(List.of(0L, 0L)));
  }
}
