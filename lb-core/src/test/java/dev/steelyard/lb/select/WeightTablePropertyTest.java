package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class WeightTablePropertyTest {
  private static final BigDecimal RANGE = new BigDecimal(BigInteger.ONE.shiftLeft(64));

  @Provide
  Arbitrary<double[]> weights() {
    return Arbitraries.oneOf(
            Arbitraries.doubles().between(-300, 300).ofScale(3),
            Arbitraries.doubles().between(-3, 3).ofScale(6))
        .list()
        .ofMinSize(1)
        .ofMaxSize(300)
        .map(list -> list.stream().mapToDouble(log -> Math.pow(10, log)).toArray());
  }

  @Property
  void aValueBelongsToTheIndexWhosePieceItFallsInto(
      @ForAll("weights") double[] weights, @ForAll @Size(50) long[] values) {
    WeightTable table = WeightTable.of(weights);
    BigDecimal total = sum(weights, weights.length);
    for (long value : values) {
      int index = table.find(value);
      // A value and the exact bounds of the piece, give or take what doubles round in a sum.
      BigDecimal at = new BigDecimal(new BigInteger(Long.toUnsignedString(value)));
      BigDecimal slack = RANGE.multiply(new BigDecimal("1e-13"));
      BigDecimal from = sum(weights, index).multiply(RANGE).divide(total, MathContext.DECIMAL128);
      BigDecimal to = sum(weights, index + 1).multiply(RANGE).divide(total, MathContext.DECIMAL128);
      assertTrue(
          at.compareTo(from.subtract(slack)) >= 0 && at.compareTo(to.add(slack)) <= 0,
          () -> Long.toUnsignedString(value) + " gave " + index + " of " + weights.length);
    }
  }

  private static BigDecimal sum(double[] weights, int count) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < count; i++) {
      sum = sum.add(new BigDecimal(weights[i]));
    }
    return sum;
  }

  @Property
  void theIndexNeverFallsAsTheValueRises(
      @ForAll("weights") double[] weights, @ForAll @Size(50) long[] values) {
    WeightTable table = WeightTable.of(weights);
    long[] sorted =
        Arrays.stream(values)
            .map(v -> v ^ Long.MIN_VALUE)
            .sorted()
            .map(v -> v ^ Long.MIN_VALUE)
            .toArray();
    int last = table.find(0);
    for (long value : sorted) {
      int index = table.find(value);
      assertTrue(index >= last && index < weights.length);
      last = index;
    }
    assertEquals(weights.length - 1, table.find(-1L), "the last value belongs to the last index");
  }

  @Example
  void manyLightPiecesInOneBucketAreStillTold() {
    double[] weights = new double[10_001];
    Arrays.fill(weights, 1e-6);
    weights[5_000] = 1;
    WeightTable table = WeightTable.of(weights);
    RandomSource random = RandomSource.seeded(1);
    long[] counts = new long[weights.length];
    for (int i = 0; i < 2_000_000; i++) {
      counts[table.find(random.nextLong())]++;
    }
    double light = 2_000_000 - counts[5_000];
    assertEquals(2_000_000 * 0.01 / 1.01, light, 5 * Math.sqrt(20_000));
    long lower = Arrays.stream(counts, 0, 5_000).sum();
    assertEquals(light / 2, lower, 5 * Math.sqrt(5_000));
  }
}
