package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.benchmarks.simulate.study.Crowd.Outcome;
import dev.steelyard.simulator.ClientSetup;
import org.junit.jupiter.api.Test;

class CrowdTest {
  private static final ClientSetup DEFAULT = (balancer, client) -> balancer;

  @Test
  void aClientConnectsToNoMoreServersThanItsPartHas() {
    Connections connections = new Crowd(8, 12, 2_000).run(3, DEFAULT, 1).connections();

    assertEquals(3, connections.mostOfClient());
    assertEquals(8 * 3, connections.pairs());
    assertTrue(connections.mostOfServer() <= 8);
  }

  @Test
  void withoutAPartEveryClientConnectsToEveryServerInTheEnd() {
    Connections connections = new Crowd(3, 4, 1_000).run(Crowd.ALL, DEFAULT, 1).connections();

    assertEquals(new Connections(12, 4, 3, 3), connections);
  }

  @Test
  void thePartIsLargeEnoughForEachServerToHaveTwentyClients() {
    assertEquals(200, new Crowd(100, 1_000, 1).evenSubset());
    assertEquals(20, new Crowd(1_000, 100, 1).evenSubset());
    assertEquals(Crowd.ALL, new Crowd(10, 1_000, 1).evenSubset());
    assertEquals(Crowd.ALL, new Crowd(1_000, 20, 1).evenSubset());
  }

  @Test
  void noBalancerIsFasterThanTheCentralQueue() {
    Crowd crowd = new Crowd(10, 10, 4_000);
    Outcome outcome = crowd.run(Crowd.ALL, DEFAULT, 1);

    assertTrue(outcome.p99() > crowd.central(1).percentile(99).toNanos());
  }

  @Test
  void theSameSeedGivesTheSameOutcome() {
    Crowd crowd = new Crowd(10, 10, 1_000);

    assertEquals(crowd.run(4, DEFAULT, 7), crowd.run(4, DEFAULT, 7));
  }
}
