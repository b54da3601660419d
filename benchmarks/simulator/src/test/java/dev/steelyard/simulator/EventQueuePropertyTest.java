package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class EventQueuePropertyTest {

  private static final class Named extends Event {
    @Override
    void run() {}
  }

  @Property(tries = 300)
  void agreesWithASortedMap(@ForAll long seed, @ForAll @IntRange(min = 1, max = 2_000) int steps) {
    Random random = new Random(seed);
    EventQueue queue = new EventQueue(1_000);
    // by time, and at one time by the order of planning
    TreeMap<Long, Event> expected = new TreeMap<>();
    List<Event> known = new ArrayList<>();
    List<Long> keys = new ArrayList<>();
    long planned = 0;
    for (int i = 0; i < steps; i++) {
      int what = random.nextInt(10);
      if (what < 5) {
        long time = queue.now() + random.nextInt(20) - 2;
        Event event = new Named();
        queue.plan(time, event);
        long key = (Math.max(time, queue.now()) << 20) + planned++;
        expected.put(key, event);
        known.add(event);
        keys.add(key);
      } else if (what < 7 && !known.isEmpty()) {
        int which = random.nextInt(known.size()); // it may have happened already
        queue.cancel(known.get(which));
        expected.remove(keys.get(which));
        assertFalse(known.get(which).isPlanned());
      } else if (!expected.isEmpty()) {
        long key = expected.firstKey();
        assertEquals(key >> 20, queue.nextTime());
        Event event = queue.next();
        assertSame(expected.remove(key), event);
        assertEquals(key >> 20, queue.now());
        assertFalse(event.isPlanned());
      }
      assertEquals(expected.size(), queue.size());
      assertEquals(planned, queue.planned());
    }
    while (!expected.isEmpty()) {
      assertTrue(expected.firstEntry().getValue().isPlanned());
      assertSame(expected.pollFirstEntry().getValue(), queue.next());
    }
    assertEquals(Long.MAX_VALUE, queue.nextTime());
  }
}
