package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The streaming functions against plain ones over arrays of bytes. */
class HashFunctionPropertyTest {

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<Character> any =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.chars().range('\0', '\u007f')),
            Tuple.of(3, Arbitraries.chars().range('\u0080', '\u07ff')),
            Tuple.of(3, Arbitraries.chars().range('\u0800', '\uffff')),
            Tuple.of(3, Arbitraries.chars().range('\ud7ff', '\ue000')));
    Arbitrary<String> ascii = Arbitraries.strings().ascii().ofMaxLength(150);
    Arbitrary<String> mixed =
        any.list()
            .ofMaxSize(150)
            .map(
                list -> {
                  StringBuilder text = new StringBuilder();
                  list.forEach(text::append);
                  return text.toString();
                });
    Arbitrary<String> supplementary =
        Arbitraries.integers()
            .between(0xFFFD, 0x10FFFF)
            .list()
            .ofMaxSize(60)
            .map(
                points -> {
                  StringBuilder text = new StringBuilder();
                  points.forEach(text::appendCodePoint);
                  return text.toString();
                });
    return Arbitraries.oneOf(ascii, mixed, supplementary);
  }

  @Property
  void xxHash64IsThatOfTheBytes(@ForAll("texts") String text, @ForAll long seed) {
    long expected = xxHash64(text.getBytes(StandardCharsets.UTF_8), seed);

    assertEquals(expected, HashFunction.xxHash64().hash(text, seed));
    assertEquals(expected, HashFunction.xxHash64().hash(new StringBuilder(text), seed));
  }

  @Property
  void murmur2IsThatOfTheBytes(@ForAll("texts") String text, @ForAll long seed) {
    long expected = murmur2(text.getBytes(StandardCharsets.UTF_8), 0xc70f6907L ^ seed);

    assertEquals(expected, HashFunction.murmur2().hash(text, seed));
    assertEquals(expected, HashFunction.murmur2().hash(new StringBuilder(text), seed));
  }

  @Property
  void anAddressHashesAsItsSixteenBytes(@ForAll long high, @ForAll long low, @ForAll long seed) {
    byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();

    assertEquals(xxHash64(bytes, seed), XxHash64.hash(high, low, seed));
  }

  static long xxHash64(byte[] bytes, long seed) {
    long p1 = 0x9E3779B185EBCA87L;
    long p2 = 0xC2B2AE3D27D4EB4FL;
    long p3 = 0x165667B19E3779F9L;
    long p4 = 0x85EBCA77C2B2AE63L;
    long p5 = 0x27D4EB2F165667C5L;
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long hash = seed + p5;
    if (bytes.length >= 32) {
      long[] lanes = {seed + p1 + p2, seed + p2, seed, seed - p1};
      while (in.remaining() >= 32) {
        for (int i = 0; i < 4; i++) {
          lanes[i] = Long.rotateLeft(lanes[i] + in.getLong() * p2, 31) * p1;
        }
      }
      int[] turns = {1, 7, 12, 18};
      hash = 0;
      for (int i = 0; i < 4; i++) {
        hash += Long.rotateLeft(lanes[i], turns[i]);
      }
      for (long lane : lanes) {
        hash = (hash ^ Long.rotateLeft(lane * p2, 31) * p1) * p1 + p4;
      }
    }
    hash += bytes.length;
    while (in.remaining() >= 8) {
      hash = Long.rotateLeft(hash ^ Long.rotateLeft(in.getLong() * p2, 31) * p1, 27) * p1 + p4;
    }
    if (in.remaining() >= 4) {
      hash = Long.rotateLeft(hash ^ Integer.toUnsignedLong(in.getInt()) * p1, 23) * p2 + p3;
    }
    while (in.hasRemaining()) {
      hash = Long.rotateLeft(hash ^ (in.get() & 0xFF) * p5, 11) * p1;
    }
    hash = (hash ^ hash >>> 33) * p2;
    hash = (hash ^ hash >>> 29) * p3;
    return hash ^ hash >>> 32;
  }

  private static long murmur2(byte[] bytes, long seed) {
    long m = 0xc6a4a7935bd1e995L;
    long hash = seed ^ bytes.length * m;
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() >= 8) {
      long k = in.getLong() * m;
      hash = (hash ^ (k ^ k >>> 47) * m) * m;
    }
    if (in.hasRemaining()) {
      byte[] rest = Arrays.copyOfRange(bytes, in.position(), in.position() + 8);
      hash = (hash ^ ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN).getLong()) * m;
    }
    hash = (hash ^ hash >>> 47) * m;
    return hash ^ hash >>> 47;
  }
}
