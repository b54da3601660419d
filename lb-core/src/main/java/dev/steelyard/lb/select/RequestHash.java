package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;

/** What a hashing strategy hashes of a request. */
@FunctionalInterface
interface RequestHash {

  /** 64 bits of which equal ones go to the same place; random if the request brings nothing. */
  long of(RequestContext request, RandomSource random);

  /** The key's hash if there is one, or else the key, hashed. */
  static RequestHash ofKey(HashFunction function) {
    return (request, random) -> {
      if (request.hasKeyHash()) {
        return request.keyHash();
      }
      String key = request.key();
      return key == null ? random.nextLong() : function.hash(key, 0);
    };
  }

  /** The leading bits of the client's address, hashed as 16 bytes. */
  static RequestHash ofClientAddress(int ipv4Prefix, int ipv6Prefix) {
    long ipv4 = -1L << (32 - ipv4Prefix);
    long high = ipv6Prefix >= Long.SIZE ? -1L : -1L << (Long.SIZE - ipv6Prefix);
    long low = ipv6Prefix <= Long.SIZE ? 0 : -1L << (128 - ipv6Prefix);
    return (request, random) -> {
      if (!request.hasClientAddress()) {
        return random.nextLong();
      }
      long upper = request.clientAddressHigh();
      long lower = request.clientAddressLow();
      boolean isIpv4 = upper == 0 && lower >>> 32 == 0xFFFF;
      return isIpv4
          ? XxHash64.hash(0, lower & ipv4, 0)
          : XxHash64.hash(upper & high, lower & low, 0);
    };
  }
}
