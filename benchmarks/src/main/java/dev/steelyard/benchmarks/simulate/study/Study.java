package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs parts and writes what they found: simulation.md, its plots, and study.json. */
final class Study {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);

  private final List<StudyPart> parts;
  private final StudyContext context;
  private final Consumer<String> progress;

  Study(List<StudyPart> parts, StudyContext context, Consumer<String> progress) {
    this.parts = parts;
    this.context = context;
    this.progress = progress;
  }

  void write(Path directory) throws IOException {
    Map<StudyPart, PartResult> results = new LinkedHashMap<>();
    long started = System.nanoTime();
    for (StudyPart part : parts) {
      long partStarted = System.nanoTime();
      results.put(part, part.run(context));
      progress.accept("Part " + part.key() + ": " + secondsSince(partStarted) + " s");
    }
    Path plots = Files.createDirectories(directory.resolve("simulation"));
    for (PartResult result : results.values()) {
      for (Plot plot : result.plots()) {
        Files.writeString(plots.resolve(plot.file + ".svg"), plot.toSvg());
      }
    }
    Files.writeString(directory.resolve("study.json"), json(results));
    Files.writeString(
        directory.resolve("simulation.md"),
        new StudyDocument(results, context).render(secondsSince(started)));
  }

  private static long secondsSince(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - nanos);
  }

  private String json(Map<StudyPart, PartResult> results) throws IOException {
    ObjectNode root = Figures.object();
    root.put("seed", context.seed()).put("seeds", context.seeds());
    root.put("requests", context.requests());
    ArrayNode goals = root.putArray("goals");
    for (PartResult result : results.values()) {
      for (GoalRow goal : result.goals()) {
        goals
            .addObject()
            .put("subject", goal.subject())
            .put("goal", goal.goal())
            .put("found", goal.found())
            .put("met", goal.isMet());
      }
    }
    results.forEach((part, result) -> root.set(part.key(), result.json()));
    return MAPPER.writeValueAsString(root).replace("\r\n", "\n") + "\n";
  }
}
