package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.benchmarks.report.Machine;
import dev.steelyard.benchmarks.report.Table;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;

/** The text of simulation.md around what the parts say. */
final class StudyDocument {
  private final Map<StudyPart, PartResult> results;
  private final StudyContext context;

  StudyDocument(Map<StudyPart, PartResult> results, StudyContext context) {
    this.results = results;
    this.context = context;
  }

  /** All but the line with the time and the machine depends on the figures alone. */
  String render(long seconds) {
    StringBuilder text = new StringBuilder("# How well Steelyard balances\n\n");
    Map<String, String> machine = Machine.describe();
    text.append("Made on ")
        .append(LocalDate.now(ZoneOffset.UTC))
        .append(" in ")
        .append(seconds)
        .append(" s on ")
        .append(machine.get("cores"))
        .append(" cores (")
        .append(machine.get("processor"))
        .append("), ")
        .append(machine.get("JVM"))
        .append(".\n\n");
    text.append("Made by `java -jar benchmarks/target/benchmarks.jar study --out benchmarks")
        .append(context.shared() == null ? "" : " --shared DIR")
        .append(context.isQuick() ? " --quick" : "")
        .append(context.seed() == 1 ? "" : " --seed " + context.seed())
        .append("`; do not edit.\n")
        .append("All of it is simulated: the balancer is the real one, under virtual time. ")
        .append("The same\ncommand finds the same figures on any machine; `study.json` has ")
        .append("them all.\n\n");
    goals(text);
    text.append("## Contents\n\n");
    for (StudyPart part : results.keySet()) {
      text.append("* [")
          .append(part.title())
          .append("](#")
          .append(anchor(part.title()))
          .append(")\n");
    }
    results.forEach(
        (part, result) ->
            text.append("\n## ")
                .append(part.title())
                .append("\n\n")
                .append(result.markdown().strip())
                .append('\n'));
    return text.toString();
  }

  private void goals(StringBuilder text) {
    Table table = new Table(4, "what", "goal", "found", "");
    for (PartResult result : results.values()) {
      for (GoalRow goal : result.goals()) {
        table.row(goal.subject(), goal.goal(), goal.found(), goal.isMet() ? "met" : "**not met**");
      }
    }
    if (!table.isEmpty()) {
      text.append("## Goals\n\n").append(table).append('\n');
    }
  }

  /** As GitHub makes it. */
  static String anchor(String title) {
    StringBuilder anchor = new StringBuilder();
    for (int i = 0; i < title.length(); i++) {
      char each = title.charAt(i);
      if (Character.isLetterOrDigit(each) || each == '-' || each == '_') {
        anchor.append(Character.toLowerCase(each));
      } else if (each == ' ') {
        anchor.append('-');
      }
    }
    return anchor.toString();
  }
}
