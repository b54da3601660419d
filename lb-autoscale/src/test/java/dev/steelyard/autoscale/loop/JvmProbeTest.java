package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.loop.JvmProbe.Measured;
import dev.steelyard.autoscale.loop.JvmProbe.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JvmProbeTest {
  private final FakeBeans beans = new FakeBeans();
  private final JvmProbe probe = new JvmProbe(beans);

  static final class FakeBeans implements JvmBeans {
    long cpuNanos = 5_000_000_000L;
    long heapAfterGc = 250;
    long heapMax = 1_000;
    double load = 3;

    @Override
    public long cpuNanos() {
      return cpuNanos;
    }

    @Override
    public int processors() {
      return 4;
    }

    @Override
    public long heapUsed() {
      return 800;
    }

    @Override
    public long heapAfterGc() {
      return heapAfterGc;
    }

    @Override
    public long heapMax() {
      return heapMax;
    }

    @Override
    public double systemLoad() {
      return load;
    }

    @Override
    public int threads() {
      return 17;
    }
  }

  @Test
  void theProcessorsShareIsThatOfTheTimeBetweenTwoMeasurements() {
    assertFalse(probe.measure(1_000).values().containsKey(Value.CPU_PERCENT));
    beans.cpuNanos += 2_000_000_000L;

    assertEquals(50, probe.measure(2_000).values().get(Value.CPU_PERCENT));
    assertEquals(0, probe.measure(3_000).values().get(Value.CPU_PERCENT));
  }

  @Test
  void aClockThatStandsStillOrGoesBackGivesNoShare() {
    probe.measure(1_000);
    beans.cpuNanos += 1_000_000_000L;

    assertFalse(probe.measure(1_000).values().containsKey(Value.CPU_PERCENT));
    assertFalse(probe.measure(500).values().containsKey(Value.CPU_PERCENT));
    beans.cpuNanos += 1_000_000_000L;
    assertEquals(25, probe.measure(1_500).values().get(Value.CPU_PERCENT));
  }

  @Test
  void moreThanAllProcessorsIsAllOfThem() {
    probe.measure(1_000);
    beans.cpuNanos += 4_100_000_000L;

    assertEquals(100, probe.measure(2_000).values().get(Value.CPU_PERCENT));
  }

  @Test
  void theOthersAreNumbersAsTheyAre() {
    Map<Value, Double> values = probe.measure(1_000).values();

    assertEquals(25, values.get(Value.HEAP_AFTER_GC_PERCENT));
    assertEquals(80, values.get(Value.HEAP_PERCENT));
    assertEquals(75, values.get(Value.SYSTEM_LOAD_PERCENT));
    assertEquals(17, values.get(Value.THREADS));
  }

  @Test
  void whatThePlatformDoesNotKnowIsMissingAndNotZero() {
    beans.heapAfterGc = -1;
    beans.load = -1;
    beans.cpuNanos = -1;
    probe.measure(1_000);

    Measured measured = probe.measure(2_000);

    assertEquals(
        List.of("CPU_PERCENT", "HEAP_AFTER_GC_PERCENT", "SYSTEM_LOAD_PERCENT"),
        measured.failures().stream().map(ReadFailure::what).toList());
    beans.heapMax = -1;
    assertFalse(probe.measure(3_000).values().containsKey(Value.HEAP_PERCENT));
  }

  @Test
  void thisJvmHasAHeapAndThreads() {
    JvmProbe real = new JvmProbe(JvmBeans.ofThisJvm());
    System.gc();
    Map<Value, Double> values = real.measure(1_000).values();

    assertTrue(values.get(Value.THREADS) >= 1);
    assertTrue(values.get(Value.HEAP_PERCENT) > 0);
    assertTrue(values.get(Value.HEAP_AFTER_GC_PERCENT) <= 100);
    assertTrue(JvmBeans.ofThisJvm().cpuNanos() > 0);
  }
}
