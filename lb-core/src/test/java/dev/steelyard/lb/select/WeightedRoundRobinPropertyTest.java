package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.pick;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** How even a round robin by weight is, at every moment and not only after a cycle. */
class WeightedRoundRobinPropertyTest {
  private static final int PICKS = 10_000;

  private static final List<FakeEndpoint> FLEET = FakeEndpoint.fleet(50);

  @Provide
  Arbitrary<double[]> weights() {
    Arbitrary<Double> logs = Arbitraries.doubles().between(-3, 3).ofScale(6);
    Arbitrary<Double> small = Arbitraries.integers().between(0, 9).map(i -> Math.log10(i + 1));
    return Arbitraries.oneOf(
            logs.list().ofMinSize(2).ofMaxSize(50), small.list().ofMinSize(2).ofMaxSize(50))
        .map(list -> list.stream().mapToDouble(log -> Math.pow(10, log)).toArray());
  }

  private static Picker over(double[] weights, Picker previous, long seed) {
    return Selectors.roundRobin()
        .prepare(
            Candidates.of(FLEET.subList(0, weights.length), weights, RandomSource.seeded(seed)),
            previous);
  }

  private static int next(Picker picker) {
    return FLEET.indexOf(pick(picker));
  }

  @Property
  void everyCountIsNearItsShareAtEveryMoment(
      @ForAll("weights") double[] weights, @ForAll long seed) {
    Picker picker = over(weights, null, seed);
    double total = Arrays.stream(weights).sum();
    long[] counts = new long[weights.length];
    for (int picks = 1; picks <= PICKS; picks++) {
      int index = next(picker);
      counts[index]++;
      // A count is highest above its share just after its pick, and furthest below just before.
      assertNear(weights, total, counts, index, picks, counts[index]);
      assertNear(weights, total, counts, index, picks - 1, counts[index] - 1);
    }
    for (int i = 0; i < weights.length; i++) {
      assertNear(weights, total, counts, i, PICKS, counts[i]);
    }
  }

  private static void assertNear(
      double[] weights, double total, long[] counts, int index, int picks, long count) {
    double off = Math.abs(count - weights[index] / total * picks);
    // The discrepancy of the golden-ratio sequence, computed over all arcs: 2.8 after 100 picks,
    // 3.7 after 1 000, 5.5 after 100 000; it grows like 0.39 ln N, and in a cycle, whose step is
    // only
    // next to the golden ratio, a little faster.
    double bound = 1.5 + 0.5 * Math.log(Math.max(picks, 1));
    assertTrue(
        off <= bound + 1e-9,
        () -> off + " off at pick " + picks + ": " + index + " of " + Arrays.toString(weights));
  }

  @Property
  void anInstanceWaitsNoLongerThanThreeOfItsTurns(
      @ForAll("weights") double[] weights, @ForAll long seed) {
    // The three-distance theorem: the gaps between two turns of an arc of length p are below 2.62/p
    // + 1, and take at most three values.
    Picker picker = over(weights, null, seed);
    double total = Arrays.stream(weights).sum();
    int[] last = new int[weights.length];
    Arrays.fill(last, -1);
    for (int turn = 0; turn < PICKS; turn++) {
      int index = next(picker);
      if (last[index] >= 0) {
        double fair = total / weights[index];
        int gap = turn - last[index];
        assertTrue(gap <= 2.7 * fair + 1, () -> gap + " turns without, fair is " + fair);
      }
      last[index] = turn;
    }
  }

  @Example
  void aHeavyInstanceIsNotServedInOneBurst() {
    // Armeria's weighted round robin ends a cycle of weights 1, 1, 8 as abc c c c c c c c.
    for (long seed = 0; seed < 50; seed++) {
      Picker picker = over(new double[] {1, 1, 8}, null, seed);
      int run = 0;
      int longest = 0;
      for (int i = 0; i < 10_000; i++) {
        run = next(picker) == 2 ? run + 1 : 0;
        longest = Math.max(longest, run);
      }
      assertTrue(longest <= 7, "a run of " + longest);
    }
  }

  @Property
  void afterASmallChangeOfAWeightTheCountsGoOnAsIfItHadAlwaysBeenSo(
      @ForAll("weights") double[] weights, @ForAll long seed) {
    Picker before = over(weights, null, seed);
    for (int i = 0; i < 100; i++) {
      next(before);
    }
    double[] changed = weights.clone();
    changed[0] *= 1.001;
    Picker after = over(changed, before, seed + 1);
    double total = Arrays.stream(changed).sum();
    long[] counts = new long[changed.length];
    for (int i = 1; i <= 2_000; i++) {
      int index = next(after);
      assertNear(changed, total, counts, index, i, ++counts[index]);
    }
  }

  @Property
  void afterAnyNumberOfTurnsAWholeCycleIsExact(
      @ForAll @Size(min = 2, max = 12) List<@IntRange(min = 1, max = 4_000) Integer> wholes,
      @ForAll @DoubleRange(min = -9, max = 9) double logarithmOfUnit,
      @ForAll @IntRange(min = 0, max = 9_999) int skipped,
      @ForAll long seed) {
    double unit = Math.pow(10, logarithmOfUnit);
    double[] weights = wholes.stream().mapToDouble(whole -> whole * unit).toArray();
    Picker picker = over(weights, null, seed);
    for (int i = 0; i < skipped; i++) {
      next(picker);
    }
    int cycle = wholes.stream().mapToInt(Integer::intValue).sum();
    long[] counts = new long[weights.length];
    for (int i = 0; i < cycle; i++) {
      counts[next(picker)]++;
    }
    for (int i = 0; i < counts.length; i++) {
      assertEquals(wholes.get(i).longValue(), counts[i], wholes::toString);
    }
  }

  @Example
  void tenthsAreWholeNumbers() {
    Picker picker = over(new double[] {0.1, 0.2, 0.3}, null, 3);
    long[] counts = new long[3];
    for (int i = 0; i < 6; i++) {
      counts[next(picker)]++;
    }
    assertArrayEquals(new long[] {1, 2, 3}, counts);
  }

  @Example
  void sharesFollowALiveChangeOfWeightsWithoutAJump() {
    double[][] phases = {{1, 2, 3}, {3, 2, 1}, {1, 8, 1}, {1, 1.5, 1}};
    Picker picker = null;
    double[] expected = new double[3];
    long[] counts = new long[3];
    for (int round = 0; round < 400; round++) {
      double[] weights = phases[round % phases.length];
      picker = over(weights, picker, 5);
      for (int i = 0; i < 25; i++) {
        counts[next(picker)]++;
        for (int k = 0; k < 3; k++) {
          expected[k] += weights[k] / Arrays.stream(weights).sum();
        }
      }
    }
    for (int k = 0; k < 3; k++) {
      assertEquals(expected[k], counts[k], 80, Arrays.toString(counts)); // of 10 000 in 400 changes
    }
  }

  @Example
  void equalWeightsAfterUnequalOnesAreExactAgain() {
    Picker weighted = over(new double[] {1, 2, 3}, null, 1);
    for (int i = 0; i < 10; i++) {
      next(weighted);
    }
    Picker equal = over(new double[] {2, 2, 2}, weighted, 2);
    List<Integer> picks = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      picks.add(next(equal));
    }
    assertEquals(
        3, picks.stream().collect(Collectors.groupingBy(i -> i)).get(0).size(), picks::toString);
    assertSame(RoundRobinPicker.class, equal.getClass());
  }
}
