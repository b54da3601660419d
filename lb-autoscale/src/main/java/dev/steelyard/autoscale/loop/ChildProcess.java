package dev.steelyard.autoscale.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A process and all that it started in turn. */
final class ChildProcess {
  /** How often a process that starts is asked whether it is ready. */
  private static final long ASK_EVERY_MILLIS = 50;

  private static final Duration KILLED_IN = Duration.ofSeconds(5);

  final LocalProcess identity;
  private final Process process;
  private volatile boolean stopping;

  ChildProcess(LocalProcess identity, Process process) {
    this.identity = identity;
    this.process = process;
  }

  /** Completes, on a thread of the JDK, when the process has ended. */
  CompletableFuture<Process> exit() {
    return process.onExit();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Whether its end is wanted; if not it has crashed. */
  boolean isStopping() {
    return stopping;
  }

  /** From here on its end is expected; one that has ended already did so by itself. */
  void markStopping() {
    stopping |= process.isAlive();
  }

  /** Waits until it is ready. */
  void awaitReady(ReadyCheck check, Duration timeout) throws IOException, InterruptedException {
    // A time limit that needs no clock, and no wall clock can disturb.
    CompletableFuture<Boolean> over =
        new CompletableFuture<Boolean>()
            .completeOnTimeout(true, timeout.toNanos(), TimeUnit.NANOSECONDS);
    while (!over.isDone()) {
      if (isReady(check)) {
        over.cancel(false);
        return;
      }
      if (process.waitFor(ASK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        over.cancel(false);
        throw new IOException(
            identity.id() + " ended with status " + process.exitValue() + " before it was ready");
      }
    }
    throw new IOException(identity.id() + " was not ready after " + timeout.toMillis() + " ms");
  }

  private boolean isReady(ReadyCheck check) {
    try {
      // Another program may answer on the port of a process that could not bind it.
      return check.ready(identity) && process.isAlive();
    } catch (IOException | RuntimeException notYet) {
      return false;
    }
  }

  /** Asks it to end (SIGTERM), waits, then kills (SIGKILL) what is left of it and its children. */
  static void stop(List<ChildProcess> children, Duration grace) throws InterruptedException {
    // Listed before any of them ends: nobody knows afterwards who an orphan's parent was.
    List<ProcessHandle> family = children.stream().flatMap(ChildProcess::family).toList();
    children.forEach(ChildProcess::markStopping);
    family.forEach(ProcessHandle::destroy);
    try {
      awaitEnd(family, grace);
    } finally {
      family.forEach(ProcessHandle::destroyForcibly);
    }
    awaitEnd(family, KILLED_IN);
  }

  /** Kills it and its children at once and does not wait. */
  void kill() {
    markStopping();
    family().toList().forEach(ProcessHandle::destroyForcibly);
  }

  private Stream<ProcessHandle> family() {
    return Stream.concat(process.descendants(), Stream.of(process.toHandle()));
  }

  private static void awaitEnd(List<ProcessHandle> family, Duration time)
      throws InterruptedException {
    CompletableFuture<?>[] exits =
        family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits).get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException stillThere) {
      // The caller goes on to the next, harder step.
    }
  }
}
