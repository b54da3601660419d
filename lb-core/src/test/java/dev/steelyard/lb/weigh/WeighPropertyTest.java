package dev.steelyard.lb.weigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;

class WeighPropertyTest {

  @Provide
  Arbitrary<SlowStart> slowStarts() {
    Arbitrary<Long> windows = Arbitraries.longs().greaterOrEqual(0);
    Arbitrary<Double> exponents = Arbitraries.doubles().between(-300, 300);
    Arbitrary<Double> minima = Arbitraries.doubles().between(-15, 0);
    return windows.flatMap(
        window ->
            exponents.flatMap(
                exponent ->
                    minima.map(
                        least ->
                            new SlowStart(window, Math.pow(10, exponent), Math.pow(10, least)))));
  }

  @Property
  void aFactorIsNever0NorNotANumberNorFalling(
      @ForAll("slowStarts") SlowStart slowStart, @ForAll long one, @ForAll long other) {
    // armeria#6014: a ramping weight was rounded to 0.
    double early = slowStart.factor(Math.min(one, other));
    double late = slowStart.factor(Math.max(one, other));
    assertTrue(early >= slowStart.minimum() && early <= late && late <= 1, early + " " + late);
    assertEquals(1, slowStart.factor(slowStart.windowNanos()));
  }

  @Example
  void theLastNanosecondOfALongWindowIsANumber() {
    SlowStart slowStart = new SlowStart(Long.MAX_VALUE, Double.MIN_VALUE, 0.1);
    assertEquals(1, slowStart.factor(Long.MAX_VALUE - 1));
    assertEquals(0.1, slowStart.factor(Long.MAX_VALUE / 2));
  }

  @Provide
  Arbitrary<double[]> weights() {
    return Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.doubles().between(-300, 308).ofScale(3)),
            Tuple.of(3, Arbitraries.doubles().between(-1, 1).ofScale(3)),
            Tuple.of(2, Arbitraries.just(Double.NEGATIVE_INFINITY)))
        .list()
        .ofMaxSize(40)
        .map(list -> list.stream().mapToDouble(log -> Math.pow(10, log)).toArray());
  }

  @Property
  void factorsKeepTheOrderAndTheLimits(@ForAll("weights") double[] weights) {
    double[] factors = ReportedWeights.factors(weights);
    long known = Arrays.stream(weights).filter(weight -> weight > 0).count();
    for (int i = 0; i < weights.length; i++) {
      assertTrue(factors[i] >= 0.1 && factors[i] <= 10, Arrays.toString(factors));
      if (weights[i] == 0 || known < 2) {
        assertEquals(1, factors[i]);
      }
      for (int j = 0; j < weights.length; j++) {
        if (weights[i] > 0 && weights[i] <= weights[j]) {
          assertTrue(factors[i] <= factors[j], Arrays.toString(factors));
        }
      }
    }
  }

  @Property
  void weightsWithinTheLimitsKeepTheirRatios(
      @ForAll @LongRange(min = 10, max = 30) long one,
      @ForAll @LongRange(min = 10, max = 30) long other) {
    double[] factors = ReportedWeights.factors(new double[] {one, other, 0});
    assertEquals((double) one / other, factors[0] / factors[1], 1e-12);
    assertEquals(2, factors[0] + factors[1], 1e-12);
    assertEquals(1, factors[2]);
  }
}
