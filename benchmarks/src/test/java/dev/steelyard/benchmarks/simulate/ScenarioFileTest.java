package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steelyard.simulator.SimulationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ScenarioFileTest {
  private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

  @Test
  void theSharedScenariosAreReadAsTheyAreAndRun() {
    String shared = System.getProperty("steelyard.shared", "");
    assumeTrue(!shared.isEmpty(), "no shared data");
    ScenarioFile file = ScenarioFile.read(Path.of(shared, "scenarios", "dialogue.json"));

    assertTrue(file.scenarios().size() >= 9, file.scenarios()::toString);
    for (ScenarioFile.Entry entry : file.scenarios()) {
      Published theirs = entry.published().values().iterator().next();
      SimulationResult ours = Strategies.run(entry, Strategies.DEFAULT, 1);

      assertEquals(theirs.sent(), ours.counts().sent(), entry.scenario().name());
      assertEquals(theirs.sent(), ours.counts().answered(), entry.scenario().name());
      assertEquals(3, entry.published().size());
    }
  }

  @Test
  void theScenarioOfTheDocumentsIsReadAndDoesWhatItExpects() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("CHANGELOG.md"))) {
      root = root.getParent();
    }
    Matcher fences = JSON.matcher(Files.readString(root.resolve("docs/simulation.md")));
    int found = 0;
    while (fences.find()) {
      found++;
      for (ScenarioFile.Entry entry : ScenarioFile.parse(fences.group(1), root).scenarios()) {
        for (String strategy : List.of("default", "roundRobin")) {
          SimulationResult result = Strategies.run(entry, strategy, 1);
          for (Expectation expectation : entry.expectations()) {
            assertNull(expectation.violatedBy(strategy, result), strategy);
          }
        }
      }
    }
    assertEquals(1, found);
  }

  @Test
  void aFileMayBeOneScenarioOrAListOrAnObjectWithAList() {
    String one =
        "{'name': '%s', 'requests_per_second': 1, 'send_for_s': 1, 'servers': [{'name': 's'}]}";
    String list = '[' + one.formatted("a") + ',' + one.formatted("b") + ']';

    assertEquals(List.of("a"), names(one.formatted("a")));
    assertEquals(List.of("a", "b"), names(list));
    assertEquals(
        List.of("a", "b"), names("{'source': 1, 'format': {}, 'scenarios': " + list + "}"));
  }

  private static List<String> names(String json) {
    return ScenarioFile.parse(json.replace('\'', '"'), Path.of("")).scenarios().stream()
        .map(entry -> entry.scenario().name())
        .toList();
  }

  @Test
  void publishedFiguresAreReadAsFarAsTheyAreKnown() {
    ScenarioFile.Entry entry =
        Scenarios.read(
            "'published': {'x': {'success_percent': 99.5, 'client_mean_s': 0.25, 'sent': 7},"
                + "'a': {'success_percent': 1, 'client_mean_s': 1, 'server_busy_s': 3}}");

    assertEquals(List.of("x", "a"), List.copyOf(entry.published().keySet()));
    assertEquals(new Published(99.5, 0.25, Double.NaN, 0, 7), entry.published().get("x"));
    assertEquals(new Published(1, 1, 3, 0, 0), entry.published().get("a"));
  }

  @Test
  void anExpectationSaysByHowMuchItIsViolated() {
    ScenarioFile.Entry entry =
        Scenarios.read(
            "'servers': [{'name': 's', 'latency': {'kind': 'fixed', 'base_ms': 20}}], 'expect': ["
                + "{'metric': 'mean_ms', 'at_most': 10}, {'metric': 'mean_ms', 'at_least': 30},"
                + "{'metric': 'success_percent', 'at_least': 100, 'at_most': 100},"
                + "{'metric': 'mean_ms', 'at_most': 10, 'strategies': ['random']},"
                + "{'metric': 'mean_ms', 'at_most_times': {'strategy': 'random', 'factor': 0.5}},"
                + "{'metric': 'mean_ms', 'at_most_times': {'strategy': 'random', 'factor': 1}},"
                + "{'metric': 'share', 'server': 's', 'from_s': 1, 'to_s': 3, 'at_most': 0.5},"
                + "{'metric': 'most_in_flight', 'server': ['s'], 'at_most': 1}]");
    SimulationResult result = Strategies.run(entry, "default", 1);
    List<Expectation> expected = entry.expectations();

    assertEquals(
        "mean_ms: 20 (expected: at most 10)", expected.get(0).violatedBy("default", result));
    assertEquals(
        "mean_ms: 20 (expected: at least 30)", expected.get(1).violatedBy("default", result));
    assertNull(expected.get(2).violatedBy("default", result));
    assertNull(expected.get(3).violatedBy("default", result));
    assertNotNull(expected.get(3).violatedBy("random", result));
    assertEquals(
        "mean_ms: 20 (expected: at most 0.500000 times the 20 of random)",
        expected.get(4).violatedBy("default", result));
    assertNull(expected.get(4).violatedBy("random", result));
    assertNull(expected.get(5).violatedBy("default", result));
    assertEquals(
        "share of s from 1 s to 3 s: 1 (expected: at most 0.500000)",
        expected.get(6).violatedBy("default", result));
    assertEquals(
        "most_in_flight of [s]: 2 (expected: at most 1)",
        expected.get(7).violatedBy("default", result));
  }
}
