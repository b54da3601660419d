package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static dev.steelyard.lb.select.Strategy.excluding;
import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every hashing strategy promises. */
@Timeout(60)
class HashingContractTest {

  static Stream<Arguments> all() {
    return HashedFleet.all();
  }

  private static Picker over(Selector selector, List<FakeEndpoint> fleet, double... weights) {
    double[] all = weights.length == 0 ? equal(fleet.size()) : weights;
    return selector.prepare(Candidates.of(fleet, all, RandomSource.seeded(7)), null);
  }

  private static RequestContext request(int i) throws Exception {
    return RequestContext.forKey("user-" + i)
        .withClientAddress(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
  }

  @ParameterizedTest
  @MethodSource("all")
  void anEmptyListGivesNull(Selector selector) throws Exception {
    // Vert.x: consistent hashing threw NoSuchElementException on an empty list.
    Picker picker = over(selector, List.of());

    assertNull(pick(picker));
    assertNull(picker.pick(request(1), Exclusions.none(), 0));
    assertNull(pick(picker, Exclusions.none().plus(new FakeEndpoint(0))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void oneInstanceIsAlwaysPicked(Selector selector) throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(1);
    fleet.get(0).inFlight.set(1_000);
    for (double weight : new double[] {Double.MIN_VALUE, 1e-300, 1, 1e308}) {
      Picker picker = over(selector, fleet, weight);
      for (int i = 0; i < 100; i++) {
        assertSame(fleet.get(0), pick(picker));
        assertSame(fleet.get(0), picker.pick(request(i), Exclusions.none(), 0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void allExcludedGivesNullAndAllButOneGivesThatOne(Selector selector) throws Exception {
    for (int size : new int[] {1, 2, 9, 40, 300}) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(size);
      double[] uneven = equal(size);
      uneven[0] = 1e-12;
      for (double[] weights : List.of(equal(size), uneven)) {
        Picker picker = over(selector, fleet, weights);
        assertNull(pick(picker, excluding(fleet)));
        Set<String> ids = Set.copyOf(fleet.stream().map(FakeEndpoint::toString).toList());
        assertNull(picker.pick(request(1), Exclusions.of(ids), 0));
        Exclusions others = excluding(fleet.subList(1, size));
        for (int i = 0; i < 20; i++) {
          assertSame(fleet.get(0), picker.pick(request(i), others, 0));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void anExcludedInstanceIsNeverPickedAndTheOthersAre(Selector selector) throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(6);
    for (double[] weights : List.of(equal(6), new double[] {1000, 1000, 1, 1, 1, 1})) {
      Picker picker = over(selector, fleet, weights);
      Exclusions excluded =
          Exclusions.of(Set.of("host-0:80", "host-5:80", "gone:80")).plus(fleet.get(1));
      Set<Object> seen = new HashSet<>();
      for (int i = 0; i < 3_000; i++) {
        Endpoint picked = picker.pick(request(i), excluded, 0);
        assertFalse(excluded.contains(picked), () -> "picked " + picked);
        assertSame(picked, picker.pick(request(i), excluded, 0), "a retry is repeatable");
        seen.add(picked);
      }
      if (!selector.toString().matches(".*\\(1?, ?2\\)|.*\\(2\\)")) { // two points know two others
        assertEquals(Set.copyOf(fleet.subList(2, 5)), seen);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theOrderOfRegistrationHasNoSay(Selector selector) throws Exception {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(50);
    double[] weights = new double[50];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      weights[i] = 1 + i % 7 / 3.0;
      order.add(i);
    }
    Picker picker = over(selector, fleet, weights);
    for (int shuffle = 0; shuffle < 3; shuffle++) {
      Collections.shuffle(order, new Random(shuffle));
      List<FakeEndpoint> shuffled = order.stream().map(fleet::get).toList();
      double[] theirs = order.stream().mapToDouble(i -> weights[i]).toArray();
      Picker other = over(selector, shuffled, theirs);
      Exclusions excluded = Exclusions.none().plus(fleet.get(shuffle));
      for (int i = 0; i < 2_000; i++) {
        assertSame(
            picker.pick(request(i), Exclusions.none(), 0),
            other.pick(request(i), Exclusions.none(), 0));
        assertSame(picker.pick(request(i), excluded, 0), other.pick(request(i), excluded, 0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void weightsOfAnySizeArePossible(Selector selector) throws Exception {
    for (double[] weights :
        List.of(
            new double[] {1e308, 1e308, 5e307},
            new double[] {1e300, 1e-300, 1},
            new double[] {Double.MIN_VALUE, Double.MAX_VALUE, Double.MIN_VALUE},
            new double[] {Double.MIN_VALUE, Double.MIN_VALUE, Double.MIN_VALUE})) {
      List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
      Picker picker = over(selector, fleet, weights);
      for (int i = 0; i < 200; i++) {
        assertNotNull(picker.pick(request(i), Exclusions.none(), 0));
        assertNotNull(picker.pick(request(i), Exclusions.none().plus(fleet.get(1)), 0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aRequestThatBringsNothingGoesAnywhere(Selector selector) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    Picker picker = over(selector, fleet);
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      seen.add(pick(picker));
    }
    boolean isOneSided = pickAll(picker).size() == 1; // of two points both may be one's
    assertEquals(isOneSided ? 1 : 2, seen.size());
  }

  private static Set<Object> pickAll(Picker picker) {
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(
          picker.pick(RequestContext.empty().withKeyHash(SplitMix.mix(i)), Exclusions.none(), 0));
    }
    return seen;
  }

  @Test
  void aReadyHashIsUsedAsItIs() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    for (Selector selector :
        List.of(Selectors.ringHash(), Selectors.maglev(), Selectors.rendezvous())) {
      HashingPicker picker = HashedFleet.over(selector, fleet);
      for (int i = 0; i < 500; i++) {
        RequestContext byKey = RequestContext.forKey("key-" + i);
        long hash = HashFunction.xxHash64().hash("key-" + i, 0);
        Endpoint owner = picker.pick(byKey, Exclusions.none(), 0);
        assertSame(owner, HashedFleet.pick(picker, hash));
        RequestContext both = RequestContext.forKey("another").withKeyHash(hash);
        assertSame(owner, picker.pick(both, Exclusions.none(), 0), "the hash has precedence");
      }
    }
  }

  @Test
  void theTablesAreThoseOfEnvoy() {
    List<FakeEndpoint> two = HashedFleet.fleet("127.0.0.1:90", "127.0.0.1:91");
    HashingPicker maglev = HashedFleet.over(Selectors.maglev(17), two, 1, 2);
    int[] slots = {1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1};
    for (int slot = 0; slot < 17; slot++) {
      assertSame(two.get(slots[slot]), HashedFleet.pick(maglev, slot));
    }
    List<FakeEndpoint> six = new ArrayList<>();
    for (int port = 90; port < 96; port++) {
      six.add(new FakeEndpoint(Instance.of("127.0.0.1:" + port)));
    }
    HashingPicker ring = HashedFleet.over(Selectors.ringHash(12, 8_388_608), six);
    assertSame(six.get(4), HashedFleet.pick(ring, 0));
    assertSame(six.get(4), HashedFleet.pick(ring, -1));
    assertSame(six.get(5), HashedFleet.pick(ring, 3551244743356806947L));
    assertSame(six.get(3), HashedFleet.pick(ring, 3551244743356806948L));
    long late = Long.parseUnsignedLong("16117243373044804880"); // negative if signed
    assertSame(six.get(0), HashedFleet.pick(ring, late));
  }

  @Test
  void theKeyOfAnInstanceIsItsAddressUnlessItSaysOtherwise() {
    assertEquals(
        "10.0.0.1:80", KeyedEndpoints.defaultKey(Instance.of("http://10.0.0.1").withId("x")));
    assertEquals("h:443", KeyedEndpoints.defaultKey(Instance.of("https://H/base")));
    assertEquals("[::1]:8080", KeyedEndpoints.defaultKey(Instance.of("http://[::1]:8080")));
    assertEquals("h", KeyedEndpoints.defaultKey(Instance.of("thrift://h")));
    assertEquals("k", KeyedEndpoints.defaultKey(Instance.of("h:1").withMetadata("hash_key", "k")));
  }

  @Test
  void anotherKeyOfInstancesGivesAnotherTable() {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(10);
    Selector byId = Selectors.maglev(65_537, HashFunction.xxHash64(), i -> "id " + i.id());
    assertNotEquals(
        List.of(HashedFleet.owners(HashedFleet.over(Selectors.maglev(), fleet), 100)),
        List.of(HashedFleet.owners(HashedFleet.over(byId, fleet), 100)));
    Selector none = Selectors.maglev(65_537, HashFunction.xxHash64(), i -> null);
    NullPointerException refusal =
        assertThrows(NullPointerException.class, () -> HashedFleet.over(none, fleet));
    assertEquals("hash key of host-0:80", refusal.getMessage());
  }

  @Test
  void instancesOfOneKeyAreToldByTheirIds() {
    FakeEndpoint a = new FakeEndpoint(Instance.of("x:1").withId("a"));
    FakeEndpoint b = new FakeEndpoint(Instance.of("x:1").withId("b"));
    for (Selector selector : List.of(Selectors.ringHash(), Selectors.rendezvous())) {
      for (List<FakeEndpoint> fleet : List.of(List.of(a, b), List.of(b, a))) {
        HashingPicker picker = HashedFleet.over(selector, fleet);
        for (int i = 0; i < 100; i++) {
          assertSame(a, HashedFleet.pick(picker, SplitMix.mix(i)));
        }
        RequestContext request = RequestContext.forKey("k");
        assertSame(b, picker.pick(request, Exclusions.none().plus(a), 0), "it stands by");
      }
    }
  }

  @Test
  void badKnobsAreRefusedByName() {
    assertRefused("minimumSize: 0 (expected: 1..8388608)", () -> Selectors.ringHash(0, 5));
    assertRefused(
        "maximumSize: 8388609 (expected: 1..8388608)", () -> Selectors.ringHash(1, 8_388_609));
    assertRefused(
        "minimumSize: 9 (expected: at most maximumSize, 8)", () -> Selectors.ringHash(9, 8));
    for (int size : new int[] {-7, 0, 1, 65_536, 5_000_021}) {
      assertRefused(
          "tableSize: " + size + " (expected: a prime, at most 5000011)",
          () -> Selectors.maglev(size));
    }
    for (int slots : new int[] {-4, 0, 1, 3, 1 << 23, Integer.MIN_VALUE}) {
      assertRefused(
          "slots: " + slots + " (expected: a power of two, 2..4194304)",
          () -> Selectors.rendezvous(slots));
    }
    assertRefused("shards: 0 (expected: 1..1048576)", () -> Selectors.jumpHash(0, "s"));
    assertRefused("metadataKey: \" \" (expected: not blank)", () -> Selectors.jumpHash(1, " "));
    assertRefused("ipv4Prefix: 33 (expected: 1..32)", () -> Selectors.clientAddressHash(33, 1));
    assertRefused("ipv6Prefix: 0 (expected: 1..128)", () -> Selectors.clientAddressHash(1, 0));
    for (double factor : new double[] {0.999, Double.NaN, Double.POSITIVE_INFINITY, -1}) {
      assertRefused(
          "factor: " + factor + " (expected: finite and >= 1)",
          () -> Selectors.boundedLoad(Selectors.maglev(), factor));
    }
    for (Selector other : List.of(Selectors.random(), Selectors.boundedLoad(Selectors.maglev()))) {
      assertRefused(
          "hashing: "
              + other
              + " (expected: a ringHash, maglev, rendezvous or clientAddressHash of Selectors)",
          () -> Selectors.boundedLoad(other));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> Selectors.boundedLoad(Selectors.jumpHash(3, "shard")));
  }

  private static void assertRefused(String message, Runnable call) {
    String actual = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(actual.startsWith(message), actual);
  }

  @Test
  void theStrategiesSayWhatTheyAre() {
    assertEquals("ringHash", Selectors.ringHash().toString());
    assertEquals("ringHash(1, 2)", Selectors.ringHash(1, 2).toString());
    assertEquals("rendezvous(262144)", Selectors.rendezvous().toString());
    assertEquals("clientAddressHash(32, 128)", Selectors.clientAddressHash().toString());
    assertEquals(
        "boundedLoad(maglev(65537), 1.25)", Selectors.boundedLoad(Selectors.maglev()).toString());
    assertEquals("jumpHash(3, shard)", Selectors.jumpHash(3, "shard").toString());
  }
}
