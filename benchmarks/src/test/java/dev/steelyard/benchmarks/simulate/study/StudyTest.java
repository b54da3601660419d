package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.simulator.ClientSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StudyTest {
  private static final int REQUESTS = 300;

  @TempDir private Path folder;

  /** Two strategies and short runs: what is tested is that they come out alike. */
  private static void write(List<StudyPart> parts, int threads, Path directory) throws IOException {
    Map<String, ClientSetup> strategies = new LinkedHashMap<>();
    strategies.put(StudyContext.DEFAULT, (balancer, client) -> balancer);
    strategies.put("roundRobin", (balancer, client) -> balancer.selector(Selectors.roundRobin()));
    try (Runs runs = new Runs(threads)) {
      StudyContext context = new StudyContext(1, 1, REQUESTS, true, null, strategies, runs);
      new Study(parts, context, text -> {}).write(directory);
    }
  }

  private static List<String> withoutHeader(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve("simulation.md")).stream()
        .filter(line -> !line.startsWith("Made on "))
        .toList();
  }

  private static Map<String, String> plots(Path directory) throws IOException {
    Map<String, String> plots = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(directory.resolve("simulation"))) {
      for (Path file : files.sorted().toList()) {
        plots.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return plots;
  }

  @Test
  void twoStudiesAreAlikeWhateverRunsAtTheSameTime() throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    write(StudyParts.all(), 1, one);
    write(StudyParts.all(), 3, two);

    assertEquals(
        Files.readString(one.resolve("study.json")), Files.readString(two.resolve("study.json")));
    assertEquals(withoutHeader(one), withoutHeader(two));
    assertEquals(plots(one), plots(two));
    assertFalse(plots(one).isEmpty());
    String text = String.join("\n", withoutHeader(one));
    plots(one)
        .forEach(
            (name, svg) -> {
              assertTrue(text.contains("](simulation/" + name + ")"), name);
              assertTrue(svg.contains("<path"), name);
            });
    for (StudyPart part : StudyParts.all()) {
      assertTrue(text.contains("\n## " + part.title() + "\n"), part.title());
    }
  }

  @Test
  void otherSeedsFindOtherFigures() throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    for (Path each : List.of(one, two)) {
      assertEquals(
          0,
          execute(
              "--out",
              each.toString(),
              "--quick",
              "--part",
              "bad",
              "--seed",
              each.equals(one) ? "1" : "2"));
    }
    ObjectMapper mapper = new ObjectMapper();
    JsonNode first = mapper.readTree(one.resolve("study.json").toFile());
    JsonNode second = mapper.readTree(two.resolve("study.json").toFile());
    assertFalse(first.get("bad").equals(second.get("bad")));
    assertEquals(2, first.get("goals").size());
    assertFalse(first.has("b"), "other parts were not asked for");
  }

  private final StringWriter errors = new StringWriter();

  private int execute(String... args) {
    return new CommandLine(new StudyCommand())
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(errors))
        .execute(args);
  }

  @Test
  void aPartThatDoesNotExistIsRefused() {
    assertEquals(2, execute("--out", folder.toString(), "--part", "b,nonsense"));
    assertTrue(errors.toString().contains("--part: nonsense (expected: one of [a, b,"));
  }

  @Test
  void resultsComeInTheOrderOfTheirSimulations() {
    try (Runs runs = new Runs(4)) {
      List<Integer> results =
          runs.all(IntStream.range(0, 100).mapToObj(i -> (Callable<Integer>) () -> i).toList());
      assertEquals(IntStream.range(0, 100).boxed().toList(), results);
    }
  }

  @Test
  void aSimulationThatFailsIsNotForgotten() {
    try (Runs runs = new Runs(2)) {
      List<Callable<Integer>> simulations = new ArrayList<>();
      simulations.add(() -> 1);
      simulations.add(
          () -> {
            throw new IOException("broken");
          });
      IllegalStateException failure =
          assertThrows(IllegalStateException.class, () -> runs.all(simulations));
      assertEquals("broken", failure.getCause().getMessage());
    }
  }

  @Test
  void headingsAreLinkedAsTheyAreOnGitHub() {
    assertEquals(
        "deploys-lost-zones-herds-and-storms",
        StudyDocument.anchor("Deploys, lost zones, herds and storms"));
  }
}
