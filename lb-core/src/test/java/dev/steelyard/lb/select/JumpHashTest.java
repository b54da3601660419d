package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JumpHashTest {
  private static final int KEYS = 100_000;

  private static FakeEndpoint replica(String id, String shard) {
    return new FakeEndpoint(Instance.of(id + ":80").withMetadata("shard", shard));
  }

  private static Picker over(int shards, FakeEndpoint... endpoints) {
    Candidates candidates =
        Candidates.of(List.of(endpoints), Strategy.equal(endpoints.length), RandomSource.seeded(1));
    return Selectors.jumpHash(shards, "shard").prepare(candidates, null);
  }

  @Test
  void oneMoreShardTakesItsPartOfTheKeysAndNoOtherKeyMoves() {
    for (int n = 1; n <= 40; n++) {
      int moved = 0;
      for (int key = 0; key < KEYS; key++) {
        int before = JumpHashSelector.bucket(SplitMix.mix(key), n);
        int after = JumpHashSelector.bucket(SplitMix.mix(key), n + 1);
        assertTrue(before >= 0 && before < n);
        if (before != after) {
          assertEquals(n, after);
          moved++;
        }
      }
      double expected = (double) KEYS / (n + 1);
      assertTrue(moved <= 1.2 * expected + 20, moved + " of " + expected);
      assertEquals(expected, moved, 5 * Math.sqrt(expected));
    }
  }

  @Test
  void aKeyGoesToTheReplicasOfItsShardWhoeverElseIsThere() {
    FakeEndpoint zero = replica("a", "0");
    FakeEndpoint one = replica("b", "1");
    FakeEndpoint two = replica("c", "2");
    FakeEndpoint other = replica("d", "1");
    Picker all = over(3, zero, one, two, other);
    Picker reordered = over(3, other, two, one, zero);
    FakeEndpoint[] owners = {zero, one, two};
    for (int key = 0; key < 1_000; key++) {
      int shard = JumpHashSelector.bucket(key, 3);
      for (Picker picker : List.of(all, reordered)) {
        Endpoint picked = HashedFleet.pick(picker, key);
        assertTrue(picked == owners[shard] || (shard == 1 && picked == other));
      }
    }
  }

  @Test
  void theLessLoadedReplicaIsTaken() {
    FakeEndpoint busy = replica("a", "0");
    FakeEndpoint idle = replica("b", "0");
    busy.inFlight.set(3);
    Picker picker = over(1, busy, idle);
    for (int key = 0; key < 100; key++) {
      assertSame(idle, HashedFleet.pick(picker, key));
    }
  }

  @Test
  void aShardWithoutAnAllowedInstanceHasNoPick() {
    FakeEndpoint zero = replica("a", "0");
    Picker picker = over(2, zero);
    int none = 0;
    for (int key = 0; key < 1_000; key++) {
      Endpoint expected = JumpHashSelector.bucket(key, 2) == 0 ? zero : null;
      assertSame(expected, HashedFleet.pick(picker, key));
      none += expected == null ? 1 : 0;
    }
    assertTrue(none > 400);
    assertNull(
        over(1, zero)
            .pick(
                dev.steelyard.lb.request.RequestContext.forKey("k"),
                Exclusions.none().plus(zero),
                0));
    assertNull(HashedFleet.pick(over(5), 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3", "-1", "+1", "1.0", "x", " 1", "12345678901234567890"})
  void aBadShardIsRefusedByInstanceValueAndRule(String value) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> over(3, replica("a", value)));
    assertEquals(
        "metadata \"shard\" of instance a:80: \""
            + value
            + "\" (expected: the number of a shard, 0..2)",
        refusal.getMessage());
  }

  @Test
  void aMissingShardIsRefused() {
    List<FakeEndpoint> fleet = new ArrayList<>(FakeEndpoint.fleet(1));
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> over(3, fleet.toArray(new FakeEndpoint[0])));
    assertEquals(
        "metadata \"shard\" of instance host-0:80: absent (expected: the number of a shard, 0..2)",
        refusal.getMessage());
  }
}
