package dev.steelyard.lb.route;

import static dev.steelyard.lb.route.ClientSubsetTest.common;
import static dev.steelyard.lb.route.ClientSubsetTest.subset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ClientSubsetPropertyTest {

  @Property(tries = 300)
  void oneInstanceLessChangesAtMostOneMember(
      @ForAll @IntRange(min = 1, max = 120) int n,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll @IntRange(max = 10_000) int client,
      @ForAll @IntRange(max = 10_000) int pick) {
    List<Member> members = ClientSubsetTest.fleet(n);
    Set<String> before = subset(members, size, "client-" + client);
    List<Member> fewer = new ArrayList<>(members);
    String gone = fewer.remove(pick % n).instance().id();
    Set<String> after = subset(fewer, size, "client-" + client);

    assertEquals(Math.min(size, n), before.size());
    assertEquals(Math.min(size, n - 1), after.size());
    assertEquals(before.size() - (before.contains(gone) ? 1 : 0), common(before, after));
  }

  @Property(tries = 200)
  void theOrderNeverMatters(
      @ForAll @IntRange(min = 1, max = 120) int n,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll long seed) {
    List<Member> members = ClientSubsetTest.fleet(n);
    List<Member> shuffled = new ArrayList<>(members);
    Collections.shuffle(shuffled, new Random(seed));

    assertEquals(subset(members, size, "me"), subset(shuffled, size, "me"));
  }

  @Property(tries = 200)
  void aLargerPartContainsTheSmaller(
      @ForAll @IntRange(min = 1, max = 120) int n, @ForAll @IntRange(min = 1, max = 40) int size) {
    List<Member> members = ClientSubsetTest.fleet(n);

    assertTrue(subset(members, size + 1, "me").containsAll(subset(members, size, "me")));
  }
}
