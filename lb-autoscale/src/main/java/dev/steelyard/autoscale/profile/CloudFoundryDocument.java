package dev.steelyard.autoscale.profile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A policy of Cloud Foundry as it is written, after its form was checked. */
record CloudFoundryDocument(
    int least, int most, List<Rule> rules, @Nullable String zone, List<Slot> slots) {

  /** An element of {@code scaling_rules}. */
  record Rule(
      String path,
      String metric,
      long threshold,
      String operator,
      String adjustment,
      long breach,
      long cooldown) {
    boolean isOut() {
      return adjustment.startsWith("+");
    }
  }

  /** An element of {@code recurring_schedule} or, without days, of {@code specific_date}. */
  record Slot(
      String path,
      String start,
      String end,
      String firstDay,
      String lastDay,
      List<Integer> daysOfWeek,
      List<Integer> daysOfMonth,
      long least,
      long most,
      long initial) {
    boolean isRecurring() {
      return path.contains(".recurring_schedule.");
    }
  }
}
