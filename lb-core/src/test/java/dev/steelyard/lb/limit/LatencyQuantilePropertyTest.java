package dev.steelyard.lb.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

/** What the histogram says is near the exact quantile of what it was told. */
class LatencyQuantilePropertyTest {
  private static final long WINDOW = 1_000_000_000;

  @Provide
  Arbitrary<List<Long>> latencies() {
    Arbitrary<Long> latency =
        Arbitraries.doubles().between(10.1, 39.9).map(log -> (long) Math.pow(2, log));
    return latency.list().ofMinSize(1).ofMaxSize(100);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void isWithinSixPercent(
      @ForAll("latencies") List<Long> latencies,
      @ForAll @DoubleRange(min = 0.01, max = 1) double share) {
    LatencyQuantile histogram = new LatencyQuantile(WINDOW, 1, 0);
    latencies.forEach(latency -> histogram.record(latency, 0));
    List<Long> sorted = latencies.stream().sorted().toList();
    long exact = sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    assertEquals(exact, histogram.quantile(share, WINDOW / 2), 0.06 * exact);
  }

  /** A sample counts in its window and the next: never less, never longer. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void countsTheLastTwoWindows(@ForAll("gaps") List<Long> gaps) {
    LatencyQuantile histogram = new LatencyQuantile(WINDOW, 1, 0);
    long[] at = new long[gaps.size()];
    long now = 0;
    for (int i = 0; i < at.length; i++) {
      now += gaps.get(i);
      at[i] = now;
      histogram.record(1_000_000, now);
    }
    long asked = now + WINDOW / 8; // later than a copy is kept
    int expected = 0;
    for (long time : at) {
      expected += time / WINDOW >= asked / WINDOW - 1 ? 1 : 0;
    }
    assertEquals(expected, histogram.samples(asked));
  }

  @Provide
  Arbitrary<List<Long>> gaps() {
    return Arbitraries.oneOf(
            Arbitraries.of(0L, 1L, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW, 64 * WINDOW),
            Arbitraries.longs().between(0, 3 * WINDOW))
        .list()
        .ofMaxSize(40);
  }
}
