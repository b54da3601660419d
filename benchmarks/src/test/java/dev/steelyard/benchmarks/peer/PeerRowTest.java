package dev.steelyard.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerRowTest {
  @ParameterizedTest
  @EnumSource
  void everyPeerPicksAsItPromises(PeerRow row) {
    try (Peer peer = row.proven(10)) {
      Object picked = peer.pick(0);
      int index = peer.index(picked);
      assertTrue(index >= 0 && index < 10, row + " picked " + index);
    }
  }

  @Test
  void aBalancerThatAlwaysPicksTheSameKeepsNoPromise() {
    Peer stuck =
        new Peer() {
          @Override
          public Object pick(int key) {
            return "the first";
          }

          @Override
          public Runnable open(Object picked) {
            return () -> {};
          }

          @Override
          public int index(Object picked) {
            return 0;
          }
        };
    for (Promise promise : Promise.values()) {
      if (promise != Promise.FASTEST) {
        assertThrows(
            IllegalStateException.class, () -> promise.check(stuck, 10, 1000), promise.name());
      }
    }
  }
}
