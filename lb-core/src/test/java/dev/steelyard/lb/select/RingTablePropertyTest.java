package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class RingTablePropertyTest {

  /** Evenly spread, crowded into a few leading bits, and with many equal ones. */
  @Provide
  Arbitrary<long[]> points() {
    return Arbitraries.oneOf(
        Arbitraries.longs().array(long[].class).ofMinSize(1).ofMaxSize(300),
        Arbitraries.longs().between(0, 1000).array(long[].class).ofMinSize(1).ofMaxSize(300),
        Arbitraries.longs().between(-5, 5).array(long[].class).ofMinSize(1).ofMaxSize(300));
  }

  @Property
  void aValueBelongsToTheFirstPointAtOrAfterItGoingRound(
      @ForAll("points") long[] points, @ForAll @Size(20) long[] values) {
    RingTable ring = ringOf(points);
    for (long value : values) {
      assertEquals(expected(points, value), point(ring, value));
    }
    for (long point : points) {
      for (long value = point - 1; value != point + 2; value++) {
        assertEquals(expected(points, value), point(ring, value));
      }
    }
  }

  @Property
  void pointsAscendAndEqualOnesBelongToTheFirstOwner(@ForAll("points") long[] points) {
    RingTable ring = ringOf(points);
    assertEquals(points.length, ring.size());
    int[] order =
        IntStream.range(0, points.length)
            .boxed()
            .sorted(
                Comparator.comparingLong((Integer i) -> points[i] ^ Long.MIN_VALUE)
                    .thenComparing(i -> i))
            .mapToInt(i -> i)
            .toArray();
    for (int place = 0; place < order.length; place++) {
      assertEquals(points[order[place]], ring.point(place));
      assertTrue(
          points[ring.owner(place)] == ring.point(place), "an owner keeps the point it came with");
      assertEquals(order[place], ring.owner(place));
    }
  }

  private static RingTable ringOf(long[] points) {
    return new RingTable(points, IntStream.range(0, points.length).toArray());
  }

  private static long point(RingTable ring, long value) {
    return ring.point(ring.find(value));
  }

  /** grpc-java#13054: compared as signed and without going round, keys met the wrong point. */
  private static long expected(long[] points, long value) {
    return Arrays.stream(points)
        .boxed()
        .filter(point -> Long.compareUnsigned(point, value) >= 0)
        .min(Long::compareUnsigned)
        .orElseGet(() -> Arrays.stream(points).boxed().min(Long::compareUnsigned).orElseThrow());
  }
}
