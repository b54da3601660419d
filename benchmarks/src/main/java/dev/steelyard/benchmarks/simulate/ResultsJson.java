package dev.steelyard.benchmarks.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.steelyard.simulator.ServerResult;
import dev.steelyard.simulator.SimulationResult;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Results for programs: an array with an object per scenario and strategy. The same results give
 * the same bytes, on every JVM and machine: numbers have a fixed number of decimals, because how
 * many {@link Double#toString} writes has changed between JDKs.
 */
final class ResultsJson {
  private static final int NANOS = 9;
  private static final int MICROS = 6;

  private ResultsJson() {}

  static void write(Path file, List<Run> runs) throws IOException {
    JsonFactory factory =
        JsonFactory.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
    printer.indentArraysWith(indenter);
    printer.indentObjectsWith(indenter);
    try (Writer writer = Files.newBufferedWriter(file);
        JsonGenerator json = factory.createGenerator(writer)) {
      json.setPrettyPrinter(printer);
      json.writeStartArray();
      for (Run run : runs) {
        write(json, run);
      }
      json.writeEndArray();
      json.writeRaw('\n');
    }
  }

  private static void write(JsonGenerator json, Run run) throws IOException {
    SimulationResult result = run.result();
    json.writeStartObject();
    json.writeStringField("scenario", result.scenario());
    json.writeStringField("name", run.strategy());
    json.writeNumberField("seed", result.seed());
    json.writeNumberField("success_percent", decimal(result.successPercent(), MICROS));
    json.writeNumberField("client_mean_s", decimal(result.meanSeconds(), NANOS));
    json.writeNumberField("p50_s", percentile(result, 50));
    json.writeNumberField("p99_s", percentile(result, 99));
    json.writeNumberField("p999_s", percentile(result, 99.9));
    json.writeNumberField("server_busy_s", decimal(busySeconds(result), MICROS));
    json.writeNumberField("answered", result.counts().answered());
    json.writeNumberField("sent", result.counts().sent());
    json.writeNumberField("server_responses", responses(result));
    json.writeNumberField("attempts", result.counts().attempts());
    json.writeObjectFieldStart("shares");
    for (ServerResult server : result.servers()) {
      json.writeNumberField(server.name(), decimal(server.share(), MICROS));
    }
    json.writeEndObject();
    json.writeObjectFieldStart("failures");
    for (Map.Entry<String, Long> failure : result.failures().entrySet()) {
      json.writeNumberField(failure.getKey(), failure.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("violations");
    for (String violation : run.violations()) {
      json.writeString(violation);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** How long the servers took for their answers, all together. */
  static double busySeconds(SimulationResult result) {
    double sum = 0;
    for (ServerResult server : result.servers()) {
      sum += server.busySeconds();
    }
    return sum;
  }

  private static long responses(SimulationResult result) {
    return result.servers().stream().mapToLong(ServerResult::responses).sum();
  }

  private static BigDecimal percentile(SimulationResult result, double percent) {
    return BigDecimal.valueOf(result.percentile(percent).toNanos(), NANOS);
  }

  private static BigDecimal decimal(double value, int decimals) {
    return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
  }
}
