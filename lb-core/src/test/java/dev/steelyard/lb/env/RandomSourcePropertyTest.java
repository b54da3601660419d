package dev.steelyard.lb.env;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Positive;

class RandomSourcePropertyTest {

  @Property
  void nextIntIsWithinItsBound(@ForAll long bits, @ForAll @Positive int bound) {
    RandomSource source = () -> bits;
    int value = source.nextInt(bound);
    assertTrue(value >= 0 && value < bound, () -> value + " of " + bound);
  }

  /** Chi-square at 6 standard deviations: one false alarm in about a billion seeds. */
  @Property(tries = 50)
  void nextIntIsUniform(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int bound) {
    RandomSource source = RandomSource.seeded(seed);
    int draws = 400 * bound;
    int[] counts = new int[bound];
    for (int i = 0; i < draws; i++) {
      counts[source.nextInt(bound)]++;
    }
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - 400.0) * (count - 400.0) / 400.0;
    }
    int freedom = bound - 1;
    // Wilson-Hilferty: the cube root is nearly normal, also for few degrees of freedom.
    double z =
        (Math.cbrt(chiSquare / freedom) - (1 - 2.0 / (9 * freedom)))
            / Math.sqrt(2.0 / (9 * freedom));
    assertTrue(z < 6, () -> "z = " + z);
  }
}
