package dev.steelyard.lb.env;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TickerTest {

  @Test
  void theSystemTickerReadsTheMonotonicClock() {
    long before = System.nanoTime();
    long reading = Ticker.system().nanos();
    long after = System.nanoTime();
    assertTrue(reading - before >= 0 && after - reading >= 0);
  }

  @Test
  void theSystemTickerIsOneObject() {
    assertSame(Ticker.system(), Ticker.system());
    assertEquals("Ticker.system()", Ticker.system().toString());
  }
}
