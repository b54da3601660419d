package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class UnsignedModulusPropertyTest {

  @Property
  void itIsTheRemainder(@ForAll @IntRange(min = 2) int modulus, @ForAll @Size(50) long[] values) {
    UnsignedModulus of = new UnsignedModulus(modulus);
    for (long value : values) {
      assertEquals(Long.remainderUnsigned(value, modulus), of.of(value));
    }
  }

  @Example
  void itIsTheRemainderWhereTheQuotientSteps() {
    // Every modulus that a table may have, prime or not, at the multiples where an error would
    // show.
    for (int modulus = 2; modulus <= 5_000_011; modulus++) {
      UnsignedModulus of = new UnsignedModulus(modulus);
      long last = Long.divideUnsigned(-1L, modulus) * modulus;
      check(of, modulus, 0);
      check(of, modulus, modulus);
      check(of, modulus, last);
      check(of, modulus, Long.divideUnsigned(Long.MIN_VALUE, modulus) * modulus);
      check(of, modulus, SplitMix.mix(modulus));
    }
  }

  private static void check(UnsignedModulus of, int modulus, long at) {
    for (long value = at - 1; value != at + 2; value++) {
      if (Long.remainderUnsigned(value, modulus) != of.of(value)) {
        assertEquals(Long.remainderUnsigned(value, modulus), of.of(value), () -> "mod " + modulus);
      }
    }
  }
}
