package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What the tests of the hashing strategies share: fleets, owners of hashes, and who moved. */
final class HashedFleet {
  private HashedFleet() {}

  /** The strategies whose tables promise something about moves, by name. */
  static Map<String, Selector> exactOnes() {
    Map<String, Selector> selectors = new HashMap<>();
    selectors.put("ringHash", Selectors.ringHash());
    selectors.put("rendezvous", Selectors.rendezvous(1 << 12));
    return selectors;
  }

  static Stream<Arguments> all() {
    return Stream.of(
            Selectors.ringHash(),
            Selectors.ringHash(1024, 4096),
            Selectors.ringHash(1, 2),
            Selectors.maglev(),
            Selectors.maglev(2),
            Selectors.rendezvous(),
            Selectors.rendezvous(2),
            Selectors.clientAddressHash(),
            Selectors.boundedLoad(Selectors.ringHash()),
            Selectors.boundedLoad(Selectors.maglev(), 1),
            Selectors.boundedLoad(Selectors.rendezvous(), 3))
        .map(Arguments::of);
  }

  static List<FakeEndpoint> fleet(String... addresses) {
    return Stream.of(addresses).map(Instance::of).map(FakeEndpoint::new).toList();
  }

  /** The same addresses for a number and salt, others for another salt. */
  static List<FakeEndpoint> fleet(int size, int salt) {
    List<FakeEndpoint> fleet = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      fleet.add(new FakeEndpoint(Instance.of("s" + salt + "-" + i + ":8080")));
    }
    return fleet;
  }

  static HashingPicker over(Selector selector, List<FakeEndpoint> fleet, double... weights) {
    double[] all = weights.length == 0 ? Strategy.equal(fleet.size()) : weights;
    return (HashingPicker)
        selector.prepare(Candidates.of(fleet, all, RandomSource.seeded(7)), null);
  }

  static Endpoint pick(Picker picker, long hash) {
    return picker.pick(RequestContext.empty().withKeyHash(hash), Exclusions.none(), 0);
  }

  /** The id of the owner of each of some hashes that spread over all values. */
  static String[] owners(Picker picker, int keys) {
    String[] owners = new String[keys];
    for (int i = 0; i < keys; i++) {
      owners[i] = pick(picker, SplitMix.mix(i)).instance().id();
    }
    return owners;
  }

  static Map<String, Integer> counts(String[] owners) {
    Map<String, Integer> counts = new HashMap<>();
    for (String owner : owners) {
      counts.merge(owner, 1, Integer::sum);
    }
    return counts;
  }

  /** How many slots of a table each member has, in the order of their keys. */
  static int[] slots(Owners table, int members) {
    int[] counts = new int[members];
    for (int slot = 0; slot < table.size(); slot++) {
      counts[table.get(slot)]++;
    }
    return counts;
  }
}
