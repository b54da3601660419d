package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightsTest {
  @Test
  void theFindingNamesTheOneFurthestFromItsWeight() {
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    shares.put("exact", List.of(0.75, 0.76, 0.741));
    shares.put("off", List.of(0.75, 0.70, 0.79));

    assertEquals(
        "* 1 of 2 strategies are within 0.01 of it at every load; furthest is off with 0.700.\n",
        WeightShares.finding(shares, 0.75));
  }

  @Test
  void theShareOfASlowStartRisesFromATenthOfItsWeightToAll() {
    assertEquals(0, SlowStartStudy.ideal(4));
    assertEquals(0.1 / 9.1, SlowStartStudy.ideal(5), 1e-9);
    assertEquals(0.525 / 9.525, SlowStartStudy.ideal(15), 1e-9);
    assertEquals(0.1, SlowStartStudy.ideal(29), 1e-9);
  }

  @Test
  void theDeviationIsThatOfTheMeanSecondOfTheWindow() {
    List<Double> off =
        IntStream.range(0, 30)
            .mapToObj(second -> SlowStartStudy.ideal(second) + (second < 15 ? 0.02 : -0.04))
            .toList();

    assertEquals(0.03, SlowStartStudy.deviation(off), 1e-9);
  }
}
