package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.HashedFleet.over;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Exactly the keys that must move do, for any weights. */
class RendezvousPropertyTest {

  @Provide
  Arbitrary<double[]> weights() {
    return Arbitraries.oneOf(
            Arbitraries.doubles().between(-200, 200).ofScale(2),
            Arbitraries.doubles().between(-2, 2).ofScale(4))
        .list()
        .ofMinSize(2)
        .ofMaxSize(30)
        .map(list -> list.stream().mapToDouble(log -> Math.pow(10, log)).toArray());
  }

  /** The owner of each slot, as the index in the list of the fleet. */
  private static int[] table(List<FakeEndpoint> fleet, double[] weights, int slots) {
    RendezvousPicker picker = (RendezvousPicker) over(Selectors.rendezvous(slots), fleet, weights);
    int[] owners = new int[slots];
    for (int slot = 0; slot < slots; slot++) {
      owners[slot] = fleet.indexOf(picker.members.endpoints[picker.table().get(slot)]);
    }
    return owners;
  }

  @Property(tries = 200)
  void leavingAndJoiningMoveTheSlotsOfThatOneOnly(
      @ForAll("weights") double[] weights,
      @ForAll int which,
      @ForAll @IntRange(max = 99) int salt) {
    int gone = Math.floorMod(which, weights.length);
    List<FakeEndpoint> fleet = HashedFleet.fleet(weights.length, salt);
    List<FakeEndpoint> rest = new ArrayList<>(fleet);
    rest.remove(gone);
    double[] theirs = new double[rest.size()];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = weights[i < gone ? i : i + 1];
    }
    int[] with = table(fleet, weights, 512);
    int[] without = table(rest, theirs, 512);
    for (int slot = 0; slot < 512; slot++) {
      if (with[slot] != gone) {
        assertEquals(with[slot], without[slot] < gone ? without[slot] : without[slot] + 1);
      }
    }
  }

  @Property(tries = 200)
  void aGreaterWeightOnlyAttracts(
      @ForAll("weights") double[] weights,
      @ForAll int which,
      @ForAll @IntRange(max = 99) int salt) {
    int grown = Math.floorMod(which, weights.length);
    List<FakeEndpoint> fleet = HashedFleet.fleet(weights.length, salt);
    int[] before = table(fleet, weights, 512);
    double[] more = weights.clone();
    more[grown] *= 1.5;
    int[] after = table(fleet, more, 512);
    for (int slot = 0; slot < 512; slot++) {
      assertTrue(after[slot] == before[slot] || after[slot] == grown);
    }
  }

  @Property(tries = 100)
  void everySlotGoesToTheFirstArrival(
      @ForAll("weights") double[] weights, @ForAll @IntRange(max = 99) int salt) {
    // Against each one alone with one other: who wins a slot among all wins it against any.
    List<FakeEndpoint> fleet = HashedFleet.fleet(weights.length, salt);
    int[] all = table(fleet, weights, 64);
    for (int i = 1; i < weights.length; i++) {
      int[] pair =
          table(List.of(fleet.get(0), fleet.get(i)), new double[] {weights[0], weights[i]}, 64);
      for (int slot = 0; slot < 64; slot++) {
        assertTrue(all[slot] != 0 || pair[slot] == 0);
        assertTrue(all[slot] != i || pair[slot] == 1);
      }
    }
  }
}
