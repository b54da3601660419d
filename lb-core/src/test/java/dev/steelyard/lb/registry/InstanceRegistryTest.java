package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InstanceRegistryTest {
  private static final Instance A = Instance.of("a:1");
  private static final Instance B = Instance.of("b:1");
  private static final Instance C = Instance.of("c:1");

  private final List<RegistryChange> changes = new ArrayList<>();
  private final InstanceRegistry registry = InstanceRegistry.builder().build();

  private static List<String> ids(InstanceRegistry registry) {
    return registry.snapshot().registrations().stream().map(Registration::id).toList();
  }

  private RegistryChange lastChange() {
    return changes.get(changes.size() - 1);
  }

  @Test
  void aNewRegistryIsEmptyAtVersionZero() {
    assertEquals(0, registry.snapshot().version());
    assertEquals(0, registry.snapshot().size());
    assertEquals(List.of(), registry.snapshot().registrations());
    assertNull(registry.snapshot().find("a:1"));
    assertEquals("InstanceRegistry[RegistrySnapshot[version=0, size=0]]", registry.toString());
  }

  @Test
  void ofRegistersAllAddressesInOrderAsUpInOneVersion() {
    InstanceRegistry both = InstanceRegistry.of("http://b:1", "a:1");
    assertEquals(List.of("b:1", "a:1"), ids(both));
    assertEquals(1, both.snapshot().version());
    assertTrue(
        both.snapshot().registrations().stream().allMatch(r -> r.status() == InstanceStatus.UP));
    assertEquals(0, InstanceRegistry.of().snapshot().version());
    assertThrows(IllegalArgumentException.class, () -> InstanceRegistry.of("a:1", "http://a:1"));
  }

  @Test
  void registerAddsAndReturnsTheRegistration() {
    Registration registration = registry.register(A);
    assertEquals(A, registration.instance());
    assertEquals("a:1", registration.id());
    assertEquals(InstanceStatus.UP, registration.status());
    assertSame(registration, registry.snapshot().find("a:1"));
    assertEquals(InstanceStatus.STARTING, registry.register(B, InstanceStatus.STARTING).status());
    assertEquals(List.of("a:1", "b:1"), ids(registry));
  }

  @Test
  @DisplayName("stork#233: the same id again is a new incarnation, in the diff and in the snapshot")
  void registeringAnIdAgainIsANewIncarnation() {
    Registration first = registry.register(A);
    registry.register(B);
    registry.setStatus("a:1", InstanceStatus.DOWN);
    registry.subscribe(changes::add);
    Registration second = registry.register(A);
    assertTrue(second.incarnation() > first.incarnation());
    assertEquals(InstanceStatus.UP, second.status());
    assertEquals(List.of(second), lastChange().added());
    assertEquals(
        List.of(new Registration(A, InstanceStatus.DOWN, first.incarnation())),
        lastChange().removed());
    assertEquals(List.of(), lastChange().changed());
    assertEquals(List.of("a:1", "b:1"), ids(registry), "the id keeps its place");
  }

  @Test
  void anIncarnationIsNeverUsedTwice() {
    long first = registry.register(A).incarnation();
    registry.deregister("a:1");
    long second = registry.register(A).incarnation();
    registry.replaceAll(List.of());
    registry.replaceAll(List.of(A));
    long third = registry.snapshot().find("a:1").incarnation();
    assertTrue(first < second && second < third);
  }

  @Test
  void deregisterRemovesAndSaysWhetherItWasThere() {
    Registration registration = registry.register(A);
    registry.register(B);
    registry.subscribe(changes::add);
    assertTrue(registry.deregister("a:1"));
    assertEquals(List.of("b:1"), ids(registry));
    assertEquals(List.of(registration), lastChange().removed());
    assertFalse(registry.deregister("a:1"));
    assertFalse(registry.deregister("unknown"));
    assertEquals(2, changes.size());
  }

  @Test
  void updateKeepsStatusIncarnationAndPlace() {
    Registration before = registry.register(A);
    registry.register(B);
    registry.setStatus("a:1", InstanceStatus.MAINTENANCE);
    registry.subscribe(changes::add);
    Instance heavier = A.withWeight(3).withZone("z").withMetadata("k", "v");
    assertTrue(registry.update(heavier));
    Registration after = registry.snapshot().find("a:1");
    assertEquals(
        new Registration(heavier, InstanceStatus.MAINTENANCE, before.incarnation()), after);
    assertEquals(List.of("a:1", "b:1"), ids(registry));
    assertEquals(1, lastChange().changed().size());
    assertEquals(after, lastChange().changed().get(0).after());
    assertEquals(A, lastChange().changed().get(0).before().instance());
    assertEquals(List.of(), lastChange().added());
    assertEquals(List.of(), lastChange().removed());
  }

  @Test
  void updateOfAnUnknownIdChangesNothing() {
    registry.register(A);
    assertFalse(registry.update(B));
    assertEquals(List.of("a:1"), ids(registry));
    assertEquals(1, registry.snapshot().version());
  }

  @Test
  void anotherUriIsAnotherServerAndSoANewIncarnation() {
    Registration before = registry.register(A, InstanceStatus.DEGRADED);
    registry.subscribe(changes::add);
    Instance moved = Instance.of(URI.create("http://elsewhere:1")).withId("a:1");
    assertTrue(registry.update(moved));
    Registration after = registry.snapshot().find("a:1");
    assertTrue(after.incarnation() > before.incarnation());
    assertEquals(InstanceStatus.UP, after.status());
    assertEquals(List.of(before), lastChange().removed());
    assertEquals(List.of(after), lastChange().added());
    assertEquals(List.of(), lastChange().changed());
  }

  @Test
  void setStatusChangesOnlyTheStatus() {
    Registration before = registry.register(A);
    registry.subscribe(changes::add);
    for (InstanceStatus status : InstanceStatus.values()) {
      assertTrue(registry.setStatus("a:1", status));
      assertEquals(
          new Registration(A, status, before.incarnation()), registry.snapshot().find("a:1"));
    }
    assertFalse(registry.setStatus("unknown", InstanceStatus.UP));
    assertEquals(List.of(), lastChange().added());
    assertEquals(InstanceStatus.DOWN, lastChange().changed().get(0).after().status());
    assertEquals(InstanceStatus.MAINTENANCE, lastChange().changed().get(0).before().status());
  }

  @Test
  @DisplayName("ribbon#368, ribbon#431: a refreshed list does not bring the dead back")
  void replaceAllKeepsStatusAndIncarnationOfThoseWhoStay() {
    long incarnation = registry.register(A).incarnation();
    registry.register(B);
    registry.setStatus("a:1", InstanceStatus.DOWN);
    registry.setStatus("b:1", InstanceStatus.MAINTENANCE);
    registry.replaceAll(List.of(A, B.withWeight(7), C));
    assertEquals(
        new Registration(A, InstanceStatus.DOWN, incarnation), registry.snapshot().find("a:1"));
    assertEquals(InstanceStatus.MAINTENANCE, registry.snapshot().find("b:1").status());
    assertEquals(7, registry.snapshot().find("b:1").instance().weight());
    assertEquals(InstanceStatus.UP, registry.snapshot().find("c:1").status());
  }

  @Test
  @DisplayName("armeria#3173, armeria#4221: a swap of instances is seen as a whole or not at all")
  void replaceAllIsOneAtomicDiff() {
    Registration a = registry.register(A);
    Registration b = registry.register(B);
    registry.subscribe(changes::add);
    long version = registry.snapshot().version();
    Instance movedB = Instance.of("http://elsewhere:1").withId("b:1");
    assertTrue(registry.replaceAll(List.of(C, A.withWeight(2), movedB)));
    assertEquals(version + 1, registry.snapshot().version());
    assertEquals(2, changes.size());
    assertEquals(List.of(b), lastChange().removed());
    assertEquals(
        List.of("c:1", "b:1"), lastChange().added().stream().map(Registration::id).toList());
    assertEquals(1, lastChange().changed().size());
    assertEquals(a, lastChange().changed().get(0).before());
    assertEquals(List.of("a:1", "b:1", "c:1"), ids(registry), "who stays keeps its place");
  }

  @Test
  void replaceAllRemovesWhoIsNotInTheList() {
    registry.register(A);
    registry.register(B);
    registry.subscribe(changes::add);
    registry.replaceAll(List.of(B));
    assertEquals(List.of("b:1"), ids(registry));
    assertEquals(List.of("a:1"), lastChange().removed().stream().map(Registration::id).toList());
    assertEquals(List.of(), lastChange().added());
  }

  @Test
  void aListWithAnIdTwiceIsRefusedAndNothingIsChanged() {
    registry.register(A);
    registry.subscribe(changes::add);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> registry.replaceAll(List.of(B, C, B.withWeight(2))));
    assertEquals("instances: b:1 (expected: each id once)", refusal.getMessage());
    assertThrows(NullPointerException.class, () -> registry.replaceAll(Arrays.asList(B, null)));
    assertEquals(List.of("a:1"), ids(registry));
    assertEquals(1, registry.snapshot().version());
    assertEquals(1, changes.size());
  }

  @Test
  @DisplayName("spring-cloud-commons#1215, stork#231: an outage of discovery is not ours")
  void aRefusedEmptyUpdateKeepsTheLastKnownGood() {
    InstanceRegistry careful = InstanceRegistry.builder().emptyUpdate(EmptyUpdate.REFUSE).build();
    careful.replaceAll(List.of(A, B));
    careful.subscribe(changes::add);
    RegistrySnapshot known = careful.snapshot();
    assertFalse(careful.replaceAll(List.of()));
    assertFalse(careful.replaceAll(List.of()));
    assertSame(known, careful.snapshot());
    assertEquals(2, careful.refusedUpdates());
    assertEquals(1, changes.size());
    assertTrue(careful.replaceAll(List.of(B)), "a list that is not empty is taken");
    assertEquals(List.of("b:1"), ids(careful));
    assertEquals(2, careful.refusedUpdates());
  }

  @Test
  void refusingEmptyUpdatesRefusesNothingWhereThereIsNothingToKeep() {
    InstanceRegistry careful = InstanceRegistry.builder().emptyUpdate(EmptyUpdate.REFUSE).build();
    assertTrue(careful.replaceAll(List.of()));
    careful.register(A);
    assertTrue(careful.deregister("a:1"), "removing one by one is meant");
    assertTrue(careful.replaceAll(List.of()));
    assertEquals(0, careful.refusedUpdates());
  }

  @Test
  void anAcceptedEmptyUpdateRemovesAll() {
    registry.replaceAll(List.of(A, B));
    registry.subscribe(changes::add);
    assertTrue(registry.replaceAll(List.of()));
    assertEquals(0, registry.snapshot().size());
    assertEquals(2, lastChange().removed().size());
    assertEquals(0, registry.refusedUpdates());
  }

  @Test
  void eachEffectiveChangeIsOneVersion() {
    List<Runnable> effective =
        List.of(
            () -> registry.register(A),
            () -> registry.register(A),
            () -> registry.register(B),
            () -> registry.update(A.withWeight(2)),
            () -> registry.setStatus("a:1", InstanceStatus.DOWN),
            () -> registry.drain("b:1", Duration.ofSeconds(1)),
            () -> registry.replaceAll(List.of(A, C)),
            () -> registry.deregister("a:1"));
    for (int i = 0; i < effective.size(); i++) {
      effective.get(i).run();
      assertEquals(i + 1, registry.snapshot().version());
    }
  }

  @Test
  void whatChangesNothingIsNoVersionAndNoEvent() {
    registry.replaceAll(List.of(A, B));
    registry.setStatus("b:1", InstanceStatus.DRAINING);
    registry.subscribe(changes::add);
    RegistrySnapshot before = registry.snapshot();
    registry.update(A.withWeight(A.weight()));
    registry.update(A.withWeight(-0.0 + A.weight()));
    registry.setStatus("a:1", InstanceStatus.UP);
    registry.replaceAll(List.of(B, A));
    registry.deregister("unknown");
    registry.update(C);
    registry.setStatus("unknown", InstanceStatus.DOWN);
    registry.drain("b:1", Duration.ofSeconds(1));
    registry.drain("unknown", Duration.ofSeconds(1));
    assertSame(before, registry.snapshot());
    assertEquals(1, changes.size());
  }

  @Test
  void aSnapshotIsImmutableAndDoesNotFollow() {
    registry.register(A);
    RegistrySnapshot old = registry.snapshot();
    assertThrows(UnsupportedOperationException.class, () -> old.registrations().remove(0));
    registry.register(B);
    registry.setStatus("a:1", InstanceStatus.DOWN);
    registry.deregister("b:1");
    assertEquals(1, old.version());
    assertEquals(1, old.size());
    assertEquals(InstanceStatus.UP, old.find("a:1").status());
    assertNull(old.find("b:1"));
    assertNotEquals(old.version(), registry.snapshot().version());
  }

  @Test
  void theListsOfAChangeAreImmutable() {
    registry.subscribe(changes::add);
    registry.register(A);
    assertThrows(UnsupportedOperationException.class, () -> lastChange().added().clear());
    assertThrows(UnsupportedOperationException.class, () -> lastChange().removed().add(null));
    assertThrows(UnsupportedOperationException.class, () -> lastChange().changed().add(null));
  }

  /** spring-cloud-commons#1013, spring-cloud-netflix#2025: state shared by two services. */
  @Test
  @DisplayName("spring-cloud-netflix#2025: two registries share nothing")
  void twoRegistriesShareNothing() {
    InstanceRegistry other = InstanceRegistry.builder().build();
    registry.subscribe(changes::add);
    other.register(A);
    other.replaceAll(List.of(B));
    assertEquals(0, registry.snapshot().size());
    assertEquals(1, changes.size());
    assertEquals(registry.register(A).incarnation(), 1);
  }

  @Test
  void nullsAreRefusedBeforeAnythingIsChanged() {
    registry.register(A);
    assertThrows(NullPointerException.class, () -> registry.register(null));
    assertThrows(NullPointerException.class, () -> registry.register(B, null));
    assertThrows(NullPointerException.class, () -> registry.deregister(null));
    assertThrows(NullPointerException.class, () -> registry.update(null));
    assertThrows(NullPointerException.class, () -> registry.setStatus("a:1", null));
    assertThrows(NullPointerException.class, () -> registry.setStatus(null, InstanceStatus.UP));
    assertThrows(NullPointerException.class, () -> registry.replaceAll(null));
    assertThrows(NullPointerException.class, () -> registry.subscribe(null));
    assertThrows(NullPointerException.class, () -> registry.drain(null, Duration.ofSeconds(1)));
    assertThrows(NullPointerException.class, () -> registry.drain("a:1", null));
    assertThrows(NullPointerException.class, () -> InstanceRegistry.builder().emptyUpdate(null));
    assertThrows(NullPointerException.class, () -> InstanceRegistry.builder().scheduler(null));
    assertEquals(1, registry.snapshot().version());
  }

  @Test
  void aStatusIsSetOnlyIfNobodyHasChangedItSinceItWasSeen() {
    InstanceRegistry registry = InstanceRegistry.of("a:1");
    Registration seen = registry.snapshot().registrations().get(0);
    long version = registry.snapshot().version();
    assertEquals(seen, registry.compareAndSetStatus(seen, InstanceStatus.UP));
    assertEquals(version, registry.snapshot().version(), "only looked");

    registry.update(seen.instance().withWeight(3));
    Registration down = registry.compareAndSetStatus(seen, InstanceStatus.DOWN);
    assertEquals(InstanceStatus.DOWN, down.status());
    assertEquals(3, down.instance().weight(), "attributes are as they are now");
    assertEquals(down, registry.snapshot().find("a:1"));

    registry.setStatus("a:1", InstanceStatus.MAINTENANCE);
    Registration kept = registry.compareAndSetStatus(down, InstanceStatus.UP);
    assertEquals(InstanceStatus.MAINTENANCE, kept.status());

    Registration next = registry.register(Instance.of("a:1"), InstanceStatus.MAINTENANCE);
    assertEquals(next, registry.compareAndSetStatus(kept, InstanceStatus.UP));
    registry.deregister("a:1");
    assertNull(registry.compareAndSetStatus(next, InstanceStatus.UP));
    assertEquals(0, registry.snapshot().size());
  }
}
