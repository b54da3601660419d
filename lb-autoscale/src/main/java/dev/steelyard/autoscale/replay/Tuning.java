package dev.steelyard.autoscale.replay;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.steelyard.autoscale.ScalingPolicy;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/**
 * What a {@link Tuner} found. The rest of the trace was not used to find it; only the numbers of
 * the rest say what the values are worth.
 *
 * @param best the values of the knobs
 * @param policy the policy with these values
 * @param candidates how many policies were tried
 * @param objective what the best one comes to on the training part
 * @param baselineObjective what the baseline comes to there
 * @param feasible whether the best one violates the objective no more than the baseline there
 * @param training the best one on the training part
 * @param baselineTraining the baseline there
 * @param rest the best one on the rest
 * @param baselineRest the baseline there
 */
public record Tuning(
    Map<String, Double> best,
    ScalingPolicy policy,
    int candidates,
    double objective,
    double baselineObjective,
    boolean feasible,
    ReplaySummary training,
    ReplaySummary baselineTraining,
    ReplaySummary rest,
    ReplaySummary baselineRest) {
  /**
   * Tells it to people.
   *
   * @return several lines: the values, and both policies on both parts
   */
  public String toText() {
    StringBuilder text = new StringBuilder(2048);
    text.append("best of ").append(candidates).append(" candidates:");
    best.forEach(
        (name, value) -> text.append(' ').append(name).append('=').append(Words.number(value)));
    text.append("\nobjective on the training part: ")
        .append(Words.number(objective))
        .append(", baseline ")
        .append(Words.number(baselineObjective))
        .append('\n');
    if (!feasible) {
      text.append("No candidate violates the objective as little as the baseline.\n");
    }
    text.append('\n');
    TextReport.table(
        text,
        List.of("training", "baseline", "rest", "baseline"),
        SummaryTable.of(List.of(training, baselineTraining, rest, baselineRest)));
    return text.toString();
  }

  /**
   * Writes it for programs.
   *
   * @param out where to; not closed
   * @throws IOException if writing fails
   */
  public void writeJson(Writer out) throws IOException {
    try (JsonGenerator json = JsonReport.open(out)) {
      json.writeStartObject();
      json.writeObjectFieldStart("best");
      for (var knob : best.entrySet()) {
        json.writeNumberField(knob.getKey(), knob.getValue());
      }
      json.writeEndObject();
      json.writeNumberField("candidates", candidates);
      json.writeNumberField("objective", objective);
      json.writeNumberField("baselineObjective", baselineObjective);
      json.writeBooleanField("feasible", feasible);
      json.writeFieldName("training");
      JsonReport.summary(json, training);
      json.writeFieldName("baselineTraining");
      JsonReport.summary(json, baselineTraining);
      json.writeFieldName("rest");
      JsonReport.summary(json, rest);
      json.writeFieldName("baselineRest");
      JsonReport.summary(json, baselineRest);
      json.writeEndObject();
    }
    out.write('\n');
  }
}
