package dev.steelyard.lb.select;

/**
 * Hashes the keys of requests and of instances to 64 bits. Implementations are pure functions and
 * allocate nothing.
 */
@FunctionalInterface
public interface HashFunction {

  /**
   * Hashes a text as the bytes of its UTF-8 form.
   *
   * @param text what to hash
   * @param seed different seeds give independent functions
   * @return 64 bits, unsigned
   */
  long hash(CharSequence text, long seed);
}
