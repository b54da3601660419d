package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ClientCostTest {

  @Test
  void aClientOfMoreServersTakesMoreMemory() {
    ClientCost few = ClientCost.measure(10, Crowd.ALL, 1);
    ClientCost many = ClientCost.measure(2_000, Crowd.ALL, 1);

    assertTrue(few.bytes() > 0 && many.bytes() > 10 * few.bytes(), few + ", " + many);
  }
}
