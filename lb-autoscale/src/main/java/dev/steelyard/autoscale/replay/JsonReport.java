package dev.steelyard.autoscale.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.steelyard.autoscale.ScalingReason;
import java.io.IOException;
import java.io.Writer;
import java.util.function.IntToDoubleFunction;

/** Replays as JSON: numbers unrounded, shares from 0 to 1, times ISO-8601, durations in seconds. */
final class JsonReport {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  private JsonReport() {}

  static JsonGenerator open(Writer out) throws IOException {
    return FACTORY.createGenerator(out).useDefaultPrettyPrinter();
  }

  static void write(ReplayResult result, Writer out, boolean timeline) throws IOException {
    try (JsonGenerator json = open(out)) {
      json.writeStartObject();
      trace(json, result.trace());
      json.writeFieldName("result");
      result(json, result, timeline);
      json.writeEndObject();
    }
    out.write('\n');
  }

  static void trace(JsonGenerator json, Trace trace) throws IOException {
    json.writeObjectFieldStart("trace");
    json.writeStringField("name", trace.name());
    json.writeStringField("start", trace.start().toString());
    json.writeNumberField("interval", trace.intervalMillis() / 1000.0);
    json.writeNumberField("size", trace.size());
    json.writeArrayFieldStart("notes");
    for (String note : trace.notes()) {
      json.writeString(note);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  static void result(JsonGenerator json, ReplayResult result, boolean timeline) throws IOException {
    json.writeStartObject();
    json.writeStringField("policy", result.policy().name());
    json.writeStringField("model", result.model().toString());
    json.writeFieldName("summary");
    summary(json, result.summary());
    json.writeObjectFieldStart("reasons");
    for (var entry : result.reasonCounts().entrySet()) {
      json.writeNumberField(entry.getKey().name(), entry.getValue());
    }
    json.writeEndObject();
    changes(json, result);
    if (timeline) {
      timeline(json, result);
    }
    json.writeEndObject();
  }

  static void summary(JsonGenerator json, ReplaySummary summary) throws IOException {
    Elasticity elasticity = summary.elasticity();
    json.writeStartObject();
    json.writeNumberField("instanceHours", summary.instanceHours());
    json.writeNumberField("cost", summary.cost());
    json.writeNumberField("violationShare", summary.violationShare());
    json.writeNumberField("lostShare", summary.lostShare());
    json.writeNumberField("slowShare", summary.slowShare());
    json.writeNumberField("saturatedShare", summary.saturatedShare());
    json.writeNumberField("waiting", summary.waiting());
    json.writeNumberField("adaptations", summary.adaptations());
    json.writeNumberField("adaptationsPerDay", summary.adaptationsPerDay());
    json.writeNumberField("reversals", summary.reversals());
    json.writeNumberField("reversalsPerDay", summary.reversalsPerDay());
    json.writeNumberField("oscillation", summary.oscillation());
    json.writeNumberField("peakInstances", summary.peakInstances());
    json.writeNumberField("reactionMedian", summary.reactionMedian().toMillis() / 1000.0);
    json.writeNumberField("reactionP95", summary.reactionP95().toMillis() / 1000.0);
    json.writeNumberField("reactionMax", summary.reactionMax().toMillis() / 1000.0);
    json.writeNumberField("accuracyUnder", elasticity.accuracyUnder());
    json.writeNumberField("accuracyOver", elasticity.accuracyOver());
    json.writeNumberField("normalizedUnder", elasticity.normalizedUnder());
    json.writeNumberField("normalizedOver", elasticity.normalizedOver());
    json.writeNumberField("timeShareUnder", elasticity.timeShareUnder());
    json.writeNumberField("timeShareOver", elasticity.timeShareOver());
    json.writeNumberField("instability", elasticity.instability());
    json.writeNumberField("jitterPerHour", elasticity.jitterPerHour());
    json.writeNumberField("elasticDeviation5", elasticity.elasticDeviation(5));
    json.writeEndObject();
  }

  private static void changes(JsonGenerator json, ReplayResult result) throws IOException {
    json.writeArrayFieldStart("changes");
    for (int i = 0; i < result.changeCount(); i++) {
      ReplayResult.Change change = result.change(i);
      json.writeStartObject();
      json.writeNumberField("tick", change.tick());
      json.writeStringField("time", change.time().toString());
      json.writeNumberField("from", change.from());
      json.writeNumberField("to", change.to());
      json.writeArrayFieldStart("reasons");
      for (ScalingReason reason : change.reasons()) {
        json.writeString(reason.name());
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void timeline(JsonGenerator json, ReplayResult result) throws IOException {
    int size = result.size();
    json.writeObjectFieldStart("timeline");
    column(json, "load", size, result.trace()::value);
    column(json, "demand", size, result::demand);
    column(json, "ready", size, result::ready);
    column(json, "ordered", size, result::ordered);
    column(json, "served", size, result::served);
    column(json, "lost", size, result::lost);
    column(json, "backlog", size, result::backlog);
    column(json, "responseMillis", size, result::responseMillis);
    json.writeEndObject();
  }

  private static void column(JsonGenerator json, String name, int size, IntToDoubleFunction values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (int i = 0; i < size; i++) {
      double value = values.applyAsDouble(i);
      if (Double.isNaN(value)) {
        json.writeNull();
      } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        json.writeNumber((long) value);
      } else {
        json.writeNumber(value);
      }
    }
    json.writeEndArray();
  }
}
