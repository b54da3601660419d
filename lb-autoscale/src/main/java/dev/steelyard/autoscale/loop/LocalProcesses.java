package dev.steelyard.autoscale.loop;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops server processes on this machine, one per instance.
 *
 * <pre>{@code
 * LocalProcesses orders =
 *     LocalProcesses.builder("orders", List.of("java", "-jar", "orders.jar", "--port={port}"))
 *         .readyCheck(ReadyCheck.http("/health"))
 *         .build();
 * }</pre>
 *
 * <p><b>Starting.</b> All processes of a change are started at once and waited for. Those that end
 * or are not ready in time are killed, the others stay, and the change fails with the reasons: the
 * next decision sees the real count. <b>Stopping.</b> The newest go first: the listener takes their
 * traffic away, they get SIGTERM, and SIGKILL when the grace period is over; so do the processes
 * that they have started. <b>Crashes</b> are noticed at once: the process no longer counts.
 *
 * <p><b>No process survives</b> {@link #close}, nor the end of this JVM (a shutdown hook), except a
 * SIGKILL of this JVM: a server that should end even then reads its standard input, which is never
 * written to, until it is closed.
 *
 * <p>Thread-safe; changes are made one at a time, and the caller of one waits for it.
 *
 * <p><b>Not for</b> servers that have to outlive the program that scales them, nor for more of them
 * than one machine carries.
 */
public final class LocalProcesses implements ScalingTarget, MetricsSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalProcesses.class);

  private final LocalProcessesBuilder knobs;
  private final ThreadPoolExecutor callbacks;
  private final Thread hook;
  private final AtomicLong crashes = new AtomicLong();
  // One change at a time.
  private final ReentrantLock changing = new ReentrantLock();
  // Never held while anything is waited for.
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ChildProcess> children = new LinkedHashMap<>();
  private long started;
  private boolean closed;

  LocalProcesses(LocalProcessesBuilder knobs) {
    this.knobs = knobs;
    this.callbacks =
        new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);
    callbacks.allowCoreThreadTimeOut(true);
    this.hook = new Thread(this::killAll, "processes-" + knobs.name + "-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Begins a target.
   *
   * @param name the prefix of the instances' ids, of letters, digits, '.', '_' and '-'
   * @param command program and arguments; {@code {port}} and {@code {id}} in them are replaced
   * @return the builder
   * @throws IllegalArgumentException if the name has other characters or the command is empty
   */
  public static LocalProcessesBuilder builder(String name, List<String> command) {
    return new LocalProcessesBuilder(name, command);
  }

  /**
   * The processes that run and are not being stopped, oldest first. O(n).
   *
   * @return a copy
   */
  public List<LocalProcess> processes() {
    return counted().stream().map(child -> child.identity).toList();
  }

  /**
   * How many processes have ended that nobody had stopped, those that never became ready included.
   *
   * @return the count since this target was built
   */
  public long crashes() {
    return crashes.get();
  }

  /**
   * Returns how many processes run and are not being stopped.
   *
   * @return the count
   */
  @Override
  public int count() {
    return counted().size();
  }

  /**
   * As a source of metrics: which processes there are, and when each was started. Values of metrics
   * come from other sources, under the same ids.
   */
  @Override
  public void read(Instant now, Samples into) {
    for (LocalProcess process : processes()) {
      into.instance(process.id(), facts -> facts.startedAt(process.startedAt()));
    }
  }

  /**
   * Starts or stops processes until there are so many, and waits until that is done.
   *
   * @param count at least 0
   * @throws IOException if processes could not be started or did not become ready
   * @throws InterruptedException if the thread is interrupted; processes that are not ready then
   *     are killed
   * @throws IllegalArgumentException if the count is negative
   * @throws IllegalStateException if the target is closed
   */
  @Override
  public void scaleTo(int count) throws IOException, InterruptedException {
    if (count < 0) {
      throw new IllegalArgumentException("count must be >= 0, was " + count);
    }
    changing.lockInterruptibly();
    try {
      List<ChildProcess> now = counted();
      if (count > now.size()) {
        startMore(count - now.size());
      } else if (count < now.size()) {
        stop(now.subList(count, now.size()));
      }
    } finally {
      changing.unlock();
    }
  }

  @Override
  public boolean replaces() {
    return true;
  }

  /**
   * Replaces processes: new ones are started first and the old ones stopped when those are ready.
   * Ids that are not there are left out.
   *
   * @param ids the processes to replace
   * @throws IOException if a new process could not be started; then no old one is stopped
   * @throws InterruptedException if the thread is interrupted
   * @throws IllegalStateException if the target is closed
   */
  @Override
  public void replace(Collection<String> ids) throws IOException, InterruptedException {
    changing.lockInterruptibly();
    try {
      List<ChildProcess> old =
          counted().stream().filter(child -> ids.contains(child.identity.id())).toList();
      startMore(old.size());
      stop(old);
    } finally {
      changing.unlock();
    }
  }

  private void startMore(int more) throws IOException, InterruptedException {
    List<ChildProcess> begun = new ArrayList<>();
    List<ChildProcess> ready = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    try {
      for (int i = 0; i < more; i++) {
        try {
          begun.add(launch());
        } catch (IOException noProcess) {
          reasons.add(Texts.of(noProcess));
        }
      }
      for (ChildProcess child : begun) {
        try {
          child.awaitReady(knobs.readyCheck, knobs.startTimeout);
          ready.add(child);
          tell("onReady", () -> knobs.listener.onReady(child.identity));
        } catch (IOException notReady) {
          reasons.add(Texts.oneLine(String.valueOf(notReady.getMessage())));
        }
      }
    } finally {
      List<ChildProcess> failed = new ArrayList<>(begun);
      failed.removeAll(ready);
      failed.forEach(this::discard);
    }
    if (!reasons.isEmpty()) {
      throw new IOException(
          ready.size() + " of " + more + " processes started: " + String.join("; ", reasons));
    }
  }

  private ChildProcess launch() throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("target " + knobs.name + " is closed");
      }
      Set<Integer> taken =
          children.values().stream().map(c -> c.identity.port()).collect(Collectors.toSet());
      int port = knobs.ports.next(taken);
      String id = knobs.name + "-" + ++started;
      Process process = knobs.process(id, port).start();
      ChildProcess child =
          new ChildProcess(
              new LocalProcess(id, port, process.pid(), knobs.clock.instant()), process);
      children.put(id, child);
      var unusedWatch = child.exit().thenAcceptAsync(ended -> gone(child, ended), callbacks);
      return child;
    } finally {
      lock.unlock();
    }
  }

  private void gone(ChildProcess child, Process ended) {
    lock.lock();
    try {
      children.remove(child.identity.id());
    } finally {
      lock.unlock();
    }
    boolean crashed = !child.isStopping();
    if (crashed) {
      crashes.incrementAndGet();
      LOG.warn("{} ended with status {}, unasked", child.identity.id(), ended.exitValue());
    }
    tell("onExit", () -> knobs.listener.onExit(child.identity, ended.exitValue(), crashed));
  }

  private void discard(ChildProcess child) {
    child.kill();
    lock.lock();
    try {
      children.remove(child.identity.id());
    } finally {
      lock.unlock();
    }
  }

  private void stop(List<ChildProcess> victims) throws InterruptedException {
    // Newest first, and no longer counted from here on.
    List<ChildProcess> order = new ArrayList<>(victims);
    Collections.reverse(order);
    order.forEach(ChildProcess::markStopping);
    try {
      awaitDrained(order);
    } finally {
      ChildProcess.stop(order, knobs.stopGrace);
      order.forEach(this::discard);
    }
  }

  private void awaitDrained(List<ChildProcess> victims) throws InterruptedException {
    List<CompletableFuture<?>> drains = new ArrayList<>();
    for (ChildProcess child : victims) {
      tell(
          "beforeStop",
          () -> drains.add(knobs.listener.beforeStop(child.identity).toCompletableFuture()));
    }
    try {
      CompletableFuture.allOf(drains.toArray(new CompletableFuture<?>[0]))
          .get(knobs.drainTimeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      LOG.warn("{}: not drained in {}, stopped all the same", knobs.name, knobs.drainTimeout);
    } catch (ExecutionException failure) {
      LOG.warn("{}: a drain failed, stopped all the same", knobs.name, failure.getCause());
    }
  }

  private List<ChildProcess> counted() {
    lock.lock();
    try {
      return children.values().stream().filter(c -> c.isAlive() && !c.isStopping()).toList();
    } finally {
      lock.unlock();
    }
  }

  private List<ChildProcess> all() {
    lock.lock();
    try {
      return List.copyOf(children.values());
    } finally {
      lock.unlock();
    }
  }

  /** The one way out to the listener. */
  private static void tell(String what, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error failure) {
      LOG.error("a process listener failed in {}", what, failure);
    }
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "processes-" + knobs.name);
    thread.setDaemon(true);
    return thread;
  }

  private void killAll() {
    all().forEach(ChildProcess::kill);
  }

  /**
   * Ends all processes: SIGTERM, and SIGKILL when the grace period is over or the thread is
   * interrupted. Traffic is not drained: scale to 0 for that. Idempotent.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    try {
      ChildProcess.stop(all(), knobs.stopGrace);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    } finally {
      killAll();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        // Then the hook runs as well, and finds nothing left to kill.
      }
    }
  }
}
