package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Metric.Kind;
import dev.steelyard.autoscale.loop.JvmProbe.Measured;
import dev.steelyard.autoscale.loop.JvmProbe.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads this JVM and its operating system: {@link Metric#CPU} since the last reading, {@link
 * Metric#MEMORY} as the heap in use after the last collection, {@link #HEAP}, {@link #SYSTEM_LOAD}
 * and {@link #THREADS}. What the platform does not know is missing; the CPU is at the first
 * reading.
 *
 * <p>Thread-safe. One source per loop: each reading begins the next interval of the CPU.
 *
 * <p><b>Not for</b> a fleet of other JVMs: each would have to tell its own values.
 */
public final class JvmSource implements MetricsSource {
  /** The heap in use, garbage included, in percent of its maximum: a saw-tooth. */
  public static final Metric HEAP = Metric.custom("heap", Kind.NON_PROPORTIONAL);

  /** Runnable threads of the machine in percent of its processors, averaged over a minute. */
  public static final Metric SYSTEM_LOAD = Metric.custom("system_load", Kind.NON_PROPORTIONAL);

  /** The live threads of this JVM. */
  public static final Metric THREADS = Metric.custom("threads", Kind.NON_PROPORTIONAL);

  private static final Map<Value, Metric> METRICS =
      Map.of(
          Value.CPU_PERCENT, Metric.CPU,
          Value.HEAP_AFTER_GC_PERCENT, Metric.MEMORY,
          Value.HEAP_PERCENT, HEAP,
          Value.SYSTEM_LOAD_PERCENT, SYSTEM_LOAD,
          Value.THREADS, THREADS);

  private final @Nullable String instance;
  private final JvmProbe probe;
  private final ReentrantLock lock = new ReentrantLock();

  JvmSource(@Nullable String instance, JvmBeans beans) {
    this.instance = instance;
    this.probe = new JvmProbe(beans);
  }

  /**
   * This JVM stands for the pool.
   *
   * @return the source
   */
  public static JvmSource pool() {
    return new JvmSource(null, JvmBeans.ofThisJvm());
  }

  /**
   * This JVM is one instance of the pool.
   *
   * @param id its id
   * @return the source
   */
  public static JvmSource instance(String id) {
    return new JvmSource(requireNonNull(id, "id"), JvmBeans.ofThisJvm());
  }

  @Override
  public void read(Instant now, Samples into) {
    Measured measured;
    lock.lock();
    try {
      measured = probe.measure(now.toEpochMilli());
    } finally {
      lock.unlock();
    }
    for (ReadFailure failure : measured.failures()) {
      Metric metric = metric(Value.valueOf(failure.what()));
      into.missing(metric, failure.kind(), failure.message());
    }
    measured
        .values()
        .forEach(
            (value, number) -> {
              if (instance == null) {
                into.metric(metric(value), number, now);
              } else {
                into.instance(
                    instance, facts -> facts.metric(metric(value), number, now, Duration.ZERO));
              }
            });
  }

  private static Metric metric(Value value) {
    return requireNonNull(METRICS.get(value));
  }
}
