package dev.steelyard.lb.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Routing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientSubsetTest {

  static List<Member> fleet(int size) {
    return new FleetBuilder().up(size, null).members;
  }

  /** The ids that a client uses. */
  static Set<String> subset(List<Member> members, int size, String clientId) {
    RoutePlan plan = RoutePlanner.plan(Routing.none().clientSubset(size, clientId), members);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < members.size(); i++) {
      if (plan.weight(i) > 0) {
        ids.add(members.get(i).instance().id());
      }
    }
    return ids;
  }

  /** How many clients use each instance. */
  static int[] connections(int clients, int servers, int size) {
    List<Member> members = fleet(servers);
    int[] connections = new int[servers];
    for (int client = 0; client < clients; client++) {
      Routing routing = Routing.none().clientSubset(size, "client-" + client);
      RoutePlan plan = RoutePlanner.plan(routing, members);
      for (int i = 0; i < servers; i++) {
        connections[i] += plan.weight(i) > 0 ? 1 : 0;
      }
    }
    return connections;
  }

  static int common(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.retainAll(other);
    return both.size();
  }

  @Test
  void oneInstanceMoreKeepsAllMembersButOne() {
    // spring-cloud-commons: N = 100 -> 101 kept 3 of 10, 109 -> 110 kept 1 of 10.
    for (int n = 100; n < 110; n++) {
      Set<String> before = subset(fleet(n), 10, "client");
      Set<String> after = subset(fleet(n + 1), 10, "client");
      assertEquals(10, after.size());
      assertTrue(common(before, after) >= 9, "of " + n);
    }
  }

  @Test
  void theOrderOfRegistrationHasNoInfluence() {
    // spring-cloud-commons: the same 100 instances in another order kept 3 of 10.
    List<Member> members = fleet(100);
    List<Member> shuffled = new ArrayList<>(members);
    Collections.shuffle(shuffled, new Random(1));
    assertNotEquals(members, shuffled);

    assertEquals(subset(members, 10, "client"), subset(shuffled, 10, "client"));
  }

  @Test
  void anInstanceThatFailsIsReplacedByOneAndItsRecoveryUndoesThat() {
    List<Member> members = new ArrayList<>(fleet(100));
    Set<String> before = subset(members, 10, "client");
    for (int i = 0; i < 100; i++) {
      Member member = members.get(i);
      for (InstanceStatus status : List.of(InstanceStatus.DOWN, InstanceStatus.MAINTENANCE)) {
        members.set(i, new Member(member.instance(), status, 1));
        Set<String> during = subset(members, 10, "client");
        assertEquals(10, during.size());
        assertEquals(before.contains(member.instance().id()) ? 9 : 10, common(before, during));
      }
      members.set(i, member);
    }
  }

  @Test
  void clientsHaveDifferentParts() {
    List<Member> members = fleet(1_000);
    Set<String> one = subset(members, 20, "client-1");
    Set<String> other = subset(members, 20, "client-2");

    assertTrue(common(one, other) <= 5, "20 of 1000 twice have 0.4 in common on average");
  }

  @Test
  void theRestIsOutsideAndSaysSo() {
    List<Member> members = new ArrayList<>(fleet(30));
    members.add(new Member(Instance.of("down:80"), InstanceStatus.DRAINING, 1));
    RoutePlan plan = RoutePlanner.plan(Routing.none().clientSubset(10, "client"), members);

    assertEquals(10, plan.clientSubsetSize());
    assertEquals(30, plan.fleetSize());
    int outside = 0;
    for (int i = 0; i < 30; i++) {
      boolean isOut = plan.reason(i) == Reason.OUTSIDE_SUBSET;
      assertEquals(isOut, plan.weight(i) == 0);
      assertEquals(isOut ? 0.0 : 1.0, plan.priorityFactor(i));
      outside += isOut ? 1 : 0;
    }
    assertEquals(20, outside);
    assertEquals(null, plan.reason(30), "it drains: that is not routing's doing");
  }

  @Test
  void aPartPanicsAsTheFleetWould() {
    FleetBuilder fleet = new FleetBuilder().up(300, null).down(700, null);
    for (int client = 0; client < 50; client++) {
      Routing routing = Routing.none().clientSubset(50, "client-" + client).panicThreshold(0.6);
      TierPlan tier = fleet.group(routing).tiers().get(0);
      assertTrue(tier.panic());
      assertEquals(50, tier.usable());
      assertEquals(0.3, tier.healthyShare(), 0.15);
    }
  }

  /** The table of docs/routing.md: the fewest and the most clients of one instance. */
  @ParameterizedTest
  @CsvSource({
    "100, 100, 5, 1, 11",
    "100, 100, 10, 3, 19",
    "100, 100, 20, 12, 30",
    "100, 100, 50, 40, 66",
    "300, 300, 30, 15, 52"
  })
  void theCoverageIsThatOfTheDocumentation(
      int clients, int servers, int size, int least, int most) {
    int[] connections = connections(clients, servers, size);

    assertEquals(clients * size, Arrays.stream(connections).sum());
    IntSummaryStatistics spread = Arrays.stream(connections).summaryStatistics();
    assertEquals(least + ".." + most, spread.getMin() + ".." + spread.getMax());
  }

  @Test
  void connectionsVaryNoMoreThanAtRandom() {
    // Binomial(C, k/n) within z = 5.
    for (int size : new int[] {5, 25, 50}) {
      double mean = 100.0 * size / 100;
      double deviation = Math.sqrt(mean * (1 - size / 100.0));
      double squares = 0;
      for (int count : connections(100, 100, size)) {
        assertEquals(mean, count, 5 * deviation);
        squares += (count - mean) * (count - mean);
      }
      double ratio = squares / 100 / (deviation * deviation);
      assertTrue(ratio > 0.4 && ratio < 1.8, "variance is " + ratio + " of a binomial one's");
    }
  }
}
