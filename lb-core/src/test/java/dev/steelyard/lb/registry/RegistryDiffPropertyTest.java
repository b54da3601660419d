package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.ManualScheduler;
import dev.steelyard.lb.testing.Threads;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever is done to a registry: the diffs that a listener got, applied one after the other to
 * nothing, make the snapshot. The checks are in {@link Follower}.
 */
class RegistryDiffPropertyTest {

  /** One call of a registry's writing methods. */
  @FunctionalInterface
  interface Operation {
    void applyTo(InstanceRegistry registry);
  }

  @Provide
  Arbitrary<Instance> instances() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4), // few ids, so that they meet
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(0.0, 1.0, 2.0))
        .as(
            (id, server, weight) ->
                new Instance(
                    "id-" + id, URI.create("http://s" + server + ":1"), weight, null, Map.of()));
  }

  @Provide
  Arbitrary<Operation> operations() {
    Arbitrary<InstanceStatus> statuses = Arbitraries.of(InstanceStatus.class);
    Arbitrary<Instance> one = instances();
    Arbitrary<List<Instance>> several = one.list().ofMaxSize(5).uniqueElements(Instance::id);
    return Arbitraries.oneOf(
        Combinators.combine(one, statuses)
            .as((instance, status) -> registry -> registry.register(instance, status)),
        one.map(instance -> registry -> registry.update(instance)),
        one.map(instance -> registry -> registry.deregister(instance.id())),
        Combinators.combine(one, statuses)
            .as((instance, status) -> registry -> registry.setStatus(instance.id(), status)),
        one.map(instance -> registry -> registry.drain(instance.id(), Duration.ofDays(1))),
        several.map(list -> registry -> registry.replaceAll(list)));
  }

  @Provide
  Arbitrary<List<Operation>> sequences() {
    return operations().list().ofMaxSize(60);
  }

  private static InstanceRegistry newRegistry() {
    return InstanceRegistry.builder().scheduler(new ManualScheduler()).build();
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theDiffsMakeTheSnapshot(@ForAll("sequences") List<Operation> operations) {
    InstanceRegistry registry = newRegistry();
    Follower fromTheStart = new Follower();
    registry.subscribe(fromTheStart);
    Follower fromTheMiddle = new Follower();
    for (int i = 0; i < operations.size(); i++) {
      if (i == operations.size() / 2) {
        registry.subscribe(fromTheMiddle);
        fromTheMiddle.check(registry);
      }
      long before = registry.snapshot().version();
      List<Registration> was = registry.snapshot().registrations();
      operations.get(i).applyTo(registry);
      boolean changed = !was.equals(registry.snapshot().registrations());
      assertEquals(before + (changed ? 1 : 0), registry.snapshot().version());
      fromTheStart.check(registry);
    }
    assertEquals(registry.snapshot().version() + 1, fromTheStart.calls());
    if (operations.size() >= 2) {
      fromTheMiddle.check(registry);
    }
  }

  /** Order, uniqueness, and incarnations that rise where one follows another under an id. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aSnapshotIsWellFormed(@ForAll("sequences") List<Operation> operations) {
    InstanceRegistry registry = newRegistry();
    Set<Long> ended = new HashSet<>();
    for (Operation operation : operations) {
      RegistrySnapshot before = registry.snapshot();
      operation.applyTo(registry);
      RegistrySnapshot after = registry.snapshot();
      List<String> stayed = new ArrayList<>();
      for (Registration old : before.registrations()) {
        Registration now = after.find(old.id());
        if (now == null || now.incarnation() != old.incarnation()) {
          ended.add(old.incarnation());
        }
        if (now != null) {
          stayed.add(old.id());
          assertTrue(now.incarnation() >= old.incarnation());
          assertTrue(
              now.incarnation() != old.incarnation()
                  || now.instance().uri().equals(old.instance().uri()));
        }
      }
      List<String> ids = after.registrations().stream().map(Registration::id).toList();
      assertEquals(stayed, ids.subList(0, stayed.size()), "who stays keeps the order");
      assertEquals(ids.size(), new HashSet<>(ids).size());
      for (Registration now : after.registrations()) {
        assertTrue(!ended.contains(now.incarnation()), "an incarnation does not come back");
      }
    }
  }

  /** Several writers: versions are skipped, and still nothing is missed or told twice. */
  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void theDiffsMakeTheSnapshotAlsoWithSeveralWriters(
      @ForAll("sequences") List<Operation> first,
      @ForAll("sequences") List<Operation> second,
      @ForAll("sequences") List<Operation> third)
      throws Exception {
    InstanceRegistry registry = newRegistry();
    Follower early = new Follower();
    registry.subscribe(early);
    Follower joining = new Follower();
    List<Threads.Body> writers = new ArrayList<>();
    for (List<Operation> operations : List.of(first, second, third)) {
      writers.add(() -> operations.forEach(operation -> operation.applyTo(registry)));
    }
    writers.add(() -> registry.subscribe(joining));
    Threads.together(writers);
    early.check(registry);
    joining.check(registry);
  }
}
