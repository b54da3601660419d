package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class SerialQueueTest {
  private final FaultExit faults =
      new FaultExit(LoggerFactory.getLogger(SerialQueueTest.class), "test");
  private final SerialQueue queue = new SerialQueue(faults);

  @Test
  void tasksOfManyThreadsNeverOverlapAndKeepTheOrderOfEachThread() throws Exception {
    int threads = 4;
    int each = 5_000;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    int[] next = new int[threads]; // plain: the queue has to carry it from thread to thread
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      bodies.add(
          () -> {
            for (int i = 0; i < each; i++) {
              int number = i;
              queue.run(
                  () -> {
                    if (inside.incrementAndGet() != 1 || next[thread] != number) {
                      overlaps.incrementAndGet();
                    }
                    next[thread]++;
                    inside.decrementAndGet();
                  });
            }
          });
    }
    Threads.together(bodies);
    Threads.elsewhere(() -> queue.run(() -> {}));
    assertEquals(0, overlaps.get());
    for (int count : next) {
      assertEquals(each, count);
    }
  }

  @Test
  void aTaskThatAddsTasksDoesNotRecurseAndOneThatThrowsStopsNothing() {
    List<String> order = new ArrayList<>();
    queue.run(
        () -> {
          queue.run(() -> order.add("second"));
          order.add("first");
          throw new AssertionError("the task's own fault");
        });
    assertEquals(List.of("first", "second"), order);
    assertEquals(1, faults.count());
    int[] depth = {100_000};
    queue.run(new Repeat(depth));
    assertEquals(0, depth[0]);
  }

  private final class Repeat implements Runnable {
    private final int[] left;

    Repeat(int[] left) {
      this.left = left;
    }

    @Override
    public void run() {
      left[0]--;
      if (left[0] > 0) {
        queue.run(this);
      }
    }
  }
}
