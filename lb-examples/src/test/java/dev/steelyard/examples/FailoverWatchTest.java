package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.examples.FailoverWatch.Failover;
import org.junit.jupiter.api.Test;

class FailoverWatchTest {
  private static final long MILLI = 1_000_000;
  private static final long START = Long.MAX_VALUE - 50 * MILLI; // nanoTime may wrap

  private final FailoverWatch watch = new FailoverWatch();

  @Test
  void endsWithTheLastAttemptInTheLastWindowThatCarriesTraffic() {
    watch.watch("dead");
    watch.failed(START);
    pick("dead", 0, 3, 12);
    pickOthers(0, 97);
    pick("dead", 130, 140);
    pickOthers(150, 98);

    assertEquals(new Failover(140, 5, 0, false), watch.result());
    pickOthers(200, 1);
    assertEquals(new Failover(140, 5, 0, true), watch.result());
  }

  @Test
  void attemptsOfOnePercentOrLessAreProbes() {
    watch.watch("dead");
    watch.failed(START);
    pick("dead", 5, 7);
    pickOthers(50, 50);
    pick("dead", 2_050, 2_060);
    pickOthers(2_070, 198);

    assertEquals(new Failover(7, 2, 2, true), watch.result());
  }

  @Test
  void aSingleAttemptIsAProbeHoweverFewTheOthers() {
    watch.watch("dead");
    watch.failed(START);
    pick("dead", 5, 6, 950);
    pickOthers(951, 3);

    assertEquals(new Failover(6, 2, 1, true), watch.result());
  }

  @Test
  void attemptsBeforeTheFirstFailureDoNotCount() {
    watch.watch("dead");
    pick("dead", -3, -2, -1);
    watch.failed(START);
    watch.failed(START + 40 * MILLI);
    pickOthers(1, 100);

    assertEquals(new Failover(0, 0, 0, true), watch.result());
  }

  @Test
  void aPartOfAMillisecondCountsAsOne() {
    watch.watch("dead");
    watch.failed(START);
    watch.attempted(1, 0, START);
    watch.attempted(1, 0, START + 1);

    assertEquals(new Failover(1, 2, 0, false), watch.result());
  }

  @Test
  void nothingWasKilled() {
    pickOthers(0, 10);

    assertEquals(new Failover(0, 0, 0, true), watch.result());
  }

  private void pick(String id, long... millis) {
    for (long at : millis) {
      watch.attempted(id.equals("dead") ? 1 : 0, id.equals("dead") ? 0 : 1, START + at * MILLI);
    }
  }

  private void pickOthers(long milli, int count) {
    for (int i = 0; i < count; i++) {
      pick("other-" + i % 3, milli);
    }
  }
}
