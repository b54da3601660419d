package dev.steelyard.lb.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.Allocations;
import dev.steelyard.lb.testing.Threads;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClientRateLimitsTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong clock = new AtomicLong(-3);

  private ClientRateLimits limits(double perSecond, int burst, long maxClients) {
    return new ClientRateLimits(perSecond, burst, maxClients, clock::get);
  }

  private int drain(ClientRateLimits limits, String key) {
    int taken = 0;
    while (limits.tryAcquire(key, clock.get()) == 0) {
      taken++;
    }
    return taken;
  }

  @Test
  void eachClientHasItsOwnLimitAndIsToldWhenToComeBack() {
    ClientRateLimits limits = limits(10, 5, 100);
    assertEquals(5, drain(limits, "a"));
    assertEquals(SECOND / 10, limits.tryAcquire("a", clock.get()));
    assertEquals(5, drain(limits, "b"));
    clock.addAndGet(SECOND / 10);
    assertEquals(1, drain(limits, "a"));
    assertEquals(2, limits.clients());
    assertEquals(4, limits.refused());
  }

  @Test
  void aClientIsForgottenWhenItsBucketWouldBeFullAndGainsNothingByThat() {
    ClientRateLimits limits = limits(10, 5, 100);
    assertEquals(5, drain(limits, "a"));
    clock.addAndGet(SECOND / 2 - 1);
    assertEquals(4, drain(limits, "a"), "not forgotten a moment too early");
    clock.addAndGet(SECOND / 2);
    assertEquals(5, drain(limits, "a"));
    clock.addAndGet(SECOND / 2);
    assertEquals(0, limits.tryAcquire("b", clock.get()));
    assertEquals(1, limits.clients());
    assertEquals(0, limits.evictions());
  }

  /** Over any span a client gets burst + rate x span, however it times its pauses. */
  @Test
  void pausesAroundTheExpiryGainNothing() {
    for (long pause = SECOND / 2 - 2; pause <= SECOND / 2 + 2; pause++) {
      ClientRateLimits limits = limits(10, 5, 100);
      long begin = clock.get();
      int taken = 0;
      for (int i = 0; i < 20; i++) {
        taken += drain(limits, "a");
        clock.addAndGet(pause);
      }
      double seconds = (double) (clock.get() - pause - begin) / SECOND;
      assertTrue(taken <= 5 + 10 * seconds + 1e-6, taken + " in " + seconds);
    }
  }

  @Test
  void aFloodOfInventedKeysIsBoundedAndDoesNotDriveOutWhoComesOften() {
    ClientRateLimits limits = limits(0.01, 5, 500);
    int regular = 0;
    for (int i = 0; i < 20_000; i++) {
      clock.addAndGet(1_000);
      assertEquals(0, limits.tryAcquire("invented-" + i, clock.get()));
      if (i % 10 == 0) {
        regular += limits.tryAcquire("regular", clock.get()) == 0 ? 1 : 0;
      }
      assertTrue(limits.clients() <= 501, () -> limits.clients() + " clients");
    }
    assertTrue(limits.evictions() > 19_000);
    assertEquals(5, regular, "its bucket was not forgotten");
  }

  @Test
  void keysOfAnyLengthAreNotKept() {
    ClientRateLimits limits = limits(10, 5, 100);
    String longest = "k".repeat(ClientRateLimits.MAX_KEY_LENGTH);
    assertEquals(0, limits.tryAcquire(longest, clock.get()));
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> limits.tryAcquire(longest + "k", clock.get()));
    assertEquals("key: 257 chars (expected: at most 256)", e.getMessage());
    assertEquals(1, limits.clients());
  }

  @Test
  void badArgumentsAreNamed() {
    assertThrows(IllegalArgumentException.class, () -> limits(0, 5, 100));
    assertThrows(IllegalArgumentException.class, () -> limits(1, 0, 100));
    var e = assertThrows(IllegalArgumentException.class, () -> limits(1, 1, 0));
    assertTrue(e.getMessage().startsWith("maxClients: 0"), e.getMessage());
  }

  @Test
  @Timeout(60)
  void threadsOfOneClientGetItsBurstTogether() throws Exception {
    ClientRateLimits limits = limits(0.001, 1_000, 100);
    AtomicInteger granted = new AtomicInteger();
    Threads.together(
        Collections.nCopies(
            8,
            () -> {
              for (int i = 0; i < 2_000; i++) {
                if (limits.tryAcquire("a", clock.get()) == 0) {
                  granted.incrementAndGet();
                }
              }
            }));
    assertEquals(1_000, granted.get());
    assertEquals(15_000, limits.refused());
  }

  @Test
  void nothingIsAllocatedForAKnownClient() throws Exception {
    ClientRateLimits limits = limits(1_000, 10, 100);
    double bytes =
        Allocations.bytesPerRun(
            50_000,
            () -> {
              clock.addAndGet(500_000);
              limits.tryAcquire("a", clock.get());
            });
    assertTrue(bytes < 1, bytes + " bytes");
  }
}
