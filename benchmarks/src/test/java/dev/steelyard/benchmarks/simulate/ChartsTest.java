package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import java.awt.Color;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartsTest {
  private static Run run(int servers, Duration work) {
    Scenario scenario =
        Scenario.named("equal")
            .servers(servers, Server.named("s", Distribution.fixed(work)))
            .arrivals(Arrivals.even(100))
            .lasts(Duration.ofSeconds(4))
            .sampleEvery(Duration.ofSeconds(1))
            .build();
    return new Run("default", scenario.run(), List.of());
  }

  private static List<String> labels(Panel panel) {
    return panel.lines().stream().map(Panel.Line::label).toList();
  }

  @Test
  void latencyHasALinePerStrategy() {
    Run one = run(2, Duration.ofMillis(10));
    Run other = new Run("other", one.result(), List.of());

    List<Panel> panels = Charts.panels(Charts.Kind.LATENCY, List.of(one, other));

    assertEquals(2, panels.size());
    for (Panel panel : panels) {
      assertEquals(List.of("default", "other"), labels(panel));
      assertEquals("latency, ms", panel.unit());
      assertFalse(panel.scale().isLogarithmic());
      assertEquals(List.of(10, 10, 10, 10), rounded(panel.lines().get(0).values()));
      assertEquals(0.5, panel.lines().get(0).seconds().get(0));
    }
  }

  private static List<Integer> rounded(List<Double> values) {
    return values.stream().map(value -> (int) Math.round(value)).toList();
  }

  @Test
  void sharesHaveAPanelPerStrategyAndALinePerServer() {
    Run one = run(2, Duration.ofMillis(10));
    Run other = new Run("other", one.result(), List.of());

    List<Panel> panels = Charts.panels(Charts.Kind.SHARES, List.of(one, other));

    assertEquals(2, panels.size());
    assertEquals("Share of the attempts, other", panels.get(1).title());
    assertEquals(List.of("s-1", "s-2"), labels(panels.get(0)));
    for (int i = 0; i < 4; i++) {
      List<Panel.Line> lines = panels.get(0).lines();
      assertEquals(100, lines.get(0).values().get(i) + lines.get(1).values().get(i), 1e-9);
    }
  }

  @Test
  void ofManyServersTheMostTheMedianAndTheLeastAreShown() {
    Panel panel =
        Charts.panels(Charts.Kind.IN_FLIGHT, List.of(run(13, Duration.ofMillis(100)))).get(0);

    assertEquals(
        List.of("most of 13 servers", "median of 13 servers", "least of 13 servers"),
        labels(panel));
    for (int i = 0; i < 4; i++) {
      assertTrue(panel.lines().get(0).values().get(i) >= panel.lines().get(1).values().get(i));
      assertTrue(panel.lines().get(1).values().get(i) >= panel.lines().get(2).values().get(i));
    }
  }

  @Test
  void whatCameAfterTheLastRequestIsNotShown() {
    Run late = run(1, Duration.ofSeconds(20));
    Panel panel = Charts.panels(Charts.Kind.IN_FLIGHT, List.of(late)).get(0);

    assertEquals(5, late.result().samples().size());
    assertEquals(List.of(1, 2, 3, 4), rounded(panel.lines().get(0).seconds()));
    assertEquals(400, Math.round(panel.lines().get(0).values().get(3)), 1);
  }

  @Test
  void timesOfManySecondsAreInSeconds() {
    Scenario slow =
        Scenario.named("slow")
            .server(Server.named("s", Distribution.fixed(Duration.ofSeconds(11))))
            .arrivals(Arrivals.even(1))
            .lasts(Duration.ofSeconds(20))
            .sampleEvery(Duration.ofSeconds(2))
            .build();

    Run run = new Run("default", slow.run(), List.of());
    Panel panel = Charts.panels(Charts.Kind.LATENCY, List.of(run)).get(0);

    assertEquals("latency, s", panel.unit());
    List<Double> values = panel.lines().get(0).values();
    assertEquals(11, values.get(values.size() - 1), 0.1);
    assertTrue(Double.isNaN(values.get(0)), "nothing has been answered by then");
  }

  @Test
  void aWideRangeIsLogarithmicAndANarrowOneIsNot() {
    assertEquals(new Panel.Scale(true, 0.8, 125), Panel.Scale.ofPositive(lines(0, 1, 100)));
    assertEquals(new Panel.Scale(false, 0, 21), Panel.Scale.ofPositive(lines(0, 1, 20)));
    assertEquals(new Panel.Scale(false, 0, 1), Panel.Scale.ofPositive(lines(0, Double.NaN)));
    assertEquals(new Panel.Scale(false, 0, 105), Panel.Scale.ofAll(lines(0, Double.NaN, 100)));
  }

  private static List<Panel.Line> lines(double... values) {
    List<Double> list = Arrays.stream(values).boxed().toList();
    return List.of(new Panel.Line("line", Color.BLACK, 1, list, list));
  }
}
