package dev.steelyard.lb.select;

/**
 * MurmurHash64A (A. Appleby, public domain) of the UTF-8 bytes of a text. The length goes in first,
 * so a text that turns out not to be ASCII is measured and hashed again.
 */
final class Murmur2 implements HashFunction {
  static final Murmur2 INSTANCE = new Murmur2();

  private static final long LIBSTDCXX_SEED = 0xc70f6907L;
  private static final long M = 0xc6a4a7935bd1e995L;
  private static final int R = 47;

  private Murmur2() {}

  @Override
  public long hash(CharSequence text, long seed) {
    int length = text.length();
    long all = 0;
    long hash = start(seed, length);
    int at = 0;
    for (; at <= length - 8; at += 8) {
      long a = Utf8.quad(text, at);
      long b = Utf8.quad(text, at + 4);
      all |= a | b;
      hash = word(hash, Utf8.bytes(a) | Utf8.bytes(b) << 32);
    }
    if (at < length) {
      long rest = 0;
      for (int shift = 0; at < length; at++, shift += 8) {
        char c = text.charAt(at);
        all |= c;
        rest |= (long) c << shift;
      }
      hash = (hash ^ rest) * M;
    }
    return Utf8.isBeyondAscii(all) ? encoding(text, seed) : finish(hash);
  }

  private static long encoding(CharSequence text, long seed) {
    long hash = start(seed, Utf8.length(text));
    long word = 0;
    int filled = 0;
    for (int i = 0; i < text.length(); ) {
      long encoded = Utf8.encode(text, i);
      int bytes = Utf8.length(encoded);
      i += Utf8.characters(encoded);
      word |= encoded << (filled << 3);
      filled += bytes;
      if (filled >= 8) {
        hash = word(hash, word);
        filled -= 8;
        word = filled == 0 ? 0 : encoded >>> ((bytes - filled) << 3);
      }
    }
    return finish(filled == 0 ? hash : (hash ^ word) * M);
  }

  private static long start(long seed, long length) {
    return LIBSTDCXX_SEED ^ seed ^ length * M;
  }

  private static long word(long hash, long word) {
    long k = word * M;
    return (hash ^ (k ^ k >>> R) * M) * M;
  }

  private static long finish(long hash) {
    long h = (hash ^ hash >>> R) * M;
    return h ^ h >>> R;
  }

  @Override
  public String toString() {
    return "murmur2";
  }
}
