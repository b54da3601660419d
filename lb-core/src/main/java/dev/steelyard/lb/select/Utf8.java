package dev.steelyard.lb.select;

/**
 * Reads texts as their UTF-8 bytes without making an array of them. Bytes are packed little-endian:
 * the first one lowest.
 */
final class Utf8 {
  /** The bits of four packed characters of which ASCII sets none. */
  private static final long NOT_ASCII = 0xFF80_FF80_FF80_FF80L;

  private Utf8() {}

  /** Four characters, 16 bits each. */
  static long quad(CharSequence text, int from) {
    return text.charAt(from)
        | (long) text.charAt(from + 1) << 16
        | (long) text.charAt(from + 2) << 32
        | (long) text.charAt(from + 3) << 48;
  }

  /** Whether one of the characters in the union of some {@link #quad}s needs more than a byte. */
  static boolean isBeyondAscii(long quads) {
    return (quads & NOT_ASCII) != 0;
  }

  /** The four bytes of a {@link #quad} of ASCII characters. */
  static long bytes(long quad) {
    long pairs = (quad | quad >>> 8) & 0x0000_FFFF_0000_FFFFL;
    return (pairs | pairs >>> 16) & 0xFFFF_FFFFL;
  }

  /**
   * The one to four bytes of the code point at an index. A surrogate without its partner gives
   * {@code '?'}. As an unsigned 32-bit value: {@link #length} and {@link #characters} tell how much
   * it is.
   */
  static long encode(CharSequence text, int index) {
    char c = text.charAt(index);
    if (c < 0x80) {
      return c;
    }
    if (c < 0x800) {
      return 0x80C0 | c >>> 6 | (c & 0x3F) << 8;
    }
    if (!Character.isSurrogate(c)) {
      return 0x8080E0 | c >>> 12 | (c >>> 6 & 0x3F) << 8 | (c & 0x3F) << 16;
    }
    if (Character.isHighSurrogate(c) && index + 1 < text.length()) {
      char low = text.charAt(index + 1);
      if (Character.isLowSurrogate(low)) {
        int point = Character.toCodePoint(c, low);
        return 0x808080F0L
            | point >>> 18
            | (point >>> 12 & 0x3F) << 8
            | (point >>> 6 & 0x3F) << 16
            | (point & 0x3FL) << 24;
      }
    }
    return '?';
  }

  /** How many bytes {@link #encode} gave. */
  static int length(long encoded) {
    return encoded == 0 ? 1 : (Long.SIZE + 7 - Long.numberOfLeadingZeros(encoded)) >>> 3;
  }

  /** How many characters {@link #encode} took. */
  static int characters(long encoded) {
    return encoded > 0xFF_FFFF ? 2 : 1;
  }

  /** The length of a text in bytes. */
  static long length(CharSequence text) {
    long length = 0;
    for (int i = 0; i < text.length(); ) {
      long encoded = encode(text, i);
      length += length(encoded);
      i += characters(encoded);
    }
    return length;
  }
}
