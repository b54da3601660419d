package dev.steelyard.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void padsItsColumns() {
    Table table = new Table(1, "what", "ns").row("pick", "3.8").row("acquire", "1234");
    assertEquals(
        """
        | what    |   ns |
        |---------|-----:|
        | pick    |  3.8 |
        | acquire | 1234 |
        """,
        table.toString());
  }
}
