package dev.steelyard.benchmarks.sticky;

import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sticky-memory}: what a session takes above its key, by what is left after a collection.
 */
@Command(
    name = "sticky-memory",
    description = "Measures the memory that a table of sessions takes, the keys not counted.",
    mixinStandardHelpOptions = true)
public final class StickyMemoryCommand implements Callable<Integer> {
  private static final int ENDPOINTS = 100;

  @Option(
      names = "--sessions",
      defaultValue = "1000000",
      description = "How many sessions. Default: ${DEFAULT-VALUE}")
  private int sessions;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** For picocli. */
  public StickyMemoryCommand() {}

  @Override
  public Integer call() {
    SplittableRandom random = new SplittableRandom(7);
    List<Endpoint> endpoints = Endpoints.of(ENDPOINTS);
    String[] keys = new String[sessions];
    for (int i = 0; i < sessions; i++) {
      keys[i] = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    }
    try {
      report(keys, endpoints, random);
    } finally {
      Reference.reachabilityFence(keys); // counted before, so it must be there after
    }
    return 0;
  }

  private void report(String[] keys, List<Endpoint> endpoints, SplittableRandom random) {
    long before = usedBytes();
    StickySessionTable table = StickySessionTable.builder().maximumSize(sessions).build();
    for (String key : keys) {
      table.bind(key, endpoints.get(random.nextInt(ENDPOINTS)));
    }
    long after = usedBytes();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%d sessions, %.1f bytes each above the key%n",
        table.size(),
        (double) (after - before) / table.size());
    out.flush();
  }

  /** The least of a few collections: what a request for one frees may come with the next. */
  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      ManagementFactory.getMemoryMXBean().gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
