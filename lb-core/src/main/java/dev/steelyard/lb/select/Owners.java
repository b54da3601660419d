package dev.steelyard.lb.select;

/** An immutable array of indexes, in two bytes each where they fit. */
final class Owners {
  private static final int[] NONE = {};

  private final char[] narrow;
  private final int[] wide;

  private Owners(char[] narrow, int[] wide) {
    this.narrow = narrow;
    this.wide = wide;
  }

  /** Of indexes below a bound; the array is the table's from now on. */
  static Owners of(int[] indexes, int bound) {
    if (bound > 1 << Character.SIZE) {
      return new Owners(new char[0], indexes);
    }
    char[] narrow = new char[indexes.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (char) indexes[i];
    }
    return new Owners(narrow, NONE);
  }

  int get(int slot) {
    return wide == NONE ? narrow[slot] : wide[slot];
  }

  int size() {
    return wide == NONE ? narrow.length : wide.length;
  }
}
