package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class HashFunctionTest {
  private static final HashFunction XX = HashFunction.xxHash64();
  private static final HashFunction MURMUR = HashFunction.murmur2();

  @Test
  void knownAnswersOfXxHash64() {
    assertEquals(Long.parseUnsignedLong("17241709254077376921"), XX.hash("", 0));
    assertEquals(Long.parseUnsignedLong("3728699739546630719"), XX.hash("foo", 0));
    assertEquals(Long.parseUnsignedLong("1094076000777946959"), XX.hash("some-value", 0));
    assertEquals(0x98b1582b0977e704L, XX.hash("", 42));
    assertEquals(0x83a7b47f8d92d727L, XX.hash("\0", 42));
  }

  @Test
  void knownAnswersOfMurmur2() {
    assertEquals(Long.parseUnsignedLong("6142509188972423790"), MURMUR.hash("", 0));
    assertEquals(Long.parseUnsignedLong("9631199822919835226"), MURMUR.hash("foo", 0));
    assertEquals(
        Long.parseUnsignedLong("15194079855121201171"), MURMUR.hash("longer than seven chars", 0));
  }

  @Test
  void seedsGiveDifferentFunctions() {
    assertNotEquals(XX.hash("a", 0), XX.hash("a", 1));
    assertNotEquals(MURMUR.hash("a", 0), MURMUR.hash("a", 1));
  }

  @Test
  void theFunctionsSayWhatTheyAre() {
    assertEquals("xxHash64", XX.toString());
    assertEquals("murmur2", MURMUR.toString());
  }
}
