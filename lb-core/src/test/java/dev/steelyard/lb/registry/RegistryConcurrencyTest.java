package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.testing.ManualScheduler;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RegistryConcurrencyTest {
  private static final int WRITERS = 4;

  private final ManualScheduler scheduler = new ManualScheduler();
  private final InstanceRegistry registry = InstanceRegistry.builder().scheduler(scheduler).build();

  @Test
  void tenThousandRegisterAndDeregisterEndConsistent() throws Exception {
    Follower follower = new Follower();
    registry.subscribe(follower);
    List<Threads.Body> writers = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      RandomSource random = RandomSource.seeded(w);
      String own = "own-" + w;
      writers.add(
          () -> {
            for (int i = 0; i < 2_500; i++) {
              String shared = "shared-" + random.nextInt(20) + ":1";
              if (random.nextInt(2) == 0) {
                registry.register(Instance.of(shared));
              } else {
                registry.deregister(shared);
              }
              registry.register(Instance.of(own + ":1"));
              assertTrue(registry.deregister(own + ":1"), "only this thread knows the id");
            }
            registry.register(Instance.of(own + ":1"));
          });
    }
    Threads.together(writers);
    follower.check(registry);
    for (int w = 0; w < WRITERS; w++) {
      assertEquals(InstanceStatus.UP, registry.snapshot().find("own-" + w + ":1").status());
    }
  }

  @Test
  void noChangeIsLost() throws Exception {
    List<Threads.Body> writers = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      int writer = w;
      writers.add(
          () -> {
            for (int i = 0; i < 250; i++) {
              registry.register(Instance.of("h-" + writer + "-" + i + ":1"));
            }
          });
    }
    Threads.together(writers);
    assertEquals(1_000, registry.snapshot().size());
    assertEquals(1_000, registry.snapshot().version());
    Set<Long> incarnations = new HashSet<>();
    registry.snapshot().registrations().forEach(r -> incarnations.add(r.incarnation()));
    assertEquals(1_000, incarnations.size());
  }

  @Test
  @DisplayName("micronaut#5447: a reader of a shrinking list never sees half of a change")
  void aReaderSeesOnlyWholeReplacements() throws Exception {
    List<Instance> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      many.add(Instance.of("even-" + i + ":1"));
    }
    List<Instance> few = many.subList(0, 3);
    registry.replaceAll(few);
    AtomicBoolean over = new AtomicBoolean();
    Threads.Body reader =
        () -> {
          long last = 0;
          while (!over.get()) {
            RegistrySnapshot snapshot = registry.snapshot();
            assertTrue(snapshot.version() >= last);
            last = snapshot.version();
            assertTrue(snapshot.size() == 3 || snapshot.size() == 20);
            for (Registration registration : snapshot.registrations()) {
              assertEquals(registration, snapshot.find(registration.id()));
            }
          }
        };
    Threads.together(
        List.of(
            reader,
            reader,
            () -> {
              try {
                for (int i = 0; i < 2_000; i++) {
                  registry.replaceAll(i % 2 == 0 ? many : few);
                }
              } finally {
                over.set(true);
              }
            }));
  }

  @Test
  void aSubscriberThatComesAndGoesDuringChangesIsAlwaysConsistent() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Follower> followers = Collections.synchronizedList(new ArrayList<>());
    Threads.Body writer =
        () -> {
          for (int i = 0; !over.get(); i++) {
            registry.register(Instance.of("h-" + i % 7 + ":1"));
            registry.deregister("h-" + i % 5 + ":1");
          }
        };
    Threads.together(
        List.of(
            writer,
            writer,
            () -> {
              try {
                for (int i = 0; i < 300; i++) {
                  Follower follower = new Follower();
                  Subscription subscription = registry.subscribe(follower);
                  if (i % 10 == 0) {
                    followers.add(follower);
                  } else {
                    subscription.close();
                    assertTrue(follower.calls() >= 1);
                  }
                }
              } finally {
                over.set(true);
              }
            }));
    assertEquals(30, followers.size());
    followers.forEach(follower -> follower.check(registry));
  }

  /** A hold of a subscriber that is closed while the drain begins must not be forgotten. */
  @Test
  @DisplayName("concurrency-limits#81: closing subscriptions never leaves a drain waiting")
  void closingSubscriptionsWhileADrainBeginsReleasesAllHolds() throws Exception {
    registry.register(Instance.of("a:1"));
    for (int round = 0; round < 200; round++) {
      List<Subscription> subscriptions = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        subscriptions.add(registry.subscribe(change -> {}));
      }
      Collections.reverse(subscriptions);
      List<CompletableFuture<DrainResult>> drains = new ArrayList<>();
      Threads.together(
          List.of(
              () -> subscriptions.forEach(Subscription::close),
              () -> {
                for (int i = 0; i < 10; i++) {
                  drains.add(registry.drain("a:1", Duration.ofDays(1)));
                }
              }));
      for (CompletableFuture<DrainResult> drain : drains) {
        assertTrue(drain.isDone(), "round " + round);
        assertEquals(DrainResult.DRAINED, drain.join());
      }
    }
    assertEquals(0, scheduler.pending());
  }

  /** Whatever comes first: each drain ends exactly once, and no timer is left. */
  @Test
  void drainsAgainstTakingBackAndGoingIdleAllEnd() throws Exception {
    registry.register(Instance.of("a:1"));
    List<CompletableFuture<Void>> stages = Collections.synchronizedList(new ArrayList<>());
    registry.subscribe(
        new RegistryListener() {
          @Override
          public void onChange(RegistryChange change) {}

          @Override
          public CompletionStage<?> whenIdle(Registration draining) {
            CompletableFuture<Void> stage = new CompletableFuture<>();
            stages.add(stage);
            return stage;
          }
        });
    List<CompletableFuture<DrainResult>> drains = new ArrayList<>();
    AtomicBoolean over = new AtomicBoolean();
    Threads.together(
        List.of(
            () -> {
              try {
                for (int i = 0; i < 2_000; i++) {
                  drains.add(registry.drain("a:1", Duration.ofDays(1)));
                }
              } finally {
                over.set(true);
              }
            },
            () -> {
              while (!over.get()) {
                registry.setStatus("a:1", InstanceStatus.UP);
              }
            },
            () -> {
              while (!over.get()) {
                for (CompletableFuture<Void> stage : List.copyOf(stages)) {
                  stage.complete(null);
                  stages.remove(stage);
                }
              }
            }));
    List.copyOf(stages).forEach(stage -> stage.complete(null));
    for (CompletableFuture<DrainResult> drain : drains) {
      assertTrue(drain.isDone());
      assertTrue(drain.join() != DrainResult.DEADLINE_PASSED);
    }
    assertEquals(0, scheduler.pending());
  }
}
