package dev.steelyard.benchmarks.sticky;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A hit in the table of sessions, beside the same lookup in a bare Caffeine cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"})
@SuppressWarnings("NullAway.Init") // JMH fills the fields
public class StickyBenchmark {
  private static final int ENDPOINTS = 100;
  private static final int ORDER = 1 << 20;

  @Param("100000")
  public int sessions;

  private String[] order;
  private StickySessionTable table;
  private Cache<String, Endpoint> bare;

  /** For JMH. */
  public StickyBenchmark() {}

  /** Where a thread is in the order of the lookups. */
  @State(Scope.Thread)
  public static class Cursor {
    private int next = new SplittableRandom(Thread.currentThread().getId()).nextInt(ORDER);

    /** For JMH. */
    public Cursor() {}
  }

  /** Binds all sessions in both; the same expiry, the same thread for the upkeep. */
  @Setup
  public void setUp() {
    SplittableRandom random = new SplittableRandom(7);
    List<Endpoint> endpoints = Endpoints.of(ENDPOINTS);
    table = StickySessionTable.builder().maximumSize(sessions).build();
    bare =
        Caffeine.newBuilder()
            .maximumSize(sessions)
            .expireAfterAccess(Duration.ofMinutes(StickySessionTable.DEFAULT_IDLE_EXPIRY_MINUTES))
            .expireAfterWrite(Duration.ofHours(StickySessionTable.DEFAULT_MAX_LIFETIME_HOURS))
            .executor(Runnable::run)
            .build();
    String[] keys = new String[sessions];
    for (int i = 0; i < sessions; i++) {
      keys[i] = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
      Endpoint endpoint = endpoints.get(random.nextInt(ENDPOINTS));
      table.bind(keys[i], endpoint);
      bare.put(keys[i], endpoint);
    }
    order = new String[ORDER];
    for (int i = 0; i < ORDER; i++) {
      order[i] = keys[random.nextInt(sessions)];
    }
  }

  /**
   * What a request of a bound session needs of the table.
   *
   * @param cursor of the thread
   * @return the endpoint
   */
  @Benchmark
  public @Nullable Endpoint lookup(Cursor cursor) {
    return table.lookup(order[cursor.next++ & (ORDER - 1)]);
  }

  /**
   * The least that any table of this kind needs.
   *
   * @param cursor of the thread
   * @return the endpoint
   */
  @Benchmark
  public @Nullable Endpoint bareCaffeine(Cursor cursor) {
    return bare.getIfPresent(order[cursor.next++ & (ORDER - 1)]);
  }
}
