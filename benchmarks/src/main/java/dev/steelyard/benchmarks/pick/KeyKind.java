package dev.steelyard.benchmarks.pick;

import dev.steelyard.lb.request.RequestContext;
import java.util.Locale;

/** How a request brings its key: each way is a line. */
public enum KeyKind {
  /** As text, which is hashed for each pick. */
  TEXT((text, hash) -> RequestContext.forKey(text)),

  /** As a hash that is ready. */
  READY_HASH((text, hash) -> RequestContext.empty().withKeyHash(hash));

  @SuppressWarnings("ImmutableEnumChecker") // a method reference
  private final Way way;

  KeyKind(Way way) {
    this.way = way;
  }

  /**
   * Returns the way that leaves the least to do, which is compared with the floors.
   *
   * @return the last
   */
  public static KeyKind least() {
    return values()[values().length - 1];
  }

  /**
   * Returns the name for reading.
   *
   * @return lower case
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The requests' contexts, made in advance: what is measured is the pick. */
  RequestContext[] contexts() {
    String[] texts = Keys.texts();
    long[] hashes = Keys.hashes();
    RequestContext[] contexts = new RequestContext[Keys.COUNT];
    for (int i = 0; i < Keys.COUNT; i++) {
      contexts[i] = way.context(texts[i], hashes[i]);
    }
    return contexts;
  }

  @FunctionalInterface
  private interface Way {
    RequestContext context(String text, long hash);
  }
}
