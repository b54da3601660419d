package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.HashedFleet.fleet;
import static dev.steelyard.lb.select.HashedFleet.over;
import static dev.steelyard.lb.select.HashedFleet.slots;
import static dev.steelyard.lb.testing.Vectors.get;
import static dev.steelyard.lb.testing.Vectors.vector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.testing.Vectors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases of hashing that other projects' tests hold. Skipped unless {@code -Dsteelyard.shared=DIR}
 * names the directory that has them.
 */
@Timeout(60)
class HashingVectorsTest {
  private static final int ENVOY_MAXIMUM = 8_388_608;

  private static int integer(Map<String, Object> vector, String... path) {
    return Vectors.<Double>get(vector, path).intValue();
  }

  private static long unsigned(Map<String, Object> row, String name) {
    return Long.parseUnsignedLong(get(row, name));
  }

  private static int[] integers(Map<String, Object> vector, String... path) {
    List<Double> list = get(vector, path);
    return list.stream().mapToInt(Double::intValue).toArray();
  }

  private static double[] doubles(Map<String, Object> vector, String... path) {
    List<Double> list = get(vector, path);
    return list.stream().mapToDouble(value -> value).toArray();
  }

  private static List<FakeEndpoint> envoyHosts(int size, int firstPort) {
    return fleet(
        IntStream.range(0, size)
            .mapToObj(i -> "127.0.0.1:" + (firstPort + i))
            .toArray(String[]::new));
  }

  private static int port(HashingPicker picker, long hash) {
    return HashedFleet.pick(picker, hash).instance().port();
  }

  // ---------------------------------------------------------------- hash_functions.json

  @ParameterizedTest
  @ValueSource(strings = {"xxhash64-strings", "xxhash64-request-keys", "murmur2-64a-strings"})
  void hashesOfStrings(String id) throws Exception {
    HashFunction function = id.startsWith("xx") ? HashFunction.xxHash64() : HashFunction.murmur2();
    List<Map<String, Object>> rows = get(vector("hash_functions.json", id), "expected");
    for (Map<String, Object> row : rows) {
      assertEquals(unsigned(row, "u64"), function.hash(get(row, "s"), 0), row::toString);
    }
  }

  @Test
  void xxhash64LoopingBytes() throws Exception {
    Map<String, Object> vector = vector("hash_functions.json", "xxhash64-looping-bytes");
    List<Map<String, Object>> rows = get(vector, "expected");
    int asText = 0;
    for (Map<String, Object> row : rows) {
      byte[] bytes = new byte[integer(row, "len")];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) j;
      }
      for (long seed : new long[] {0, 42}) {
        long expected = Long.parseUnsignedLong(get(row, "seed" + seed + "_hex"), 16);
        // Above 127 the bytes are no UTF-8: there they check the reference that the others meet.
        assertEquals(expected, HashFunctionPropertyTest.xxHash64(bytes, seed));
        if (bytes.length <= 128) {
          String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
          assertEquals(expected, HashFunction.xxHash64().hash(text, seed));
          asText++;
        }
      }
    }
    assertTrue(asText >= 20);
  }

  // --------------------------------------------------------------- ring_hash_table.json

  private static void assertRing(Map<String, Object> vector, HashingPicker picker) {
    RingTable ring = ((RingPicker) picker).ring();
    List<Map<String, Object>> rows = get(vector, "expected", "ring");
    assertEquals(rows.size(), ring.size());
    for (int place = 0; place < rows.size(); place++) {
      Map<String, Object> row = rows.get(place);
      assertEquals(unsigned(row, "hash"), ring.point(place));
      Instance owner = picker.members.endpoints[ring.owner(place)].instance();
      String name = owner.metadata().getOrDefault("hash_key", "" + owner.port());
      assertEquals("" + integer(row, "host"), name);
    }
  }

  private static void assertLookUps(List<Map<String, Object>> rows, HashingPicker picker) {
    for (Map<String, Object> row : rows) {
      Instance owner = HashedFleet.pick(picker, unsigned(row, "hash")).instance();
      String name = owner.metadata().getOrDefault("hash_key", "" + owner.port());
      assertEquals("" + integer(row, "host"), name, row::toString);
    }
  }

  @Test
  void envoyRingOfSixHosts() throws Exception {
    HashingPicker picker = over(Selectors.ringHash(12, ENVOY_MAXIMUM), envoyHosts(6, 90));

    assertRing(vector("ring_hash_table.json", "basic-6x2"), picker);
    assertLookUps(get(vector("ring_hash_table.json", "basic-lookups"), "expected"), picker);
  }

  @Test
  void envoyRingByMurmur2() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "murmur-6x2");
    Selector selector = Selectors.ringHash(12, ENVOY_MAXIMUM, HashFunction.murmur2(), Instance::id);
    HashingPicker picker = over(selector, envoyHosts(6, 80));

    assertRing(vector, picker);
    assertLookUps(get(vector, "expected", "lookups"), picker);
  }

  @Test
  void envoyRingOfKeysFromTheMetadata() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "hostname-keys-6x2");
    List<String> keys = get(vector, "input", "keys");
    List<FakeEndpoint> fleet =
        keys.stream()
            .map(key -> Instance.of("10.0.0.1:80").withId("i" + key).withMetadata("hash_key", key))
            .map(FakeEndpoint::new)
            .toList();
    HashingPicker picker = over(Selectors.ringHash(12, ENVOY_MAXIMUM), fleet);

    assertRing(vector, picker);
    assertLookUps(get(vector, "expected", "lookups"), picker);
  }

  @ParameterizedTest
  @ValueSource(strings = {"uneven-min3-two-hosts", "uneven-after-host-swap"})
  void envoyRingWhoseMinimumIsNoMultiple(String id) throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", id);
    List<String> hosts = get(vector, "input", "hosts");
    HashingPicker picker =
        over(Selectors.ringHash(3, ENVOY_MAXIMUM), fleet(hosts.toArray(new String[0])));

    assertRing(vector, picker);
    Map<String, Object> lookup = get(vector, "expected", "lookup");
    assertLookUps(List.of(lookup), picker);
  }

  @Test
  void envoyRingByWeight() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "host-and-locality-large");
    double[] weights = {1, 2, 2, 4}; // of 9
    List<String> given = get(vector, "input", "effective_weights");
    assertEquals(List.of("1/9", "2/9", "2/9", "4/9"), given);
    List<FakeEndpoint> fleet = envoyHosts(4, 90);
    int minimum = integer(vector, "input", "min_ring_size");
    HashingPicker picker = over(Selectors.ringHash(minimum, ENVOY_MAXIMUM), fleet, weights);

    assertArrayEquals(integers(vector, "expected", "entries"), points(picker));
    assertArrayEquals(integers(vector, "expected", "probe_counts"), probe(picker, 9_000));
  }

  private static int[] points(HashingPicker picker) {
    RingTable ring = ((RingPicker) picker).ring();
    int[] counts = new int[picker.members.size()];
    for (int place = 0; place < ring.size(); place++) {
      counts[ring.owner(place)]++;
    }
    return counts;
  }

  private static int[] probe(HashingPicker picker, int probes) {
    int[] counts = new int[picker.members.size()];
    long step = Long.divideUnsigned(-1L, probes);
    for (int i = 0; i < probes; i++) {
      counts[picker.owner(i * step)]++;
    }
    return counts;
  }

  @Test
  void envoyRingWithFewerPointsThanHosts() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "small-fractional-scale");
    int maximum = integer(vector, "input", "max_ring_size");
    HashingPicker picker =
        over(Selectors.ringHash(1, maximum), envoyHosts(integer(vector, "input", "hosts"), 90));

    int[] points = points(picker);
    assertEquals(integer(vector, "expected", "size"), Arrays.stream(points).sum());
    assertEquals(
        integer(vector, "expected", "min_per_host"), Arrays.stream(points).min().orElseThrow());
    assertEquals(
        integer(vector, "expected", "max_per_host"), Arrays.stream(points).max().orElseThrow());
    assertEquals(
        integer(vector, "expected", "hosts_without_entries"),
        Arrays.stream(points).filter(count -> count == 0).count());
  }

  @Test
  void envoyRingWithAFractionOfAPoint() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "large-fractional-scale");
    Selector selector =
        Selectors.ringHash(
            integer(vector, "input", "min_ring_size"), integer(vector, "input", "max_ring_size"));
    HashingPicker picker = over(selector, envoyHosts(integer(vector, "input", "hosts"), 90));

    int[] points = points(picker);
    Arrays.sort(points);
    assertArrayEquals(integers(vector, "expected", "entries_sorted"), points);
    int[] probed = probe(picker, 1_023);
    assertEquals(integer(vector, "expected", "probe_counts", "90"), probed[0]);
    assertEquals(integer(vector, "expected", "probe_counts", "91"), probed[1]);
  }

  @Test
  void envoyRingOfBadBounds() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "bad-bounds");
    int minimum = integer(vector, "input", "min_ring_size");
    int maximum = integer(vector, "input", "max_ring_size");
    assertThrows(IllegalArgumentException.class, () -> Selectors.ringHash(minimum, maximum));
  }

  @Test
  void noWeightNoPick() throws Exception {
    // Who has no weight is no candidate: what is left of these cases is an empty list.
    assertEquals(
        "null",
        get(vector("ring_hash_table.json", "all-zero-locality-weights"), "expected", "pick"));
    assertEquals(
        "null", get(vector("rendezvous.json", "zero-locality-weights"), "expected", "pick"));
    assertEquals("null", get(vector("maglev_table.json", "envoy-no-host"), "expected", "pick"));
    assertEquals("null", get(vector("bounded_load.json", "no-hosts"), "expected", "pick"));
    for (Selector selector :
        List.of(
            Selectors.ringHash(),
            Selectors.rendezvous(),
            Selectors.maglev(),
            Selectors.boundedLoad(Selectors.maglev()))) {
      Candidates nobody = Candidates.of(List.of(), new double[0], RandomSource.seeded(1));
      assertNull(HashedFleet.pick(selector.prepare(nobody, null), 1));
    }
  }

  @Test
  void grpcRingByWeight() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "grpc-java-weights-1-10-100");
    double[] weights = doubles(vector, "input", "weights");
    double[] counts = new double[3];
    int fleets = 20; // with a hundred points the lightest is off by a tenth in any one
    for (int salt = 0; salt < fleets; salt++) {
      HashingPicker picker =
          over(Selectors.ringHash(10_000, 100_000), HashedFleet.fleet(3, salt), weights);
      for (int i = 0; i < integer(vector, "input", "requests"); i++) {
        counts[picker.owner(HashFunction.xxHash64().hash("request-" + i, 0))]++;
      }
    }
    double tolerance = get(vector, "expected", "ratio_tolerance");
    assertEquals(weights[0] / weights[1], counts[0] / counts[1], tolerance);
    assertEquals(weights[1] / weights[2], counts[1] / counts[2], tolerance);
  }

  @Test
  void grpcRingSize() throws Exception {
    Map<String, Object> vector = vector("ring_hash_table.json", "grpc-go-ring-size");
    Map<String, Double> weights = get(vector, "input", "weights");
    double[] given = {weights.get("a"), weights.get("b"), weights.get("c")};
    for (int minimum : integers(vector, "input", "min_in")) {
      for (int maximum : integers(vector, "input", "max_in")) {
        HashingPicker picker =
            over(Selectors.ringHash(minimum, maximum), fleet("a:1", "b:1", "c:1"), given);
        int[] points = points(picker);
        int size = Arrays.stream(points).sum();
        assertTrue(size >= minimum && size <= maximum);
        for (int i = 0; i < 3; i++) {
          double share = given[i] / 10;
          double got = (double) points[i] / size;
          double limit = get(vector, "expected", "relative_weight_error_lt");
          // Relative to the mean of both: 3 of 8 points are a quarter above a share of 0.3.
          assertEquals(share, got, limit * (share + got) / 2);
        }
      }
    }
  }

  // -------------------------------------------------------------- ring_hash_states.json

  @Test
  void grpcRingOfThreePointsByKey() throws Exception {
    Map<String, Object> vector = vector("ring_hash_states.json", "request-hash-header");
    List<String> given = get(vector, "input", "ring_points");
    long[] points = given.stream().mapToLong(Long::parseUnsignedLong).toArray();
    RingTable ring = new RingTable(points, new int[] {0, 1, 2});
    RequestHash hash = RequestHash.ofKey(HashFunction.xxHash64());
    RandomSource zero = () -> integerOf(vector, "random_source");
    List<Map<String, Object>> rows = get(vector, "expected");
    assertEquals(4, rows.size());
    RequestContext none = RequestContext.empty();
    RequestContext one = RequestContext.forKey("some-value");
    RequestContext two = RequestContext.forKey(get(rows.get(3), "joined"));
    assertEquals(integer(rows.get(0), "index"), ring.owner(ring.find(hash.of(none, zero))));
    assertEquals(integer(rows.get(2), "index"), ring.owner(ring.find(hash.of(one, zero))));
    assertEquals(integer(rows.get(3), "index"), ring.owner(ring.find(hash.of(two, zero))));
  }

  private static long integerOf(Map<String, Object> vector, String name) {
    return integer(vector, "input", name);
  }

  @Test
  void grpcRingGoesOnWhereAnEndpointFails() throws Exception {
    Map<String, Object> vector = vector("ring_hash_states.json", "pick-first-two");
    List<Map<String, Object>> rows = get(vector, "expected");
    List<FakeEndpoint> fleet = fleet("a:1", "b:1");
    HashingPicker picker = over(Selectors.ringHash(), fleet);
    int checked = 0;
    for (Map<String, Object> row : rows) {
      List<String> states = get(row, "states");
      // What failed is excluded or no candidate; that something is connecting is not known here.
      if (Set.of("READY", "TRANSIENT_FAILURE").containsAll(states)) {
        long hash = 0;
        while (HashedFleet.pick(picker, hash) != fleet.get(0)) {
          hash = SplitMix.mix(hash + 1);
        }
        Exclusions excluded = Exclusions.none();
        for (int i = 0; i < 2; i++) {
          excluded = states.get(i).equals("READY") ? excluded : excluded.plus(fleet.get(i));
        }
        RequestContext request = RequestContext.empty().withKeyHash(hash);
        Endpoint picked = picker.pick(request, excluded, 0);
        String result = get(row, "result");
        assertEquals(
            result.startsWith("use") ? result : "null",
            picked == null ? "null" : "use " + fleet.indexOf(picked));
        checked++;
      }
    }
    assertEquals(2, checked);
  }

  // ------------------------------------------------------------------ maglev_table.json

  @Test
  void envoyMaglevByWeight() throws Exception {
    Map<String, Object> vector = vector("maglev_table.json", "envoy-weighted-1-2");
    List<String> hosts = get(vector, "input", "hosts");
    HashingPicker picker =
        over(
            Selectors.maglev(integer(vector, "input", "M")),
            fleet(hosts.toArray(new String[0])),
            doubles(vector, "input", "weights"));
    int[] expected = integers(vector, "expected", "table_host_index");
    for (int slot = 0; slot < expected.length; slot++) {
      assertEquals(90 + expected[slot], port(picker, slot));
      assertEquals(90 + expected[slot], port(picker, slot + 17L * 1_000_000_007));
    }
  }

  @Test
  void envoyMaglevLopsided() throws Exception {
    Map<String, Object> vector = vector("maglev_table.json", "envoy-lopsided");
    int hosts = integer(vector, "input", "hosts");
    double[] weights = new double[hosts];
    Arrays.fill(weights, 1.0 / (hosts - 1));
    weights[0] = 127;
    MaglevPicker picker =
        (MaglevPicker)
            over(
                Selectors.maglev(integer(vector, "input", "M")),
                HashedFleet.fleet(hosts, 0),
                weights);
    int[] slots = slots(picker.table(), hosts);
    Arrays.sort(slots);
    assertEquals(integer(vector, "expected", "heavy_host_entries"), slots[hosts - 1]);
    assertEquals(integer(vector, "expected", "each_light_host_entries"), slots[0]);
    assertEquals(integer(vector, "expected", "each_light_host_entries"), slots[hosts - 2]);
  }

  @Test
  void envoyMaglevSizes() throws Exception {
    int composite = integer(vector("maglev_table.json", "envoy-non-prime"), "input", "M");
    assertThrows(IllegalArgumentException.class, () -> Selectors.maglev(composite));
    Map<String, Object> vector = vector("maglev_table.json", "envoy-default-M");
    assertEquals(integer(vector, "expected", "M"), Selectors.DEFAULT_MAGLEV_SIZE);
    int most = integer(vector, "expected", "max_allowed");
    assertEquals("maglev(" + most + ")", Selectors.maglev(most).toString());
    assertThrows(IllegalArgumentException.class, () -> Selectors.maglev(5_000_077)); // a prime
  }

  @Test
  void katranMaglevByWeight() throws Exception {
    Map<String, Object> vector = vector("maglev_table.json", "katran-weighted-2-1-1");
    MaglevPicker picker =
        (MaglevPicker)
            over(
                Selectors.maglev(integer(vector, "input", "M")),
                fleet("a:1", "b:1", "c:1"),
                doubles(vector, "input", "weights"));
    int[] slots = slots(picker.table(), 3);
    Arrays.sort(slots);
    // Envoy's rule, followed here, gives everybody a turn in the first round, katran's later.
    assertEquals(integer(vector, "expected", "max_minus_min_entries"), slots[2] - slots[0], 1);

    vector = vector("maglev_table.json", "katran-weighted-2-1-M7");
    picker =
        (MaglevPicker)
            over(
                Selectors.maglev(integer(vector, "input", "M")),
                fleet("a:1", "b:1"),
                doubles(vector, "input", "weights"));
    int[] theirs = integers(vector, "expected", "cumulative_rule_counts");
    int[] ours = slots(picker.table(), 2);
    assertEquals(theirs[0] - 1, ours[0], "a turn less, see above");
    assertEquals(theirs[1] + 1, ours[1]);
  }

  @Test
  void katranMaglevOfOne() throws Exception {
    int size = integer(vector("maglev_table.json", "katran-edge"), "input", "M");
    MaglevPicker one = (MaglevPicker) over(Selectors.maglev(size), fleet("a:1"));
    assertArrayEquals(new int[] {size}, slots(one.table(), 1));
    assertEquals(0, ((MaglevPicker) over(Selectors.maglev(size), List.of())).table().size());
  }

  // -------------------------------------------------------------------- rendezvous.json

  @ParameterizedTest
  @ValueSource(strings = {"weights-1-2-3", "locality-1-2-3-0"})
  void envoyRendezvousByWeight(String id) throws Exception {
    Map<String, Object> vector = vector("rendezvous.json", id);
    HashingPicker picker = over(Selectors.rendezvous(), fleet("a:1", "b:1", "c:1"), 1, 2, 3);
    int[] counts = new int[3];
    for (int i = 0; i < integer(vector, "input", "requests"); i++) {
      counts[picker.owner(i)]++;
    }
    List<List<Double>> between = get(vector, "expected", "counts_between");
    for (int i = 0; i < 3; i++) {
      assertTrue(counts[i] >= between.get(i).get(0) && counts[i] <= between.get(i).get(1));
    }
  }

  @Test
  void envoyRendezvousAddOne() throws Exception {
    Map<String, Object> vector = vector("rendezvous.json", "add-one");
    int keys = integer(vector, "input", "keys");
    List<FakeEndpoint> fleet = HashedFleet.fleet(4, 1);
    HashingPicker before = over(Selectors.rendezvous(), fleet.subList(0, 3));
    HashingPicker after = over(Selectors.rendezvous(), fleet);
    int changed = 0;
    for (int i = 0; i < keys; i++) {
      Endpoint now = HashedFleet.pick(after, i);
      if (HashedFleet.pick(before, i) != now) {
        assertSame(fleet.get(3), now);
        changed++;
      }
    }
    assertTrue(changed < integer(vector, "expected", "changed_lt"), "changed " + changed);
  }

  @Test
  void envoyRendezvousIsRepeatable() throws Exception {
    Map<String, Object> vector = vector("rendezvous.json", "same-key-same-host");
    int key = integer(vector, "input", "key");
    List<FakeEndpoint> fleet = HashedFleet.fleet(integer(vector, "input", "hosts"), 2);
    Endpoint first = HashedFleet.pick(over(Selectors.rendezvous(), fleet), key);
    for (int i = 1; i < fleet.size(); i++) {
      java.util.Collections.rotate(fleet, 1);
      HashingPicker picker = over(Selectors.rendezvous(), fleet);
      assertSame(first, HashedFleet.pick(picker, key));
      assertSame(first, HashedFleet.pick(picker, key));
    }
  }

  @Test
  void envoyRendezvousTheHeavierWins() throws Exception {
    Map<String, Object> vector = vector("rendezvous.json", "weight-dominance");
    HashingPicker picker =
        over(Selectors.rendezvous(), fleet("a:1", "b:1"), doubles(vector, "input", "weights"));
    int wins = 0;
    for (int i = 0; i < integer(vector, "input", "trials"); i++) {
      wins += picker.owner(i);
    }
    assertTrue(wins > integer(vector, "expected", "higher_weight_wins_gt"), "won " + wins);
  }

  // --------------------------------------------------------------------- jump_hash.json

  @ParameterizedTest
  @ValueSource(strings = {"guava-golden-11", "guava-golden-100001"})
  void guavaJump(String id) throws Exception {
    Map<String, Object> vector = vector("jump_hash.json", id);
    List<Object> keys = get(vector, "input", "keys");
    int[] expected = integers(vector, "expected");
    for (int i = 0; i < expected.length; i++) {
      long key =
          keys.get(i) instanceof Double number
              ? number.longValue()
              : Long.parseLong((String) keys.get(i));
      assertEquals(expected[i], JumpHashSelector.bucket(key, integer(vector, "input", "n")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"go-jump-key1", "go-jump-deadbeef", "go-jump-0ddc0ffee"})
  void goJump(String id) throws Exception {
    Map<String, Object> vector = vector("jump_hash.json", id);
    Object given = get(vector, "input", "key");
    long key =
        given instanceof Double number
            ? number.longValue()
            : Long.parseUnsignedLong(((String) given).substring(2), 16);
    int[] expected = integers(vector, "expected");
    assertEquals(19, expected.length);
    for (int n = 1; n <= expected.length; n++) {
      assertEquals(expected[n - 1], JumpHashSelector.bucket(key, n));
    }
  }

  @Test
  void jumpOutOfRange() throws Exception {
    int shards = integer(vector("jump_hash.json", "out-of-range"), "input", "n");
    assertThrows(IllegalArgumentException.class, () -> Selectors.jumpHash(shards, "shard"));
  }

  // ------------------------------------------------------------------ bounded_load.json

  private static BoundedLoadPicker bounded(
      Selector hashing, double factor, List<FakeEndpoint> fleet) {
    Candidates candidates =
        Candidates.of(fleet, Strategy.equal(fleet.size()), RandomSource.seeded(7));
    return (BoundedLoadPicker) Selectors.boundedLoad(hashing, factor).prepare(candidates, null);
  }

  @Test
  void envoyBoundedLoadFollowsTheTableWhileThereIsRoom() throws Exception {
    int hosts = integer(vector("bounded_load.json", "none-overloaded"), "input", "hosts");
    List<FakeEndpoint> fleet = HashedFleet.fleet(hosts, 3);
    HashingPicker table = over(Selectors.maglev(), fleet);
    BoundedLoadPicker picker = bounded(Selectors.maglev(), 1.25, fleet);
    for (int i = 0; i < 1_000; i++) {
      assertSame(HashedFleet.pick(table, i), HashedFleet.pick(picker, i));
    }
  }

  @Test
  void envoyBoundedLoadSendsTheKeysOfAFullHostToDifferentOthers() throws Exception {
    // The order of the probes is Envoy's own (mt19937); that it depends on the key is not.
    vector("bounded_load.json", "one-overloaded");
    int hosts = integer(vector("bounded_load.json", "same-host-two-hashes"), "input", "hosts");
    List<FakeEndpoint> fleet = HashedFleet.fleet(hosts, 4);
    HashingPicker table = over(Selectors.maglev(), fleet);
    BoundedLoadPicker picker = bounded(Selectors.maglev(), 1.25, fleet);
    FakeEndpoint full = fleet.get(2);
    full.begin();
    Set<Endpoint> taken = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      if (HashedFleet.pick(table, i) == full) {
        Endpoint other = HashedFleet.pick(picker, i);
        assertNotSame(full, other);
        assertSame(other, HashedFleet.pick(picker, i), "a key overflows to the same host");
        taken.add(other);
      }
    }
    assertEquals(hosts - 1, taken.size());
  }

  @Test
  void envoyBoundedLoadTakesTheLeastOverloaded() throws Exception {
    Map<String, Object> vector = vector("bounded_load.json", "all-overloaded");
    Map<String, Double> factors = get(vector, "input", "overload_factors");
    List<FakeEndpoint> fleet =
        factors.keySet().stream().map(Instance::of).map(FakeEndpoint::new).toList();
    BoundedLoadPicker picker = bounded(Selectors.maglev(), 1, fleet);
    for (FakeEndpoint endpoint : fleet) {
      // Untold, so that nobody has room, which otherwise cannot be.
      endpoint.inFlight.set((int) (factors.get(endpoint.instance().host()) * 100));
    }
    String expected = get(vector, "expected", "pick");
    for (int i = 0; i < 100; i++) {
      assertEquals(expected, HashedFleet.pick(picker, i).instance().host());
    }
  }

  @Test
  void envoyBalanceFactors() throws Exception {
    Map<String, Object> vector = vector("bounded_load.json", "config-min");
    List<String> accepted = get(vector, "expected", "accepted");
    double[] factors = doubles(vector, "input", "hash_balance_factor");
    for (int i = 0; i < factors.length; i++) {
      double factor = factors[i] / 100;
      if (accepted.get(i).equals("ok")) {
        Selectors.boundedLoad(Selectors.maglev(), factor);
      } else { // off is to leave it away
        assertThrows(
            IllegalArgumentException.class,
            () -> Selectors.boundedLoad(Selectors.maglev(), factor));
      }
    }
  }

  @Test
  void averageLoadIsNoIntegerDivision() throws Exception {
    // consistent#13 and #16: an integer division made the bound 0, and there was no room at all.
    List<Map<String, Object>> rows = get(vector("bounded_load.json", "avg-load"), "expected");
    for (Map<String, Object> row : rows) {
      double factor = get(row, "load");
      if (factor < 1) {
        assertThrows(
            IllegalArgumentException.class,
            () -> Selectors.boundedLoad(Selectors.maglev(), factor));
        continue;
      }
      List<FakeEndpoint> fleet = HashedFleet.fleet(integer(row, "members"), 5);
      BoundedLoadPicker picker = bounded(Selectors.maglev(), factor, fleet);
      int cap = integer(row, "cap");
      int partitions = integer(row, "partitions");
      for (int i = 0; i < partitions; i++) {
        ((FakeEndpoint) HashedFleet.pick(picker, 1)).begin(); // one hot key
      }
      int most = fleet.stream().mapToInt(FakeEndpoint::inFlight).max().orElseThrow();
      assertEquals(cap, most, row::toString);
      assertEquals(partitions, picker.inFlight().get());
    }
  }

  // ------------------------------------------------------------- statistical_bounds.json

  @ParameterizedTest
  @ValueSource(strings = {"maglev-disruption", "maglev-disruption-small-table"})
  void maglevMovesFewKeysOfThoseWhoStay(String id) throws Exception {
    Map<String, Object> vector = vector("statistical_bounds.json", id);
    List<Map<String, Object>> rows = get(vector, "expected");
    int checked = 0;
    for (Map<String, Object> row : rows) {
      int removed = row.containsKey("removed") ? integer(row, "removed") : 1;
      int hosts = integer(row, "N");
      int size = row.containsKey("M") ? integer(row, "M") : 65_537;
      int trials = size < 65_537 ? 50 : 6;
      List<FakeEndpoint> fleet = HashedFleet.fleet(hosts, 6);
      String[] before = table(size, fleet);
      double sum = 0;
      for (int trial = 0; trial < trials; trial++) {
        int from = (int) ((hosts - removed) * (trial / (double) trials));
        List<FakeEndpoint> left = new java.util.ArrayList<>(fleet);
        left.subList(from, from + removed).clear();
        String[] after = table(size, left);
        Set<String> stayed = new HashSet<>(left.stream().map(FakeEndpoint::toString).toList());
        sum +=
            IntStream.range(0, size)
                    .filter(i -> stayed.contains(before[i]) && !before[i].equals(after[i]))
                    .count()
                * 100.0
                / size;
      }
      double most = get(row, "max");
      assertTrue(sum / trials <= most * 1.1, row + ": " + sum / trials);
      checked++;
    }
    assertEquals(rows.size(), checked);
  }

  private static String[] table(int size, List<FakeEndpoint> fleet) {
    MaglevPicker picker = (MaglevPicker) over(Selectors.maglev(size), fleet);
    return IntStream.range(0, size)
        .mapToObj(slot -> picker.members.keys[picker.table().get(slot)])
        .toArray(String[]::new);
  }

  @Test
  void ringsAreAsUnevenAsRandomPointsAre() throws Exception {
    List<List<Double>> rows =
        get(vector("statistical_bounds.json", "ring-imbalance-default-1024"), "expected");
    for (List<Double> row : rows) {
      double[] maxima = imbalances(Selectors.ringHash(1024, ENVOY_MAXIMUM), row.get(0), 40);
      assertTrue(maxima[38] <= row.get(3) * 1.1, row + ": " + Arrays.toString(maxima));
      assertEquals(row.get(2), Arrays.stream(maxima).average().orElseThrow(), 0.12 * row.get(2));
    }
  }

  @Test
  void theDefaultRingIsMoreEven() throws Exception {
    List<List<Double>> rows = get(vector("statistical_bounds.json", "ring-imbalance"), "expected");
    int checked = 0;
    for (List<Double> row : rows) {
      if (row.get(1) == 1_000) { // 1024 here
        double[] maxima = imbalances(Selectors.ringHash(), row.get(0), 20);
        assertTrue(maxima[18] <= row.get(3) + 0.01, row + ": " + Arrays.toString(maxima));
        checked++;
      }
    }
    assertEquals(3, checked);
  }

  /** The greatest share over the mean one, exactly, of several fleets, in ascending order. */
  private static double[] imbalances(Selector selector, double hosts, int fleets) {
    return LongStream.range(0, fleets)
        .mapToDouble(
            salt ->
                imbalance(
                    (RingPicker) over(selector, HashedFleet.fleet((int) hosts, 7 + (int) salt))))
        .sorted()
        .toArray();
  }

  static double imbalance(RingPicker picker) {
    RingTable ring = picker.ring();
    double[] shares = new double[picker.members.size()];
    for (int place = 0; place < ring.size(); place++) {
      long previous = ring.point(place == 0 ? ring.size() - 1 : place - 1);
      long arc = ring.point(place) - previous;
      shares[ring.owner(place)] += (arc >>> 11) * 0x1p-53;
    }
    return Arrays.stream(shares).max().orElseThrow() * shares.length;
  }
}
