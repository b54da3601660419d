package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExtrapolationTest {

  @Test
  void aMillionClientsWithAPartOfTwentyAreComputedByHand() {
    Extrapolation million = new Extrapolation(1_000_000, 10_000, 20);

    assertEquals(20e6, million.connections());
    assertEquals(2_000, million.perServer(), 1e-9);
    // sqrt(2000 * 0.998) = 44.68; sqrt(2 ln 10000) = 4.292
    assertEquals(2_191.7, million.mostPerServer(), 0.1);
    // 10 000 servers * 4 cores * 50/s * 0.8 = 1.6 million/s
    assertEquals(1.6, million.perSecondOfClient(), 1e-9);
    assertEquals(0.08, million.perSecondOfConnection(), 1e-9);
    assertEquals(0.032, million.underWay(), 1e-9);
  }

  @Test
  void withoutPartsEveryServerHasAllClients() {
    Extrapolation million = new Extrapolation(1_000_000, 1_000, Crowd.ALL);

    assertEquals(1e9, million.connections());
    assertEquals(1e6, million.mostPerServer());
  }
}
