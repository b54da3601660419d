package dev.steelyard.lb.select;

/**
 * Hashes the keys of requests and of instances to 64 bits. Implementations are pure functions and
 * allocate nothing.
 *
 * <p>What a table of a hashing strategy looks like depends on it, so all clients of a service that
 * are to agree where a key lives need the same one. Neither of those given here resists somebody
 * who chooses keys so that they collide.
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

  /**
   * Returns xxHash64 (Y. Collet), the function of Envoy and gRPC and the default of every hashing
   * strategy. About one nanosecond per character of ASCII; a surrogate without its partner counts
   * as {@code '?'}, as in {@link String#getBytes(java.nio.charset.Charset)}.
   *
   * @return the function
   */
  static HashFunction xxHash64() {
    return XxHash64.INSTANCE;
  }

  /**
   * Returns MurmurHash64A (A. Appleby), Envoy's {@code MURMUR_HASH_2} and the {@code
   * std::hash<string>} of libstdc++: with seed 0 it starts as these do, at 0xc70f6907; another seed
   * is combined with that value by exclusive or.
   *
   * @return the function
   */
  static HashFunction murmur2() {
    return Murmur2.INSTANCE;
  }
}
