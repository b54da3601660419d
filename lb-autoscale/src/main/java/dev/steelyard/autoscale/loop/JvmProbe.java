package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures this JVM. The processor's share is that of the time since the last measurement, so it
 * belongs to the interval of the loop and not to one that the platform chooses; there is none at
 * the first. Not thread-safe: one measurement after the other.
 */
final class JvmProbe {
  private static final double PERCENT = 100;
  private static final double NANOS_PER_MILLI = 1e6;

  private final JvmBeans beans;
  private @Nullable Mark last;

  /** What can be measured. */
  enum Value {
    /** Per cent of all processors of this JVM, 0 to 100. */
    CPU_PERCENT,
    /** Per cent of the maximum heap in use after the last collection, 0 to 100. */
    HEAP_AFTER_GC_PERCENT,
    /** Per cent of the maximum heap in use, garbage included, 0 to 100. */
    HEAP_PERCENT,
    /** Runnable threads of the whole machine per processor, per cent; above 100 some wait. */
    SYSTEM_LOAD_PERCENT,
    /** Live threads. */
    THREADS
  }

  private record Mark(long atMillis, long cpuNanos) {}

  /** One measurement: what is known, and why the rest is not. */
  record Measured(Map<Value, Double> values, List<ReadFailure> failures) {}

  JvmProbe(JvmBeans beans) {
    this.beans = beans;
  }

  Measured measure(long nowMillis) {
    Map<Value, Double> values = new EnumMap<>(Value.class);
    List<ReadFailure> failures = new ArrayList<>();
    put(
        values,
        failures,
        Value.CPU_PERCENT,
        cpu(nowMillis),
        "needs two measurements, at different times");
    put(
        values,
        failures,
        Value.HEAP_AFTER_GC_PERCENT,
        ofHeap(beans.heapAfterGc()),
        "no collection yet, or no limit of the heap");
    put(values, failures, Value.HEAP_PERCENT, ofHeap(beans.heapUsed()), "no limit of the heap");
    double load = beans.systemLoad();
    put(
        values,
        failures,
        Value.SYSTEM_LOAD_PERCENT,
        load < 0 ? Double.NaN : load / beans.processors() * PERCENT,
        "this platform has no load average");
    put(values, failures, Value.THREADS, beans.threads(), "no thread count");
    return new Measured(values, failures);
  }

  private static void put(
      Map<Value, Double> values,
      List<ReadFailure> failures,
      Value value,
      double measured,
      String why) {
    if (Double.isFinite(measured) && measured >= 0) {
      values.put(value, measured);
    } else {
      failures.add(new ReadFailure(value.name(), Kind.UNSUPPORTED, why));
    }
  }

  private double cpu(long nowMillis) {
    Mark now = new Mark(nowMillis, beans.cpuNanos());
    @Nullable Mark before = last;
    last = now;
    if (before == null || now.cpuNanos() < 0 || now.atMillis() <= before.atMillis()) {
      return Double.NaN;
    }
    double available = (now.atMillis() - before.atMillis()) * NANOS_PER_MILLI * beans.processors();
    // The two clocks differ a little: a busy process may seem to use more than there is.
    return Math.min(PERCENT, (now.cpuNanos() - before.cpuNanos()) / available * PERCENT);
  }

  private double ofHeap(long bytes) {
    long max = beans.heapMax();
    return bytes < 0 || max <= 0 ? Double.NaN : bytes / (double) max * PERCENT;
  }
}
