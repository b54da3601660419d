package dev.steelyard.lb.select;

/**
 * xxHash64 (Y. Collet, BSD) of the UTF-8 bytes of a text, written after its specification.
 *
 * <p>A text is first taken for ASCII, whose length in bytes is known and which is packed four
 * characters at a time; that it was not shows in the union of all characters, and then the hash is
 * made again, encoding as it goes. Everything is in local variables: nothing is allocated.
 */
final class XxHash64 implements HashFunction {
  static final XxHash64 INSTANCE = new XxHash64();

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final int STRIPE = 32;

  private XxHash64() {}

  @Override
  public long hash(CharSequence text, long seed) {
    int length = text.length();
    long all = 0;
    long hash = seed + PRIME_5;
    int at = 0;
    if (length >= STRIPE) {
      long v1 = seed + PRIME_1 + PRIME_2;
      long v2 = seed + PRIME_2;
      long v3 = seed;
      long v4 = seed - PRIME_1;
      for (; at <= length - STRIPE; at += STRIPE) {
        long a = Utf8.quad(text, at);
        long b = Utf8.quad(text, at + 4);
        long c = Utf8.quad(text, at + 8);
        long d = Utf8.quad(text, at + 12);
        v1 = round(v1, Utf8.bytes(a) | Utf8.bytes(b) << 32);
        v2 = round(v2, Utf8.bytes(c) | Utf8.bytes(d) << 32);
        all |= a | b | c | d;
        a = Utf8.quad(text, at + 16);
        b = Utf8.quad(text, at + 20);
        c = Utf8.quad(text, at + 24);
        d = Utf8.quad(text, at + 28);
        v3 = round(v3, Utf8.bytes(a) | Utf8.bytes(b) << 32);
        v4 = round(v4, Utf8.bytes(c) | Utf8.bytes(d) << 32);
        all |= a | b | c | d;
      }
      hash = merge(v1, v2, v3, v4);
    }
    hash += length;
    for (; at <= length - 8; at += 8) {
      long a = Utf8.quad(text, at);
      long b = Utf8.quad(text, at + 4);
      all |= a | b;
      hash = word(hash, Utf8.bytes(a) | Utf8.bytes(b) << 32);
    }
    if (at <= length - 4) {
      long a = Utf8.quad(text, at);
      all |= a;
      hash = half(hash, Utf8.bytes(a));
      at += 4;
    }
    for (; at < length; at++) {
      char c = text.charAt(at);
      all |= c;
      hash = single(hash, c);
    }
    return Utf8.isBeyondAscii(all) ? encoding(text, seed) : avalanche(hash);
  }

  /** As {@link #hash}, for any text, eight bytes at a time. */
  private static long encoding(CharSequence text, long seed) {
    long v1 = seed + PRIME_1 + PRIME_2;
    long v2 = seed + PRIME_2;
    long v3 = seed;
    long v4 = seed - PRIME_1;
    long first = 0; // the words of the stripe that is not full yet
    long second = 0;
    long third = 0;
    long word = 0;
    int filled = 0;
    long words = 0;
    for (int i = 0; i < text.length(); ) {
      long encoded = Utf8.encode(text, i);
      int bytes = Utf8.length(encoded);
      i += Utf8.characters(encoded);
      word |= encoded << (filled << 3);
      filled += bytes;
      if (filled >= 8) {
        switch ((int) words++ & 3) {
          case 0 -> first = word;
          case 1 -> second = word;
          case 2 -> third = word;
          default -> {
            v1 = round(v1, first);
            v2 = round(v2, second);
            v3 = round(v3, third);
            v4 = round(v4, word);
          }
        }
        filled -= 8;
        word = filled == 0 ? 0 : encoded >>> ((bytes - filled) << 3);
      }
    }
    long hash = (words >= 4 ? merge(v1, v2, v3, v4) : seed + PRIME_5) + (words << 3) + filled;
    int rest = (int) words & 3;
    hash = rest > 0 ? word(hash, first) : hash;
    hash = rest > 1 ? word(hash, second) : hash;
    hash = rest > 2 ? word(hash, third) : hash;
    if (filled >= 4) {
      hash = half(hash, word & 0xFFFF_FFFFL);
      word >>>= 32;
      filled -= 4;
    }
    for (; filled > 0; filled--) {
      hash = single(hash, word & 0xFF);
      word >>>= 8;
    }
    return avalanche(hash);
  }

  /** Hashes 16 bytes, given as two big-endian values: an address. */
  static long hash(long high, long low, long seed) {
    long hash = word(seed + PRIME_5 + 16, Long.reverseBytes(high));
    return avalanche(word(hash, Long.reverseBytes(low)));
  }

  private static long round(long accumulator, long input) {
    return Long.rotateLeft(accumulator + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long v1, long v2, long v3, long v4) {
    long hash =
        Long.rotateLeft(v1, 1)
            + Long.rotateLeft(v2, 7)
            + Long.rotateLeft(v3, 12)
            + Long.rotateLeft(v4, 18);
    hash = (hash ^ round(0, v1)) * PRIME_1 + PRIME_4;
    hash = (hash ^ round(0, v2)) * PRIME_1 + PRIME_4;
    hash = (hash ^ round(0, v3)) * PRIME_1 + PRIME_4;
    return (hash ^ round(0, v4)) * PRIME_1 + PRIME_4;
  }

  private static long word(long hash, long word) {
    return Long.rotateLeft(hash ^ round(0, word), 27) * PRIME_1 + PRIME_4;
  }

  private static long half(long hash, long half) {
    return Long.rotateLeft(hash ^ half * PRIME_1, 23) * PRIME_2 + PRIME_3;
  }

  private static long single(long hash, long octet) {
    return Long.rotateLeft(hash ^ octet * PRIME_5, 11) * PRIME_1;
  }

  private static long avalanche(long hash) {
    long h = (hash ^ hash >>> 33) * PRIME_2;
    h = (h ^ h >>> 29) * PRIME_3;
    return h ^ h >>> 32;
  }

  @Override
  public String toString() {
    return "xxHash64";
  }
}
