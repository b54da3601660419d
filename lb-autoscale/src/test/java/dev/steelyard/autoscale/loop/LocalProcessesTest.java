package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes. */
@Timeout(120)
class LocalProcessesTest {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private final LocalProcessListener listener =
      new LocalProcessListener() {
        @Override
        public void onReady(LocalProcess process) {
          events.add("ready " + process.id());
        }

        @Override
        public CompletionStage<?> beforeStop(LocalProcess process) {
          events.add("stop " + process.id());
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onExit(LocalProcess process, int status, boolean crashed) {
          events.add((crashed ? "crash " : "exit ") + process.id());
        }
      };

  private LocalProcessesBuilder servers(String mode) {
    return LocalProcesses.builder("s", TestServer.command(mode))
        .readyCheck(ReadyCheck.http("/health"))
        .listener(listener);
  }

  private static boolean alive(LocalProcess process) {
    return ProcessHandle.of(process.pid()).map(ProcessHandle::isAlive).orElse(false);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
    }
    fail("not after 15 s: " + what);
  }

  @Test
  void startsAndStopsServersTheNewestFirst(@TempDir Path folder) throws Exception {
    List<LocalProcess> all;
    try (LocalProcesses target =
        servers("ok").logs(folder).environment("NAME", "server-{id}").build()) {
      target.scaleTo(3);

      all = target.processes();
      assertEquals(List.of("s-1", "s-2", "s-3"), all.stream().map(LocalProcess::id).toList());
      assertEquals(3, all.stream().map(LocalProcess::port).distinct().count());
      assertTrue(all.stream().allMatch(LocalProcessesTest::alive));
      assertEquals(
          "started s-2 as server-s-2", Files.readString(folder.resolve("s-2.log")).strip());
      for (int i = 1; i <= 3; i++) {
        assertEquals("ready s-" + i, events.take());
      }

      target.scaleTo(1);

      assertEquals(List.of(all.get(0)), target.processes());
      assertFalse(alive(all.get(1)));
      assertFalse(alive(all.get(2)));
      assertEquals("stop s-3", events.take());
      assertEquals("stop s-2", events.take());
      assertEquals(List.of("exit s-2", "exit s-3"), Stream.of(take(), take()).sorted().toList());
      assertEquals(0, target.crashes());
    }
    assertTrue(all.stream().noneMatch(LocalProcessesTest::alive));
  }

  private String take() {
    try {
      return events.take();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aServerIsNotStoppedBeforeItsTrafficIsGone() throws Exception {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    LocalProcessListener slow =
        new LocalProcessListener() {
          @Override
          public CompletionStage<?> beforeStop(LocalProcess process) {
            asked.countDown();
            return drained;
          }
        };
    try (LocalProcesses target = servers("ok").listener(slow).build()) {
      target.scaleTo(1);
      LocalProcess server = target.processes().get(0);
      Thread scaling = new Thread(() -> scaleToZero(target));
      scaling.start();
      asked.await();

      assertEquals(0, target.count(), "it no longer counts");
      assertTrue(alive(server), "it still serves");

      drained.complete(null);
      scaling.join();
      assertFalse(alive(server));
    }
  }

  private static void scaleToZero(LocalProcesses target) {
    try {
      target.scaleTo(0);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDrainThatFailsOrHangsDoesNotKeepAServerForEver() throws Exception {
    LocalProcessListener bad =
        new LocalProcessListener() {
          @Override
          public CompletionStage<?> beforeStop(LocalProcess process) {
            if (process.id().equals("s-1")) {
              throw new IllegalStateException("boom");
            }
            return new CompletableFuture<>();
          }
        };
    try (LocalProcesses target =
        servers("ok").listener(bad).drainTimeout(Duration.ofMillis(100)).build()) {
      target.scaleTo(2);
      List<LocalProcess> all = target.processes();

      target.scaleTo(0);

      assertTrue(all.stream().noneMatch(LocalProcessesTest::alive));
    }
  }

  @Test
  void aCrashIsNoticedAndTheProcessNoLongerCounts() throws Exception {
    try (LocalProcesses target = servers("ok").build()) {
      target.scaleTo(2);
      LocalProcess victim = target.processes().get(0);
      ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly();

      await("the crash", () -> events.contains("crash s-1"));
      assertEquals(1, target.count());
      assertEquals(1, target.crashes());

      target.scaleTo(2);
      assertEquals(
          List.of("s-2", "s-3"), target.processes().stream().map(LocalProcess::id).toList());
    }
  }

  @Test
  void aServerThatEndsWhenItStartsFailsTheChangeWithTheReason() throws Exception {
    try (LocalProcesses target = servers("crash").build()) {
      IOException failure = assertThrows(IOException.class, () -> target.scaleTo(2));

      assertEquals(
          "0 of 2 processes started: s-1 ended with status 3 before it was ready;"
              + " s-2 ended with status 3 before it was ready",
          failure.getMessage());
      assertEquals(0, target.count());
      await("the crashes", () -> target.crashes() == 2);
    }
  }

  @Test
  void aServerThatNeverGetsReadyIsKilled() throws Exception {
    try (LocalProcesses target = servers("mute").startTimeout(Duration.ofSeconds(1)).build()) {
      IOException failure = assertThrows(IOException.class, () -> target.scaleTo(1));

      assertEquals(
          "0 of 1 processes started: s-1 was not ready after 1000 ms", failure.getMessage());
      assertEquals(0, target.count());
    }
  }

  @Test
  void aProgramThatDoesNotExistIsAnError() {
    try (LocalProcesses target = LocalProcesses.builder("s", List.of("/no/such/program")).build()) {
      IOException failure = assertThrows(IOException.class, () -> target.scaleTo(1));

      assertTrue(failure.getMessage().contains("/no/such/program"), failure.getMessage());
      assertEquals(0, target.count());
    }
  }

  @Test
  void aServerThatIgnoresTheRequestToEndIsKilled() throws Exception {
    try (LocalProcesses target = servers("stubborn").stopGrace(Duration.ofMillis(500)).build()) {
      target.scaleTo(1);
      LocalProcess server = target.processes().get(0);

      target.scaleTo(0);

      assertFalse(alive(server));
    }
  }

  @Test
  void whatAServerHasStartedEndsWithIt(@TempDir Path folder) throws Exception {
    long child;
    try (LocalProcesses target = servers("parent").logs(folder).build()) {
      target.scaleTo(1);
      String log = Files.readString(folder.resolve("s-1.log"));
      child = Long.parseLong(log.lines().toList().get(1).substring("child ".length()));
      assertTrue(ProcessHandle.of(child).isPresent());
    }
    assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void aStartThatIsInterruptedLeavesNoProcess() throws Exception {
    try (LocalProcesses target = servers("mute").build()) {
      CompletableFuture<Throwable> ended = new CompletableFuture<>();
      Thread scaling =
          new Thread(
              () -> {
                try {
                  target.scaleTo(1);
                } catch (Throwable thrown) {
                  ended.complete(thrown);
                }
              });
      scaling.start();
      await("the process", () -> target.count() == 1);
      LocalProcess server = target.processes().get(0);
      scaling.interrupt();

      assertEquals(InterruptedException.class, ended.get().getClass());
      await("the end", () -> !alive(server));
      assertEquals(0, target.count());
    }
  }

  @Test
  void closingDuringAStartLeavesNoProcess() throws Exception {
    LocalProcesses target = servers("mute").build();
    Thread scaling = new Thread(() -> assertThrows(IOException.class, () -> target.scaleTo(2)));
    scaling.start();
    await("the processes", () -> target.count() == 2);
    List<LocalProcess> all = target.processes();

    target.close();
    target.close();
    scaling.join();

    assertTrue(all.stream().noneMatch(LocalProcessesTest::alive));
    assertThrows(IllegalStateException.class, () -> target.scaleTo(1));
  }

  @Test
  void replacingStartsTheNewOnesFirst() throws Exception {
    try (LocalProcesses target = servers("ok").build()) {
      target.scaleTo(2);
      target.replace(List.of("s-1", "unknown"));

      assertEquals(
          List.of("s-2", "s-3"), target.processes().stream().map(LocalProcess::id).toList());
      assertEquals(
          List.of("ready s-1", "ready s-2", "ready s-3", "stop s-1"),
          List.copyOf(events).subList(0, 4));
    }
  }

  @Test
  void portsOfARangeAreTakenInOrderAndOnesInUseAreLeftOut() throws Exception {
    try (ServerSocket used = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      int port = used.getLocalPort();

      assertThrows(IOException.class, () -> new Ports(port, port).next(java.util.Set.of()));
      assertTrue(new Ports(port, port + 20).next(java.util.Set.of(port + 1)) > port + 1);
    }
  }

  @Test
  void badKnobsAreRefusedWhereTheyAreSet() {
    LocalProcessesBuilder builder = LocalProcesses.builder("s", List.of("true"));

    assertEquals(
        "ports must be 1 <= first <= last <= 65535, were 9000 and 8000",
        assertThrows(IllegalArgumentException.class, () -> builder.ports(9000, 8000)).getMessage());
    assertEquals(
        "startTimeout must be in [PT0.001S, PT24H], was PT0S",
        assertThrows(IllegalArgumentException.class, () -> builder.startTimeout(Duration.ZERO))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> builder.stopGrace(Duration.ofSeconds(-1)));
    assertThrows(IllegalArgumentException.class, () -> builder.logs(Path.of("/no/such/folder")));
    assertThrows(
        IllegalArgumentException.class, () -> LocalProcesses.builder("a b", List.of("true")));
    assertThrows(IllegalArgumentException.class, () -> LocalProcesses.builder("a", List.of()));
    assertThrows(IllegalArgumentException.class, () -> ReadyCheck.http("health"));
  }
}
