package dev.steelyard.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all sittings have found so far, in two files: {@code jmh.json} has a line for each row, laid
 * out as JMH lays out its own, without what is the same for all of them or follows from the rest;
 * {@code sittings.json} has when and how each section was measured, and what is not JMH's.
 */
final class Archive {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  private final Path rowsFile;
  private final Path sittingsFile;
  private Results results = new Results(Map.of());
  private Sittings sittings = new Sittings(Map.of(), null, Map.of());

  Archive(Path directory) throws IOException {
    rowsFile = directory.resolve("jmh.json");
    sittingsFile = directory.resolve("sittings.json");
    if (Files.exists(sittingsFile) && Files.exists(rowsFile)) {
      sittings = JSON.readValue(sittingsFile.toFile(), Sittings.class);
      Map<Row, Measure> measures = new LinkedHashMap<>();
      for (Line line : JSON.readValue(rowsFile.toFile(), new TypeReference<List<Line>>() {})) {
        measures.put(line.row(), line.measure());
      }
      results = new Results(measures);
    }
  }

  Results results() {
    return results;
  }

  Map<Section, Sitting> sittings() {
    return sittings.sections;
  }

  @Nullable Http http() {
    return sittings.http;
  }

  /** Bytes per instance by what was weighed, in its order. */
  Map<String, Double> bytesPerInstance() {
    return sittings.bytesPerInstance;
  }

  void add(Section section, Sitting sitting, Results anew) throws IOException {
    results = results.with(section, anew);
    save(section, sitting, sittings.http, sittings.bytesPerInstance);
  }

  void add(Sitting sitting, Http http) throws IOException {
    save(Section.HTTP, sitting, http, sittings.bytesPerInstance);
  }

  void add(Sitting sitting, Map<String, Double> bytesPerInstance) throws IOException {
    save(Section.MEMORY, sitting, sittings.http, bytesPerInstance);
  }

  private void save(
      Section section, Sitting sitting, @Nullable Http http, Map<String, Double> bytesPerInstance)
      throws IOException {
    Map<Section, Sitting> sections = new TreeMap<>(sittings.sections);
    sections.put(section, sitting);
    sittings = new Sittings(sections, http, bytesPerInstance);
    List<String> lines = new ArrayList<>();
    for (Map.Entry<Row, Measure> entry : results.byRow().entrySet()) {
      lines.add(
          JSON.writer()
              .without(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(Line.of(entry.getKey(), entry.getValue())));
    }
    Files.writeString(rowsFile, "[\n" + String.join(",\n", lines) + "\n]\n");
    Files.writeString(sittingsFile, JSON.writeValueAsString(sittings) + "\n");
  }

  private record Sittings(
      Map<Section, Sitting> sections, @Nullable Http http, Map<String, Double> bytesPerInstance) {}

  private record Line(
      Section section,
      String benchmark,
      String mode,
      int threads,
      Map<String, String> params,
      Metric primaryMetric,
      Map<String, Metric> secondaryMetrics) {
    private static final String BYTES = "gc.alloc.rate.norm";

    static Line of(Row row, Measure measure) {
      Metric time = new Metric(measure.nanos(), "ns/op", List.of(measure.iterations()));
      Metric bytes = new Metric(measure.bytes(), "B/op", null);
      return new Line(
          row.section(),
          row.benchmark(),
          "avgt",
          row.threads(),
          new TreeMap<>(row.parameters()),
          time,
          Double.isNaN(measure.bytes()) ? Map.of() : Map.of(BYTES, bytes));
    }

    Row row() {
      return new Row(section, benchmark, Map.copyOf(params), threads);
    }

    Measure measure() {
      Metric bytes = secondaryMetrics.get(BYTES);
      List<Double> iterations = new ArrayList<>();
      if (primaryMetric.rawData != null) {
        primaryMetric.rawData.forEach(iterations::addAll);
      }
      return Measure.of(iterations, bytes == null ? Double.NaN : bytes.score);
    }
  }

  private record Metric(double score, String scoreUnit, @Nullable List<List<Double>> rawData) {
    Metric {
      score = rounded(score);
    }

    /** To four decimals, which is far below the noise. */
    private static double rounded(double value) {
      return Math.rint(value * 1e4) / 1e4;
    }
  }
}
