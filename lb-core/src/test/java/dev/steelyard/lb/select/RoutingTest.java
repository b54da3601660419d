package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RoutingTest {
  private static final Routing NONE = Routing.none();
  private static final Routing ZONE = NONE.zone("a");

  private static Routing everything() {
    return NONE.zone("a")
        .clientZones(Map.of("a", 2.0, "b", 1.0))
        .zoneMinimum(3)
        .priority("tier")
        .overprovisioning(1.25)
        .panicThreshold(0.5)
        .failOnPanic()
        .clientSubset(20, "me")
        .subset("version", "stage")
        .strictSubset("tenant")
        .subsetFallback(Map.of("stage", "prod"))
        .split("color", Map.of("green", 0.05, "blue", 0.95));
  }

  @Test
  void noneHasTheDefaults() {
    assertSame(NONE, Routing.none());
    assertNull(NONE.localZone());
    assertEquals(Map.of(), NONE.clientZones());
    assertEquals(6, NONE.zoneMinimum());
    assertNull(NONE.priorityKey());
    assertEquals(1.4, NONE.overprovisioning());
    assertEquals(0, NONE.panicThreshold());
    assertEquals(false, NONE.failsOnPanic());
    assertEquals(0, NONE.clientSubsetSize());
    assertNull(NONE.clientId());
    assertEquals(Set.of(), NONE.subsets());
    assertEquals(Map.of(), NONE.subsetFallback());
    assertNull(NONE.splitKey());
    assertEquals(Map.of(), NONE.splitShares());
    assertEquals("Routing[]", NONE.toString());
  }

  @Test
  void everyKnobIsKeptAndListed() {
    Routing all = everything();

    assertEquals("a", all.localZone());
    assertEquals(Map.of("a", 2.0, "b", 1.0), all.clientZones());
    assertEquals(3, all.zoneMinimum());
    assertEquals("tier", all.priorityKey());
    assertEquals(1.25, all.overprovisioning());
    assertEquals(0.5, all.panicThreshold());
    assertTrue(all.failsOnPanic());
    assertEquals(20, all.clientSubsetSize());
    assertEquals("me", all.clientId());
    assertEquals(List.of(Set.of("stage", "version"), Set.of("tenant")), List.copyOf(all.subsets()));
    assertTrue(all.isStrict(Set.of("tenant")));
    assertEquals(false, all.isStrict(Set.of("stage", "version")));
    assertEquals(Map.of("stage", "prod"), all.subsetFallback());
    assertEquals("color", all.splitKey());
    assertEquals(Map.of("green", 0.05, "blue", 0.95), all.splitShares());
    assertEquals(
        "Routing[zone=a, clientZones={a=2.0, b=1.0}, zoneMinimum=3, priority=tier,"
            + " overprovisioning=1.25, panicThreshold=0.5, failOnPanic=true,"
            + " clientSubset=20 for me, subsets=[[stage, version], [tenant] strictly],"
            + " subsetFallback={stage=prod}, split=color {blue=0.95, green=0.05}]",
        all.toString());
    assertNull(all.noSubsetFallback().subsetFallback());
    assertTrue(all.noSubsetFallback().toString().contains("subsetFallback=none"));
  }

  @Test
  void equalKnobsMakeEqualRoutings() {
    assertEquals(everything(), everything());
    assertEquals(everything().hashCode(), everything().hashCode());
    assertEquals(NONE, NONE.panicThreshold(0.5).panicThreshold(0));
    assertNotEquals(everything(), everything().zone("b"));
    assertNotEquals(NONE.subset("a").subset("b"), NONE.subset("b").subset("a"));
    assertNotEquals(NONE.subset("a"), NONE.strictSubset("a"));
  }

  @Test
  void aRoutingNeverChanges() {
    Map<String, Double> shares = new HashMap<>(Map.of("v1", 1.0));
    Routing split = NONE.split("version", shares);
    shares.put("v2", 1.0);
    split.zone("a");

    assertEquals(Map.of("v1", 1.0), split.splitShares());
    assertNull(split.localZone());
    assertThrows(UnsupportedOperationException.class, () -> split.splitShares().clear());
    assertThrows(UnsupportedOperationException.class, () -> everything().subsets().clear());
    assertThrows(
        UnsupportedOperationException.class,
        () -> everything().subsets().iterator().next().clear());
  }

  static Stream<Arguments> refused() {
    Map<String, Double> some = Map.of("a", 1.0);
    Map<String, Double> many = new HashMap<>();
    for (int i = 0; i < 65; i++) {
      many.put("v" + i, 1.0);
    }
    return Stream.of(
        row("zone", " ", () -> NONE.zone(" ")),
        row("zone", "one of clientZones", () -> ZONE.clientZones(some).zone("b")),
        row("clientZones", "after zone", () -> NONE.clientZones(some)),
        row("clientZones", "own zone, a", () -> ZONE.clientZones(Map.of("b", 1.0))),
        row("clientZones of b", "NaN", () -> ZONE.clientZones(Map.of("a", 1.0, "b", Double.NaN))),
        row("zoneMinimum", "0", () -> ZONE.clientZones(some).zoneMinimum(0)),
        row("zoneMinimum", "after clientZones", () -> ZONE.zoneMinimum(3)),
        row("priority", "", () -> NONE.priority("")),
        row("overprovisioning", "0.99", () -> ZONE.overprovisioning(0.99)),
        row("overprovisioning", "NaN", () -> ZONE.overprovisioning(Double.NaN)),
        row("overprovisioning", "after zone or priority", () -> NONE.overprovisioning(2)),
        row("panicThreshold", "-0.1", () -> NONE.panicThreshold(-0.1)),
        row("panicThreshold", "1.1", () -> NONE.panicThreshold(1.1)),
        row("panicThreshold", "NaN", () -> NONE.panicThreshold(Double.NaN)),
        row("panicThreshold", "0.0", () -> NONE.panicThreshold(1).failOnPanic().panicThreshold(0)),
        row("failOnPanic", "after panicThreshold", () -> NONE.failOnPanic()),
        row("clientSubset size", "0", () -> NONE.clientSubset(0, "me")),
        row("clientSubset clientId", "", () -> NONE.clientSubset(1, "")),
        row("subset", "no keys", () -> NONE.subset()),
        row("subset", "each key once", () -> NONE.subset("a", "a")),
        row("subset", "each set", () -> NONE.subset("a", "b").strictSubset("b", "a")),
        row("subset", " ", () -> NONE.subset(" ")),
        row("subsetFallback", "after subset", () -> NONE.subsetFallback(Map.of("a", "b"))),
        row("subsetFallback", "{}", () -> NONE.subset("a").subsetFallback(Map.of())),
        row("subsetFallback", "after subset", () -> NONE.noSubsetFallback()),
        row("split", " ", () -> NONE.split(" ", some)),
        row("split", "above 0", () -> NONE.split("v", Map.of("a", 0.0))),
        row("split", "above 0", () -> NONE.split("v", Map.of())),
        row("split of a", "-1.0", () -> NONE.split("v", Map.of("a", -1.0))),
        row("split of a", "Infinity", () -> NONE.split("v", Map.of("a", 1 / 0.0))),
        row("split", "65", () -> NONE.split("v", many)));
  }

  private static Arguments row(String knob, String part, Executable call) {
    return Arguments.of(knob, part, call);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatBreaksARuleOrHasNoEffectIsRefusedAtTheCall(String knob, String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();

    assertTrue(message.startsWith(knob + ": "), message);
    assertTrue(message.contains(part), message);
  }
}
