package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void figuresHaveThreeDigitsOrAreWhole() {
    assertEquals("0.12", Figures.three(0.1234));
    assertEquals("12.3", Figures.three(12.34));
    assertEquals("123", Figures.three(123.4));
    assertEquals("12346", Figures.three(12345.6));
    assertEquals("-", Figures.three(Double.NaN));
  }

  @Test
  void smallSharesHaveTwoDecimals() {
    assertEquals("0.13 %", Figures.percent(0.00125));
    assertEquals("9.94 %", Figures.percent(0.0994));
    assertEquals("100.0 %", Figures.percent(1));
  }

  @Test
  void jsonHasSixDigitsAndNothingThatIsNoNumber() {
    ObjectNode node = Figures.object();
    Figures.put(node, "third", 1 / 3.0);
    Figures.put(node, "large", 123_456_789.0);
    Figures.put(node, "whole", 100);
    Figures.put(node, "none", Double.NaN);

    assertEquals(
        "{\"third\":0.333333,\"large\":123457000,\"whole\":100,\"none\":null}", node.toString());
  }

  @Test
  void theMedianIsTheMiddleOne() {
    assertEquals(2, Figures.median(List.of(3.0, 1.0, 2.0)));
    assertEquals(1, Figures.median(List.of(2.0, 1.0)));
    assertEquals(
        Double.POSITIVE_INFINITY,
        Figures.median(List.of(1.0, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)));
    assertEquals(Double.NaN, Figures.median(List.of()));
  }
}
