package dev.steelyard.lb.route;

import static dev.steelyard.lb.route.FleetBuilder.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.ChiSquare;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoutePickersTest {
  private static final RequestContext EMPTY = RequestContext.empty();
  private static final Routing SPLIT =
      Routing.none().split("v", Map.of("1", 0.7, "2", 0.25, "3", 0.05));

  private static RequestContext hint(String... namesAndValues) {
    RequestContext request = EMPTY;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request = request.withHint(namesAndValues[i], namesAndValues[i + 1]);
    }
    return request;
  }

  /** Who is picked, in 300 picks. */
  private static Set<String> served(Picker picker, RequestContext request, Exclusions excluded) {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      Endpoint picked = picker.pick(request, excluded, 0);
      ids.add(picked == null ? "nobody" : picked.instance().id().replaceAll("\\D+(\\d+).*", "$1"));
    }
    return ids;
  }

  private static Set<String> served(Picker picker, RequestContext request) {
    return served(picker, request, Exclusions.none());
  }

  private static Exclusions excluding(List<FakeEndpoint> endpoints, int... indices) {
    Exclusions excluded = Exclusions.none();
    for (int index : indices) {
      excluded = excluded.plus(endpoints.get(index));
    }
    return excluded;
  }

  @Test
  void withoutSubsetsAndSplitsThePickerIsTheStrategys() {
    Picker own = (request, excluded, now) -> null;
    Picker before = (request, excluded, now) -> null;
    List<Object> given = new ArrayList<>();
    Selector selector =
        (candidates, previous) -> {
          given.add(candidates.size());
          given.add(previous);
          return own;
        };
    FleetBuilder fleet = new FleetBuilder().up(2, "a").up(1, "b").down(1, "b");
    RoutePlan plan = fleet.plan(Routing.none().zone("a"));

    assertSame(
        own,
        RoutePickers.prepare(plan, selector, fleet.endpoints(), RandomSource.seeded(1), before));
    assertEquals(List.of(2, before), given);
  }

  @Test
  void asManyEndpointsAsMembersAreNeeded() {
    FleetBuilder fleet = new FleetBuilder().up(2, null);
    RoutePlan plan = fleet.plan(Routing.none());
    List<FakeEndpoint> one = fleet.endpoints().subList(0, 1);

    assertThrows(
        IllegalArgumentException.class,
        () -> RoutePickers.prepare(plan, Selectors.random(), one, RandomSource.seeded(1), null));
  }

  @Test
  void aRealStrategyPicksByThePlannedShares() {
    FleetBuilder fleet =
        new FleetBuilder()
            .up(3, "a", "tier", "0")
            .down(4, "a", "tier", "0")
            .degraded(2, "b", "tier", "0")
            .up(5, "b", "tier", "1")
            .up(2, "a", "tier", "1");
    List<FakeEndpoint> endpoints = fleet.endpoints();
    Routing routing = Routing.none().zone("a").priority("tier");
    RoutePlan plan = fleet.plan(routing);
    Picker picker = fleet.picker(routing, endpoints);
    double[] shares = new double[endpoints.size()];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = plan.share(i);
    }

    ChiSquare.assertFits(count(picker, endpoints), shares);
    assertTrue(plan.share(14) > 0 && plan.share(9) == 0, "tier 1 helps out, from zone a");
  }

  private static long[] count(Picker picker, List<FakeEndpoint> endpoints) {
    Map<Endpoint, Integer> index = new IdentityHashMap<>();
    for (int i = 0; i < endpoints.size(); i++) {
      index.put(endpoints.get(i), i);
    }
    long[] counts = new long[endpoints.size()];
    for (int i = 0; i < 100_000; i++) {
      counts[index.get(pick(picker))]++;
    }
    return counts;
  }

  private static FleetBuilder versions() {
    return new FleetBuilder()
        .up(2, null, "v", "1", "stage", "prod")
        .up(1, null, "v", "2", "stage", "prod")
        .up(1, null, "v", "2", "stage", "dev")
        .up(1, null);
  }

  @Test
  void hintsNarrowTheChoiceToTheInstancesThatMatch() {
    Picker picker = versions().picker(Routing.none().subset("v").subset("v", "stage"));

    assertEquals(Set.of("0", "1"), served(picker, hint("v", "1")));
    assertEquals(Set.of("2", "3"), served(picker, hint("v", "2")));
    assertEquals(Set.of("3"), served(picker, hint("v", "2", "stage", "dev", "other", "x")));
    assertEquals(Set.of("0", "1", "2", "3", "4"), served(picker, EMPTY));
    assertEquals(Set.of("0", "1", "2", "3", "4"), served(picker, hint("stage", "dev")));
  }

  @Test
  void ofEquallySpecificSetsTheFirstDeclaredCounts() {
    FleetBuilder fleet = new FleetBuilder().up(1, null, "a", "x").up(1, null, "b", "x");
    RequestContext both = hint("a", "x", "b", "x");

    assertEquals(Set.of("0"), served(fleet.picker(Routing.none().subset("a").subset("b")), both));
    assertEquals(Set.of("1"), served(fleet.picker(Routing.none().subset("b").subset("a")), both));
  }

  @Test
  void whereNoInstanceMatchesTheFallbackDecides() {
    Routing any = Routing.none().subset("v");
    Set<String> all = Set.of("0", "1", "2", "3", "4");

    assertEquals(all, served(versions().picker(any), hint("v", "9")));
    assertEquals(
        Set.of("3"),
        served(versions().picker(any.subsetFallback(Map.of("stage", "dev"))), hint("v", "9")));
    Picker none = versions().picker(any.noSubsetFallback());
    assertEquals(Set.of("nobody"), served(none, hint("v", "9")));
    assertEquals(Set.of("nobody"), served(none, EMPTY));
    assertEquals(Set.of("0", "1"), served(none, hint("v", "1")));
    Picker strict = versions().picker(Routing.none().strictSubset("v"));
    assertEquals(Set.of("nobody"), served(strict, hint("v", "9")));
    assertEquals(all, served(strict, EMPTY));
  }

  @Test
  void whereAllThatMatchAreExcludedTheFallbackDecides() {
    FleetBuilder fleet = versions();
    List<FakeEndpoint> endpoints = fleet.endpoints();
    Exclusions excluded = excluding(endpoints, 0, 1);

    Picker any = fleet.picker(Routing.none().subset("v"), endpoints);
    assertEquals(Set.of("2", "3", "4"), served(any, hint("v", "1"), excluded));
    Picker strict = fleet.picker(Routing.none().strictSubset("v"), endpoints);
    assertEquals(Set.of("nobody"), served(strict, hint("v", "1"), excluded));
    assertEquals(Set.of("1"), served(strict, hint("v", "1"), excluding(endpoints, 0)));
  }

  @Test
  void aSubsetInAnotherZoneOrTierIsStillServed() {
    FleetBuilder fleet =
        new FleetBuilder().up(2, "a", "v", "1", "tier", "0").up(1, "b", "v", "2", "tier", "1");
    Picker picker = fleet.picker(Routing.none().zone("a").priority("tier").strictSubset("v"));

    assertEquals(Set.of("2"), served(picker, hint("v", "2")));
    assertEquals(Set.of("0", "1"), served(picker, EMPTY));
  }

  private static FleetBuilder sides() {
    return new FleetBuilder()
        .up(3, null, "v", "1")
        .up(2, null, "v", "2")
        .up(1, null, "v", "3")
        .up(4, null, "v", "4");
  }

  @Test
  void requestsWithoutAKeyAreSplitByTheShares() {
    FleetBuilder fleet = sides();
    List<FakeEndpoint> endpoints = fleet.endpoints();

    double third = 0.7 / 3;
    ChiSquare.assertFits(
        count(fleet.picker(SPLIT, endpoints), endpoints),
        new double[] {third, third, third, 0.125, 0.125, 0.05, 0, 0, 0, 0});
  }

  @Test
  void requestsWithAKeyAreSplitByTheSharesAndStayOnTheirSide() {
    FleetBuilder fleet = sides();
    Picker picker = fleet.picker(SPLIT);
    long[] counts = new long[3];
    for (int i = 0; i < 50_000; i++) {
      RequestContext request = RequestContext.forKey("user-" + i);
      String side = side(pick(picker, request));
      assertEquals(side, side(pick(picker, request)));
      counts[Integer.parseInt(side) - 1]++;
    }
    ChiSquare.assertFits(counts, new double[] {0.7, 0.25, 0.05});
  }

  private static String side(Endpoint endpoint) {
    return endpoint.instance().metadata().get("v");
  }

  @Test
  void aShareThatGrowsTakesKeysAndMovesNoOthers() {
    Picker before = sides().picker(SPLIT);
    Picker after = sides().picker(Routing.none().split("v", Map.of("1", 0.7, "2", 0.25, "3", 0.1)));
    int moved = 0;
    for (int i = 0; i < 20_000; i++) {
      RequestContext request = RequestContext.forKey("user-" + i);
      String was = side(pick(before, request));
      String is = side(pick(after, request));
      if (!was.equals(is)) {
        assertEquals("3", is);
        moved++;
      }
    }
    double expected = 20_000 * (0.1 / 1.05 - 0.05);
    assertEquals(expected, moved, 5 * Math.sqrt(expected));
  }

  @Test
  void aSideThatMayNotServeLeavesItsShareToTheOthersInProportion() {
    FleetBuilder fleet =
        new FleetBuilder().down(3, null, "v", "1").up(1, null, "v", "2").up(1, null, "v", "3");
    List<FakeEndpoint> endpoints = fleet.endpoints();

    ChiSquare.assertFits(
        count(fleet.picker(SPLIT, endpoints), endpoints), new double[] {0, 0, 0, 0.25, 0.05});
  }

  @Test
  void aSideThatIsExcludedLeavesItsShareToTheOthersInProportion() {
    FleetBuilder fleet = sides();
    List<FakeEndpoint> endpoints = fleet.endpoints();
    Picker picker = fleet.picker(SPLIT, endpoints);
    Exclusions excluded = excluding(endpoints, 0, 1, 2);
    long[] drawn = new long[2];
    long[] keyed = new long[2];
    for (int i = 0; i < 20_000; i++) {
      drawn[side(picker.pick(EMPTY, excluded, 0)).equals("2") ? 0 : 1]++;
      RequestContext request = RequestContext.forKey("user-" + i);
      String side = side(picker.pick(request, excluded, 0));
      keyed[side.equals("2") ? 0 : 1]++;
      String usual = side(pick(picker, request));
      assertTrue(usual.equals("1") || usual.equals(side), "others do not move");
    }
    ChiSquare.assertFits(drawn, new double[] {0.25, 0.05});
    ChiSquare.assertFits(keyed, new double[] {0.25, 0.05});
    assertNull(picker.pick(EMPTY, excluding(endpoints, 0, 1, 2, 3, 4, 5), 0));
  }

  @Test
  void extremeSharesAreDrawnByAndHashedBy() {
    FleetBuilder fleet = sides();
    Picker picker =
        fleet.picker(Routing.none().split("v", Map.of("1", 1e308, "2", 1e308, "3", 1e-300)));
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(side(pick(picker)));
      seen.add(side(pick(picker, RequestContext.forKey("user-" + i))));
    }
    assertEquals(Set.of("1", "2"), seen);
  }

  @Test
  void aSubsetIsSplitToo() {
    FleetBuilder fleet =
        new FleetBuilder()
            .up(1, null, "tenant", "x", "v", "1")
            .up(1, null, "tenant", "x", "v", "2")
            .up(1, null, "tenant", "y", "v", "1")
            .up(1, null, "tenant", "z", "v", "9")
            .up(5, null, "v", "2");
    List<FakeEndpoint> endpoints = fleet.endpoints();
    Routing routing = Routing.none().strictSubset("tenant").split("v", Map.of("1", 0.9, "2", 0.1));
    Picker picker = fleet.picker(routing, endpoints);
    long[] counts = new long[2];
    for (int i = 0; i < 20_000; i++) {
      counts[endpoints.indexOf(pick(picker, hint("tenant", "x")))]++;
    }
    ChiSquare.assertFits(counts, new double[] {0.9, 0.1});
    assertEquals(Set.of("2"), served(picker, hint("tenant", "y")));
    assertEquals(Set.of("nobody"), served(picker, hint("tenant", "z")), "on no side");
  }

  @Test
  void everyGroupGoesOnWithItsOwnPreviousPicker() {
    FleetBuilder fleet = versions();
    List<FakeEndpoint> endpoints = fleet.endpoints();
    Map<Picker, List<Endpoint>> listOf = new IdentityHashMap<>();
    List<String> handedOn = new ArrayList<>();
    Selector selector =
        (candidates, previous) -> {
          List<Endpoint> list = endpointsOf(candidates);
          handedOn.add(list.equals(listOf.get(previous)) ? "own" : String.valueOf(previous));
          Picker made = (request, excluded, now) -> list.get(0);
          listOf.put(made, list);
          return made;
        };
    RandomSource random = RandomSource.seeded(1);
    RoutePlan plan = fleet.plan(Routing.none().subset("v").subset("stage"));
    Picker first = RoutePickers.prepare(plan, selector, endpoints, random, null);
    assertEquals(List.of("null", "null", "null", "null", "null"), handedOn);
    handedOn.clear();
    Picker second = RoutePickers.prepare(plan, selector, endpoints, random, first);
    assertEquals(List.of("own", "own", "own", "own", "own"), handedOn);

    handedOn.clear(); // back to no subsets: the picker of all goes on
    RoutePickers.prepare(fleet.plan(Routing.none()), selector, endpoints, random, second);
    assertEquals(List.of("own"), handedOn);
  }

  private static List<Endpoint> endpointsOf(Candidates candidates) {
    List<Endpoint> list = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      list.add(candidates.endpoint(i));
    }
    return list;
  }

  @Test
  void roundRobinKeepsItsTurnInEveryGroup() {
    FleetBuilder fleet = new FleetBuilder().up(3, null, "v", "1").up(3, null, "v", "2");
    List<FakeEndpoint> endpoints = fleet.endpoints();
    RoutePlan plan = fleet.plan(Routing.none().subset("v"));
    Picker picker = null;
    Map<Endpoint, Integer> counts = new IdentityHashMap<>();
    for (int round = 0; round < 300; round++) {
      picker =
          RoutePickers.prepare(
              plan, Selectors.roundRobin(), endpoints, RandomSource.seeded(1), picker);
      counts.merge(pick(picker, hint("v", "2")), 1, Integer::sum);
    }
    assertEquals(List.of(100, 100, 100), List.copyOf(counts.values()));
  }

  @Test
  void anEmptyFleetServesNobody() {
    for (Routing routing :
        List.of(
            Routing.none(),
            SPLIT,
            SPLIT.subset("v").zone("a"),
            Routing.none().subset("v").noSubsetFallback().clientSubset(3, "me"))) {
      Picker picker = new FleetBuilder().picker(routing);
      assertNull(pick(picker));
      assertNull(pick(picker, hint("v", "1")));
      assertNull(pick(picker, RequestContext.forKey("k")));
    }
  }

  @Test
  void equalSeedsGiveEqualPicks() {
    Routing routing = SPLIT.subset("v").panicThreshold(0.5);
    FleetBuilder fleet = sides();
    List<FakeEndpoint> endpoints = fleet.endpoints();
    Picker one = fleet.picker(routing, endpoints);
    Picker other = fleet.picker(routing, endpoints);
    for (int i = 0; i < 1_000; i++) {
      RequestContext request = i % 3 == 0 ? RequestContext.forKey("k" + i) : EMPTY;
      Endpoint picked = pick(one, request);
      assertNotNull(picked);
      assertSame(picked, pick(other, request));
    }
  }
}
