package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidatesTest {
  private final List<FakeEndpoint> fleet = FakeEndpoint.fleet(3);
  private final RandomSource random = RandomSource.seeded(1);

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aWeightThatIsNotFiniteAndPositiveIsRefusedByInstanceAndValue(double weight) {
    // finagle#754, nacos#9478, armeria#6014: weights of 0 reached the arithmetic.
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Candidates.of(fleet, new double[] {1, weight, 1}, random));
    assertEquals(
        "weight of instance host-1:80: " + weight + " (expected: finite and > 0)",
        refused.getMessage());
  }

  @Test
  void anotherNumberOfWeightsThanEndpointsIsRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> Candidates.of(fleet, new double[2], random));
    assertEquals("weights: 2 (expected: as many as endpoints, 3)", refused.getMessage());
  }

  @Test
  void laterChangesOfTheArgumentsHaveNoEffect() {
    double[] weights = {1, 2, 3};
    List<FakeEndpoint> list = new ArrayList<>(fleet);
    Candidates candidates = Candidates.of(list, weights, random);
    weights[1] = Double.NaN;
    list.clear();

    assertEquals(3, candidates.size());
    assertEquals(2, candidates.weight(1));
    assertSame(fleet.get(2), candidates.endpoint(2));
    assertSame(random, candidates.random());
    assertFalse(candidates.isUniform());
    assertTrue(Candidates.of(fleet, equal(3), random).isUniform());
    assertTrue(Candidates.of(List.of(), new double[0], random).isUniform());
  }

  @Test
  void relativeWeightsHaveAMeanOfOneAndAreNeverZero() {
    double[] relative =
        Candidates.of(fleet, new double[] {1e308, 5e307, 1e308}, random).relativeWeights();
    assertEquals(1, Arrays.stream(relative).average().orElseThrow(), 1e-12);
    assertEquals(0.6, relative[1], 1e-12);

    relative = Candidates.of(fleet, new double[] {1e300, 1e-300, 1}, random).relativeWeights();
    assertTrue(relative[1] > 0);
  }

  @Test
  void aRandomAllowedCandidateIsDrawnByWeightAmongThose() {
    double[] weights = {5, 1, 3};
    Candidates candidates = Candidates.of(fleet, weights, random);
    Exclusions excluded = Exclusions.of(Set.of("host-0:80"));
    long[] counts = new long[3];
    for (int i = 0; i < 50_000; i++) {
      counts[fleet.indexOf(candidates.randomAllowed(excluded))]++;
    }
    assertEquals(0, counts[0]);
    ChiSquare.assertFits(Arrays.copyOfRange(counts, 1, 3), new double[] {1, 3});
  }

  @Test
  void aRandomAllowedCandidateIsFoundWhateverTheWeights() {
    Candidates candidates = Candidates.of(fleet, new double[] {1e308, 1e-300, 1e308}, random);
    assertSame(
        fleet.get(1), candidates.randomAllowed(Exclusions.of(Set.of("host-0:80", "host-2:80"))));
    assertNull(candidates.randomAllowed(Strategy.excluding(fleet)));
    assertNull(Candidates.of(List.of(), new double[0], random).randomAllowed(Exclusions.none()));
  }

  @Test
  void aRandomAllowedCandidateIsDrawnByWeightWhereTheSumIsInfinite() {
    double[] weights = {1e308, 1e308, 5e307};
    Candidates candidates = Candidates.of(fleet, weights, random);
    long[] counts = new long[3];
    for (int i = 0; i < 50_000; i++) {
      counts[fleet.indexOf(candidates.randomAllowed(Exclusions.none()))]++;
    }
    ChiSquare.assertFits(counts, weights);
  }

  @Test
  void exclusionsAreByIdOrByIdentity() {
    Exclusions byId = Exclusions.of(Set.of("host-0:80"));
    assertTrue(byId.contains(fleet.get(0)));
    assertTrue(byId.contains(new FakeEndpoint(0)), "any incarnation of the id");
    assertFalse(byId.contains(fleet.get(1)));

    Exclusions both = byId.plus(fleet.get(1));
    assertTrue(both.contains(fleet.get(0)));
    assertTrue(both.contains(fleet.get(1)));
    assertFalse(both.contains(new FakeEndpoint(1)), "another incarnation of the id");
    assertFalse(byId.contains(fleet.get(1)), "the first is left as it was");
  }

  @Test
  void theExclusionOfNothingIsOneObject() {
    assertSame(Exclusions.none(), Exclusions.of(Set.of()));
    assertTrue(Exclusions.none().isEmpty());
    assertFalse(Exclusions.none().contains(fleet.get(0)));
    assertFalse(Exclusions.none().plus(fleet.get(0)).isEmpty());
    assertThrows(NullPointerException.class, () -> Exclusions.none().plus(null));
  }

  @Test
  void selectorsAreNamedAndThoseThatGoByLatencyAreTimed() {
    assertEquals("roundRobin", Selectors.roundRobin().toString());
    assertEquals("random", Selectors.random().toString());
    assertEquals("powerOfTwoChoices", Selectors.powerOfTwoChoices().toString());
    assertEquals("peakEwma", Selectors.peakEwma().toString());
    assertEquals("leastRequests", Selectors.leastRequests().toString());
    Set<Strategy> timed =
        Set.of(Strategy.PEAK_EWMA, Strategy.PREQUAL, Strategy.LEAST_RESPONSE_TIME);
    for (Strategy strategy : Strategy.values()) {
      assertEquals(timed.contains(strategy), strategy.selector().isTimed(), strategy::toString);
    }
  }
}
