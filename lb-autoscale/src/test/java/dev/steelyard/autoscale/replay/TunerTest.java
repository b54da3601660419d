package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steelyard.autoscale.ScalingPolicy;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TunerTest {
  private static final Trace LOAD =
      Synthetic.daily(Duration.ofDays(3), Duration.ofMinutes(5), 50, 300).withNoise(0.05, 3);
  private static final ServiceModel MODEL =
      ServiceModel.capacity(10).targetUtilization(0.9).build();

  private static ScalingPolicy fleet(Map<String, Double> values) {
    int count = (int) (double) values.get("count");
    return ScalingPolicy.builder().bounds(count, count).build();
  }

  @Test
  void findsTheSmallestFleetThatViolatesNoMore() {
    ScalingPolicy baseline = fleet(Map.of("count", 30.0));
    Tuning tuning =
        Tuner.of(baseline, TunerTest::fleet).knob("count", 20, 25, 30, 40, 60).tune(LOAD, MODEL);
    assertEquals(Map.of("count", 30.0), tuning.best());
    assertTrue(tuning.feasible());
    assertEquals(5, tuning.candidates());
    assertEquals(tuning.baselineObjective(), tuning.objective(), 1e-9);
    assertEquals(tuning.baselineRest(), tuning.rest());
  }

  @Test
  void saysSoWhereNoCandidateIsAsGoodAsTheBaseline() {
    Tuning tuning =
        Tuner.of(fleet(Map.of("count", 60.0)), TunerTest::fleet)
            .knob("count", 10, 20)
            .tune(LOAD, MODEL);
    assertFalse(tuning.feasible());
    assertEquals(20.0, tuning.best().get("count"));
    assertTrue(tuning.toText().contains("No candidate violates the objective as little"));
  }

  @Test
  void penaltiesDecideBetweenCandidates() {
    // missing hours that cost a thousand times an instance's make the larger fleet the better one
    Tuner tuner =
        Tuner.of(fleet(Map.of("count", 20.0)), TunerTest::fleet)
            .knob("count", 20, 45)
            .penalties(1000, 0, 0);
    assertEquals(45.0, tuner.tune(LOAD, MODEL).best().get("count"));
    tuner.penalties(0, 0, 0);
    assertEquals(20.0, tuner.tune(LOAD, MODEL).best().get("count"));
  }

  @Test
  void theRestIsNotLearnedFrom() {
    Trace tail = LOAD.scale(0.01);
    Trace.Split split = LOAD.split(0.5);
    double[] values = new double[LOAD.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i < split.training().size() ? LOAD : tail).value(i);
    }
    Trace other = Trace.of("other rest", LOAD.start(), LOAD.interval(), values);
    Tuner tuner =
        Tuner.of(
                ReplayTest.tracking("used", 60),
                knobs -> ReplayTest.tracking("tuned", knobs.get("target")))
            .knob("target", 50, 55, 60, 65, 70, 75, 80)
            .training(0.5);
    Tuning first = tuner.tune(LOAD, MODEL);
    Tuning second = tuner.tune(other, MODEL);
    assertEquals(first.best(), second.best());
    assertEquals(first.training(), second.training());
    assertTrue(second.rest().cost() < first.rest().cost());
  }

  @Test
  void oneKnobAfterTheOtherFindsWhatTheGridFindsHere() throws IOException {
    Tuner tuner =
        Tuner.of(
                ReplayTest.tracking("used", 50),
                knobs ->
                    ScalingPolicy.builder()
                        .bounds((int) (double) knobs.get("min"), 100)
                        .rule(ReplayTest.tracking("x", knobs.get("target")).rules().get(0))
                        .build())
            .knob("min", 1, 15, 30)
            .knob("target", 40, 50, 60, 70)
            .penalties(5, 0, 0.1);
    Tuning descent = tuner.tune(LOAD, MODEL);
    Tuning grid = tuner.wholeGrid().tune(LOAD, MODEL);
    assertEquals(grid.best(), descent.best());
    assertEquals(12, grid.candidates());
    assertTrue(descent.candidates() < 12);
    StringWriter json = new StringWriter();
    grid.writeJson(json);
    JsonNode node = new ObjectMapper().readTree(json.toString());
    assertEquals(grid.best().get("target"), node.at("/best/target").asDouble());
    assertEquals(grid.rest().cost(), node.at("/rest/cost").asDouble());
  }

  @Test
  void refusesASearchForNothing() {
    Tuner tuner = Tuner.of(fleet(Map.of("count", 1.0)), TunerTest::fleet);
    assertThrows(IllegalArgumentException.class, () -> tuner.tune(LOAD, MODEL));
    assertThrows(IllegalArgumentException.class, () -> tuner.knob("count"));
    tuner.knob("count", 1);
    assertThrows(IllegalArgumentException.class, () -> tuner.knob("count", 2));
    assertThrows(IllegalArgumentException.class, () -> tuner.training(1));
    assertThrows(IllegalArgumentException.class, () -> tuner.penalties(-1, 0, 0));
  }
}
