package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a part found.
 *
 * @param markdown its section without the heading; findings are computed, as everything is
 * @param plots drawings, each referred to by the text as {@link Plot#link}
 * @param json the figures, in study.json under the part's key; put numbers there by way of {@link
 *     Figures}, or they may differ between JDKs
 * @param goals what it says about the goals, for the head of the document
 */
record PartResult(String markdown, List<Plot> plots, ObjectNode json, List<GoalRow> goals) {
  PartResult {
    plots = List.copyOf(plots);
    goals = List.copyOf(goals);
  }
}
