package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BoundedLoadPropertyTest {

  private static BoundedLoadPicker over(List<FakeEndpoint> fleet, double[] weights, double factor) {
    Candidates candidates = Candidates.of(fleet, weights, RandomSource.seeded(1));
    return (BoundedLoadPicker)
        Selectors.boundedLoad(Selectors.ringHash(1_024, 4_096), factor).prepare(candidates, null);
  }

  @Property(tries = 300)
  void nobodyEverHasMoreThanItsPart(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 9) Integer> list,
      @ForAll @IntRange(min = 0, max = 12) int eighths,
      @ForAll @IntRange(min = 1, max = 6) int hotKeys,
      @ForAll long seed) {
    int size = list.size();
    double[] weights = list.stream().mapToDouble(weight -> weight).toArray();
    long total = list.stream().mapToInt(weight -> weight).sum();
    double factor = 1 + eighths / 8.0;
    List<FakeEndpoint> fleet = HashedFleet.fleet(size, 0);
    BoundedLoadPicker picker = over(fleet, weights, factor);
    RandomSource random = RandomSource.seeded(seed);
    List<FakeEndpoint> inFlight = new ArrayList<>();
    for (int step = 0; step < 300; step++) {
      if (inFlight.isEmpty() || random.nextInt(100) < 60) {
        // Few keys, so that without the bound a few would get all.
        FakeEndpoint picked = (FakeEndpoint) HashedFleet.pick(picker, random.nextInt(hotKeys));
        picked.begin();
        inFlight.add(picked);
        BigDecimal share =
            BigDecimal.valueOf(factor)
                .multiply(BigDecimal.valueOf(inFlight.size()))
                .multiply(BigDecimal.valueOf(weights[fleet.indexOf(picked)]));
        int bound = share.divide(BigDecimal.valueOf(total), 0, RoundingMode.CEILING).intValue();
        assertTrue(picked.inFlight() <= bound, picked.inFlight() + " above " + bound);
      } else {
        inFlight.remove(random.nextInt(inFlight.size())).end(Outcome.SUCCESS, -1);
      }
      assertEquals(inFlight.size(), picker.inFlight().get());
    }
  }

  @Property(tries = 200)
  void theWalkMeetsEverybodyWhateverTheirNumber(@ForAll @IntRange(min = 1, max = 400) int size) {
    List<FakeEndpoint> fleet = HashedFleet.fleet(size, 0);
    BoundedLoadPicker picker = over(fleet, Strategy.equal(size), 1);
    // All but one full, again and again: the last one with room is always found.
    for (FakeEndpoint endpoint : fleet) {
      endpoint.inFlight.set(5);
    }
    for (int key = 0; key < 20; key++) {
      FakeEndpoint free = fleet.get((int) Long.remainderUnsigned(SplitMix.mix(key), size));
      free.inFlight.set(0);
      assertEquals(free, HashedFleet.pick(picker, key));
      free.inFlight.set(5);
    }
  }

  @Example
  void theBoundOfFewRequestsIsOneAndNotNone() {
    // consistent#13 and #16: requests / members as integers made the bound 0, and no room at all.
    int[][] rows = {{3, 8, 1}, {5, 10, 1}, {9, 10, 2}, {23, 8, 4}};
    for (int[] row : rows) {
      List<FakeEndpoint> fleet = HashedFleet.fleet(row[1], 5);
      BoundedLoadPicker picker = over(fleet, Strategy.equal(row[1]), 1.25);
      for (int i = 0; i < row[0]; i++) {
        ((FakeEndpoint) HashedFleet.pick(picker, 1)).begin();
      }
      assertEquals(row[2], fleet.stream().mapToInt(Endpoint::inFlight).max().orElseThrow());
    }
  }

  @Example
  void requestsThatBeganBeforeAreCounted() {
    List<FakeEndpoint> fleet = HashedFleet.fleet(4, 0);
    fleet.get(2).inFlight.set(7);
    BoundedLoadPicker picker = over(fleet, Strategy.equal(4), 1.25);
    assertEquals(7, picker.inFlight().get());
    fleet.get(2).end(Outcome.FAILURE, -1);
    fleet.get(1).begin();
    assertEquals(7, picker.inFlight().get());
  }

  @Example
  void theFirstChoiceIsKeptWhileItHasRoomAndTheExcludedAreLeftOut() {
    List<FakeEndpoint> fleet = HashedFleet.fleet(10, 0);
    BoundedLoadPicker picker = over(fleet, Strategy.equal(10), 2);
    HashingPicker ring = HashedFleet.over(Selectors.ringHash(1_024, 4_096), fleet);
    int kept = 0;
    for (int key = 0; key < 1_000; key++) {
      long hash = SplitMix.mix(key);
      FakeEndpoint picked = (FakeEndpoint) HashedFleet.pick(picker, hash);
      picked.begin();
      kept += picked == HashedFleet.pick(ring, hash) ? 1 : 0;
      RequestContext request = RequestContext.empty().withKeyHash(hash);
      assertTrue(picker.pick(request, Exclusions.none().plus(picked), 0) != picked);
    }
    assertTrue(kept > 950, "kept " + kept);
    int most = fleet.stream().mapToInt(Endpoint::inFlight).max().orElseThrow();
    assertTrue(most <= 200, Arrays.toString(fleet.toArray()));
  }
}
