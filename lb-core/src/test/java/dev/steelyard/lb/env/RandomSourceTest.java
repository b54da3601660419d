package dev.steelyard.lb.env;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.Threads;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RandomSourceTest {

  @Test
  void seedZeroGivesThePublishedValuesOfSplitMix64() {
    RandomSource source = RandomSource.seeded(0);
    assertEquals(0xE220A8397B1DCDAFL, source.nextLong());
    assertEquals(0x6E789E6AA1B965F4L, source.nextLong());
    assertEquals(0x06C45D188009454FL, source.nextLong());
    assertEquals(0xF88BB8A8724C81ECL, source.nextLong());
  }

  @Test
  void anotherSeedGivesThePublishedValuesToo() {
    RandomSource source = RandomSource.seeded(1234567);
    String[] published = {
      "6457827717110365317",
      "3203168211198807973",
      "9817491932198370423",
      "4593380528125082431",
      "16408922859458223821"
    };
    for (String value : published) {
      assertEquals(value, Long.toUnsignedString(source.nextLong()));
    }
  }

  @Test
  void equalSeedsGiveEqualRunsAndOthersDoNot() {
    assertTrue(Arrays.equals(run(42), run(42)));
    assertNotEquals(Arrays.toString(run(42)), Arrays.toString(run(43)));
  }

  private static long[] run(long seed) {
    RandomSource source = RandomSource.seeded(seed);
    return LongStream.generate(source::nextLong).limit(50).toArray();
  }

  @Test
  @Timeout(60)
  void threadsShareOneSequenceWithoutGivingAValueTwice() throws Exception {
    RandomSource source = RandomSource.seeded(7);
    Set<Long> values = Collections.synchronizedSet(new HashSet<>());
    Threads.Body body =
        () -> {
          for (int i = 0; i < 5_000; i++) {
            values.add(source.nextLong());
          }
        };
    Threads.together(Collections.nCopies(4, body));
    RandomSource same = RandomSource.seeded(7);
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      expected.add(same.nextLong());
    }
    assertEquals(expected, values);
  }

  @Test
  void theLargestAndSmallestDrawsStayInRange() {
    RandomSource ones = () -> -1L;
    RandomSource zeros = () -> 0L;
    for (int bound : new int[] {1, 2, 3, 10_000, Integer.MAX_VALUE}) {
      assertEquals(bound - 1, ones.nextInt(bound));
      assertEquals(0, zeros.nextInt(bound));
    }
  }

  @Test
  void theProductionSourceIsOneObjectAndSaysWhatItIs() {
    assertSame(RandomSource.threadLocal(), RandomSource.threadLocal());
    assertEquals("RandomSource.threadLocal()", RandomSource.threadLocal().toString());
    assertEquals("RandomSource.seeded(...)", RandomSource.seeded(1).toString());
    assertNotEquals(RandomSource.threadLocal().nextLong(), RandomSource.threadLocal().nextLong());
  }
}
