package dev.steelyard.autoscale.replay;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.steelyard.autoscale.ScalingDecision;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/**
 * Two policies under the same load: where they first decide differently and why, how often, and
 * what the second costs and violates more than the first. A change of a policy can be judged by it
 * before it is made. Immutable and thread-safe.
 */
public final class ReplayComparison {
  private final ReplayResult first;
  private final ReplayResult second;
  private final int firstDifference;
  private final int differences;

  ReplayComparison(ReplayResult first, ReplayResult second) {
    this.first = first;
    this.second = second;
    int at = -1;
    int count = 0;
    for (int i = 0; i < first.size(); i++) {
      if (first.ordered(i) != second.ordered(i)) {
        at = at < 0 ? i : at;
        count++;
      }
    }
    this.firstDifference = at;
    this.differences = count;
  }

  /**
   * The first policy's replay.
   *
   * @return its result
   */
  public ReplayResult first() {
    return first;
  }

  /**
   * The second policy's replay.
   *
   * @return its result
   */
  public ReplayResult second() {
    return second;
  }

  /**
   * Finds where they part. Until then both saw the same, so that {@link ReplayResult#decision} of
   * both at this interval shows what the policies make of it.
   *
   * @return the first interval for which they ordered different numbers, empty if there is none
   */
  public OptionalInt firstDifference() {
    return firstDifference < 0 ? OptionalInt.empty() : OptionalInt.of(firstDifference);
  }

  /**
   * Counts the intervals with different numbers.
   *
   * @return how many intervals they had ordered different numbers in
   */
  public int differences() {
    return differences;
  }

  /**
   * Compares cost.
   *
   * @return the second's less the first's
   */
  public double costDifference() {
    return second.summary().cost() - first.summary().cost();
  }

  /**
   * Compares violations of the objective.
   *
   * @return the second's {@link ReplaySummary#violationShare} less the first's
   */
  public double violationDifference() {
    return second.summary().violationShare() - first.summary().violationShare();
  }

  /**
   * Judges the second policy: a gate for a build.
   *
   * @param costIncrease how much more it may cost, as a share of the first's cost; 0.05 is 5 %
   * @param violationIncrease how much more of the load it may lose or answer too slowly, as a share
   *     of the load
   * @return whether it stays within both
   * @throws IllegalArgumentException if one is negative or not finite
   */
  public boolean isWithin(double costIncrease, double violationIncrease) {
    Checks.amount("costIncrease", costIncrease);
    Checks.amount("violationIncrease", violationIncrease);
    double slack = 1e-12; // sums of the same numbers in another order
    return costDifference() <= first.summary().cost() * (costIncrease + slack)
        && violationDifference() <= violationIncrease + slack;
  }

  /** Where they part, with both proofs. */
  String difference() {
    if (firstDifference < 0) {
      return "They never differ.\n";
    }
    Instant time = Instant.ofEpochMilli(first.trace().startMillis(firstDifference));
    StringBuilder text = new StringBuilder(1024);
    text.append("They differ in ")
        .append(differences)
        .append(" of ")
        .append(first.size())
        .append(" intervals, first at interval ")
        .append(firstDifference)
        .append(", ")
        .append(Words.time(time))
        .append(" UTC.\n\n");
    text.append(decision(first)).append('\n').append(decision(second));
    return text.toString();
  }

  private String decision(ReplayResult result) {
    return result.decision(firstDifference).explain();
  }

  /**
   * Tells the comparison to people.
   *
   * @return several lines: where they part, and both summaries
   */
  public String toText() {
    StringBuilder text = new StringBuilder(4096);
    TextReport.head(text, first);
    text.append(difference()).append('\n');
    List<ReplayResult> both = List.of(first, second);
    TextReport.table(
        text, List.of(first.policy().name(), second.policy().name()), SummaryTable.rows(both));
    TextReport.reasons(text, first);
    TextReport.reasons(text, second);
    text.append("\nThe second costs ")
        .append(Words.signed(costDifference()))
        .append(" and violates the objective for ")
        .append(violationDifference() > 0 ? "+" : "")
        .append(Words.percent(violationDifference()))
        .append(" of the load.\n");
    return text.toString();
  }

  /**
   * Writes the comparison for programs.
   *
   * @param out where to; not closed
   * @param timeline whether every interval is written too, in columns
   * @throws IOException if writing fails
   */
  public void writeJson(Writer out, boolean timeline) throws IOException {
    try (JsonGenerator json = JsonReport.open(out)) {
      json.writeStartObject();
      JsonReport.trace(json, first.trace());
      json.writeNumberField("differences", differences);
      if (firstDifference >= 0) {
        json.writeObjectFieldStart("firstDifference");
        json.writeNumberField("tick", firstDifference);
        json.writeStringField(
            "time", Instant.ofEpochMilli(first.trace().startMillis(firstDifference)).toString());
        decision(json, "first", first.decision(firstDifference));
        decision(json, "second", second.decision(firstDifference));
        json.writeEndObject();
      }
      json.writeNumberField("costDifference", costDifference());
      json.writeNumberField("violationDifference", violationDifference());
      json.writeFieldName("first");
      JsonReport.result(json, first, timeline);
      json.writeFieldName("second");
      JsonReport.result(json, second, timeline);
      json.writeEndObject();
    }
    out.write('\n');
  }

  private static void decision(JsonGenerator json, String name, ScalingDecision decision)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("desired", decision.desired());
    json.writeStringField("explanation", decision.explain());
    json.writeEndObject();
  }

  /**
   * Draws both.
   *
   * @return an SVG picture that needs nothing else
   */
  public String toSvg() {
    return Chart.svg(List.of(first, second));
  }

  /**
   * Draws both and adds the numbers.
   *
   * @return an HTML page that needs nothing else
   */
  public String toHtml() {
    return HtmlReport.of(this);
  }
}
