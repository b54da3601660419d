package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One client through faults at random for a long time, and then a look at what is left: leases,
 * threads, memory.
 */
final class Soak {
  private static final double PAIRS = 0.25;
  private static final double BASELINE = 0.2;
  private static final long TICK_NANOS = 10_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final long THREADS_NANOS = 10_000_000_000L;

  /** Threads that the JDK starts once and keeps. */
  private static final List<String> JDK_THREADS =
      List.of(
          "ForkJoinPool.commonPool",
          "process reaper",
          "CompletableFutureDelayScheduler",
          "Common-Cleaner",
          "Attach Listener");

  /** The thread of a JDK's client; before JDK 21 nobody can end it. */
  private static final String SELECTOR = "-SelectorManager";

  private final Trial.Setup setup;
  private final List<Fault> faults;
  private final NodeFleet fleet;
  private final Names names;
  private final Consumer<String> log;
  private final Random random;
  private long injected;
  private long heapBefore;

  /** What is known before the client is closed. */
  private record End(
      OpenLoop.Counts counts, Map<String, Long> errors, long inFlight, long heapAfter) {}

  Soak(Trial.Setup setup, List<Fault> faults, NodeFleet fleet, Names names, Consumer<String> log) {
    this.setup = setup;
    this.faults = List.copyOf(faults);
    this.fleet = fleet;
    this.names = names;
    this.log = log;
    this.random = new Random(setup.seed());
  }

  SoakReport run(Contender contender, Target target) throws IOException, InterruptedException {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    long start = System.nanoTime();
    End end = use(contender, target);
    double seconds = (System.nanoTime() - start) / 1e9;
    List<String> threads = threadsLeft(before);
    long selectors = threads.stream().filter(name -> name.endsWith(SELECTOR)).count();
    Journal.Arrivals arrivals = Journal.read(fleet.journals(), "soak-");
    List<String> broken =
        SoakReport.broken(
            end.counts().lost(),
            arrivals.doublePosts(),
            end.inFlight(),
            threads,
            end.heapAfter() - heapBefore);
    return new SoakReport(
        broken.isEmpty() ? "passed" : "failed",
        seconds,
        injected,
        end.counts().requests(),
        end.counts().lost(),
        end.counts().errors(),
        arrivals.doublePosts(),
        end.inFlight(),
        threads,
        selectors,
        heapBefore,
        end.heapAfter(),
        end.errors(),
        broken);
  }

  /** A method of its own, so that nothing holds the client when threads are counted. */
  private End use(Contender contender, Target target) throws IOException, InterruptedException {
    try (Client client = contender.open(target)) {
      OpenLoop.warmUp(client, setup.rate(), setup.seed());
      return drive(client);
    }
  }

  private End drive(Client client) throws IOException, InterruptedException {
    try (OpenLoop load =
        new OpenLoop(
            client, setup.rate(), setup.postShare(), setup.seed(), "soak-", setup.underWay())) {
      load.start();
      long start = System.nanoTime();
      long length = (long) (setup.seconds() * 1e9);
      while (System.nanoTime() - start < length) {
        injectOne();
        if (heapBefore == 0 && System.nanoTime() - start > BASELINE * length) {
          heapBefore = heap();
        }
      }
      load.stop(PATIENCE);
      return new End(load.counts(), load.kinds(), Trial.settledInFlight(client), heap());
    }
  }

  private void injectOne() throws IOException, InterruptedException {
    Case faults = pick();
    Injection injection =
        new Injection(faults, fleet.nodes(), names, random.nextInt(fleet.nodes().size()));
    log.accept(faults.label() + " in " + injection.where());
    injected++;
    long lasts = (long) ((0.5 + 1.5 * random.nextDouble()) * 1e9);
    long start = System.nanoTime();
    injection.begin();
    try {
      for (long now = start; now - start < lasts; now = System.nanoTime()) {
        injection.go(now - start);
        LockSupport.parkNanos(TICK_NANOS);
      }
    } finally {
      injection.end();
    }
    Thread.sleep(500 + random.nextInt(1_000));
  }

  private Case pick() {
    Fault one = faults.get(random.nextInt(faults.size()));
    Fault other = faults.get(random.nextInt(faults.size()));
    boolean pair =
        random.nextDouble() < PAIRS
            && one != other
            && one != Fault.ALLDOWN
            && other != Fault.ALLDOWN;
    return new Case(pair ? List.of(one, other) : List.of(one));
  }

  /** Before JDK 21, the JDK's client ends its thread when it has been collected, not before. */
  private static List<String> threadsLeft(Set<Thread> before) throws InterruptedException {
    long start = System.nanoTime();
    List<String> left;
    do {
      System.gc();
      Thread.sleep(200);
      left =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> !before.contains(thread))
              .map(Thread::getName)
              .filter(name -> JDK_THREADS.stream().noneMatch(name::startsWith))
              .sorted()
              .toList();
    } while (!left.isEmpty() && System.nanoTime() - start < THREADS_NANOS);
    return left;
  }

  private static long heap() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
