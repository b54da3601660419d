package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutoscalerPartTest {

  @Test
  void withoutTheTraceTheDayIsLeftOutAndSaysSo() throws IOException {
    try (Runs runs = new Runs(1)) {
      PartResult result =
          new AutoscalerPart().run(new StudyContext(1, 1, 500, true, null, Map.of(), runs));

      assertTrue(result.markdown().contains(AutoscalerPart.TRACE));
      assertEquals("no " + AutoscalerPart.TRACE, result.json().get("skipped").asText());
      assertTrue(result.plots().isEmpty());
    }
  }
}
