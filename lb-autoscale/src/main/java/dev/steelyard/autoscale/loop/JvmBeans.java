package dev.steelyard.autoscale.loop;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import org.jspecify.annotations.Nullable;

/** What this JVM and its operating system tell of themselves; a seam for tests. */
interface JvmBeans {
  /** Processor time of this process so far, or negative where it is not known. */
  long cpuNanos();

  /** How many processors this JVM may use. */
  int processors();

  /** The bytes of the heap that are in use. */
  long heapUsed();

  /** The bytes that were in use after the last collection of each pool, or -1 before the first. */
  long heapAfterGc();

  /** The most bytes that the heap may have, or -1 where there is no limit. */
  long heapMax();

  /** Threads that run or wait to run, averaged over a minute, or negative where not known. */
  double systemLoad();

  /** The live threads of this JVM. */
  int threads();

  /** Those of this JVM. */
  static JvmBeans ofThisJvm() {
    return new Platform();
  }

  /** The platform's. */
  final class Platform implements JvmBeans {
    private final OperatingSystemMXBean os =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private Platform() {}

    @Override
    public long cpuNanos() {
      return os.getProcessCpuTime();
    }

    @Override
    public int processors() {
      return os.getAvailableProcessors();
    }

    @Override
    public long heapUsed() {
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Override
    public long heapAfterGc() {
      long bytes = -1;
      for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
        @Nullable MemoryUsage after =
            pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
        // Before the first collection the platform says "0 used of 0 committed".
        if (after != null && after.getCommitted() > 0) {
          bytes = Math.max(bytes, 0) + after.getUsed();
        }
      }
      return bytes;
    }

    @Override
    public long heapMax() {
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax();
    }

    @Override
    public double systemLoad() {
      return os.getSystemLoadAverage();
    }

    @Override
    public int threads() {
      return ManagementFactory.getThreadMXBean().getThreadCount();
    }
  }
}
