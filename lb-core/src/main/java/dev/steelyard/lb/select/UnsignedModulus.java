package dev.steelyard.lb.select;

/**
 * The remainder of an unsigned 64-bit value without a division, which would take tens of cycles.
 *
 * <p>With {@code r = floor((2^64 - 1) / m)} the upper half of the product {@code h * r} is the
 * quotient {@code floor(h / m)} or one less: {@code 2^64 / m - r} is above 0 and at most 1, hence
 * {@code h / m - h * r / 2^64} is at least 0 and below 1. So the remainder is off by m at most
 * once. As r is below 2^63 for every m of at least 2, a signed multiplication is right but for the
 * sign of h, which is corrected.
 */
final class UnsignedModulus {
  private final long modulus;
  private final long reciprocal;

  UnsignedModulus(int modulus) {
    this.modulus = modulus;
    this.reciprocal = Long.divideUnsigned(-1L, modulus);
  }

  int of(long value) {
    long quotient = Math.multiplyHigh(value, reciprocal) + (value >> 63 & reciprocal);
    long remainder = value - quotient * modulus;
    long less = remainder - modulus;
    return (int) (less + (less >> 63 & modulus)); // without a branch to guess
  }
}
