package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.profile.CloudFoundryDocument.Rule;
import dev.steelyard.autoscale.profile.CloudFoundryDocument.Slot;
import dev.steelyard.autoscale.profile.CloudFoundryPolicy.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of a policy of Cloud Foundry: what its JSON schema says, with the schema's paths. */
final class CloudFoundrySchema {
  private static final Pattern METRIC = Pattern.compile("[a-zA-Z0-9_]{1,100}");
  private static final Pattern ADJUSTMENT = Pattern.compile("[-+][1-9]+[0-9]*%?");
  private static final Pattern TIME = Pattern.compile("(2[0-3]|1[0-9]|0[0-9]):[0-5][0-9]");
  private static final String DAY = "2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[1-2][0-9]|3[0-1])";
  private static final Pattern DATE = Pattern.compile("(" + DAY + ")?");
  private static final Pattern DATE_TIME = Pattern.compile(DAY + "T" + TIME.pattern());

  private static final List<String> OPERATORS = List.of("<", ">", "<=", ">=");
  private static final List<String> SENDERS = List.of("bound_app", "same_app");

  private static final long LEAST_SECONDS = 60;
  private static final long MOST_SECONDS = 3600;

  private static final Set<String> ROOT =
      Set.of("instance_min_count", "instance_max_count", "scaling_rules", "schedules");
  private static final Set<String> RULE =
      Set.of(
          "metric_type",
          "threshold",
          "operator",
          "adjustment",
          "breach_duration_secs",
          "cool_down_secs");
  private static final Set<String> SCHEDULES =
      Set.of("timezone", "recurring_schedule", "specific_date");
  private static final Set<String> COUNTS =
      Set.of("instance_min_count", "instance_max_count", "initial_min_instance_count");

  private final List<Problem> errors;
  private final List<Problem> notes;

  private CloudFoundrySchema(List<Problem> errors, List<Problem> notes) {
    this.errors = errors;
    this.notes = notes;
  }

  /** The document; null, or of no use, if there are errors. */
  static @Nullable CloudFoundryDocument read(
      String json, List<Problem> errors, List<Problem> notes) {
    try {
      return new CloudFoundrySchema(errors, notes)
          .root(new JsonValue("(root)", JsonTree.read(json), errors));
    } catch (IllegalArgumentException e) {
      errors.add(new Problem("(root)", "is not JSON: " + e.getMessage()));
      return null;
    }
  }

  private @Nullable CloudFoundryDocument root(JsonValue root) {
    if (!root.isObject()) {
      return null;
    }
    if (!root.has("scaling_rules") && !root.has("schedules")) {
      root.wrong("must have at least one of scaling_rules and schedules");
      root.wrong("scaling_rules is required");
    }
    root.require("instance_min_count", "instance_max_count");
    Long least = root.whole("instance_min_count", 1, Long.MAX_VALUE);
    Long most =
        root.whole("instance_max_count", Long.MIN_VALUE, ScalingPolicy.Builder.GREATEST_MAXIMUM);
    List<Rule> rules = new ArrayList<>();
    for (JsonValue each : root.elements("scaling_rules")) {
      Rule rule = each.isObject() ? rule(each) : null;
      if (rule != null) {
        rules.add(rule);
      }
    }
    List<Slot> slots = new ArrayList<>();
    JsonValue schedules = root.get("schedules");
    String zone = schedules != null && schedules.isObject() ? schedules(schedules, slots) : null;
    JsonValue configuration = root.get("configuration");
    if (configuration != null && configuration.isObject()) {
      configuration(configuration);
    }
    unused(root, ROOT);
    return least == null || most == null || !errors.isEmpty()
        ? null
        : new CloudFoundryDocument(
            (int) Math.min(least, Integer.MAX_VALUE), most.intValue(), rules, zone, slots);
  }

  private @Nullable Rule rule(JsonValue rule) {
    int before = errors.size();
    rule.require("metric_type", "threshold", "operator", "adjustment");
    String metric = rule.text("metric_type", METRIC);
    Long threshold = rule.whole("threshold", Long.MIN_VALUE, Long.MAX_VALUE);
    String operator = rule.oneOf("operator", OPERATORS);
    String adjustment = rule.text("adjustment", ADJUSTMENT);
    Long breach = rule.whole("breach_duration_secs", LEAST_SECONDS, MOST_SECONDS);
    Long cooldown = rule.whole("cool_down_secs", LEAST_SECONDS, MOST_SECONDS);
    rule.whole("stats_window_secs", Long.MIN_VALUE, Long.MAX_VALUE);
    unused(rule, RULE);
    if (errors.size() > before
        || metric == null
        || threshold == null
        || operator == null
        || adjustment == null) {
      return null;
    }
    return new Rule(
        rule.path(),
        metric,
        threshold,
        operator,
        adjustment,
        breach == null ? CompatibleCloudFoundry.DEFAULT_BREACH_SECONDS : breach,
        cooldown == null ? CompatibleCloudFoundry.DEFAULT_COOLDOWN_SECONDS : cooldown);
  }

  private @Nullable String schedules(JsonValue schedules, List<Slot> slots) {
    if (!schedules.has("recurring_schedule") && !schedules.has("specific_date")) {
      schedules.wrong("must have at least one of recurring_schedule and specific_date");
      schedules.wrong("recurring_schedule is required");
    }
    schedules.require("timezone");
    String zone = schedules.text("timezone");
    if (zone != null && CloudFoundrySchedules.zone(zone) == null) {
      schedules.wrongAt("timezone", "must be a zone such as Europe/Berlin, was '" + zone + "'");
    }
    for (JsonValue each : schedules.elements("recurring_schedule")) {
      slot(each, true, slots);
    }
    for (JsonValue each : schedules.elements("specific_date")) {
      slot(each, false, slots);
    }
    unused(schedules, SCHEDULES);
    return zone;
  }

  private void slot(JsonValue slot, boolean recurring, List<Slot> slots) {
    if (!slot.isObject()) {
      return;
    }
    int before = errors.size();
    String startKey = recurring ? "start_time" : "start_date_time";
    String endKey = recurring ? "end_time" : "end_date_time";
    if (recurring && slot.has("days_of_week") == slot.has("days_of_month")) {
      slot.wrong("must have days_of_week or days_of_month, and not both");
      if (!slot.has("days_of_week")) {
        slot.wrong("days_of_week is required");
      }
    }
    slot.require(startKey, endKey, "instance_min_count", "instance_max_count");
    String start = slot.text(startKey, recurring ? TIME : DATE_TIME);
    String end = slot.text(endKey, recurring ? TIME : DATE_TIME);
    String firstDay = recurring ? slot.text("start_date", DATE) : null;
    String lastDay = recurring ? slot.text("end_date", DATE) : null;
    List<Integer> daysOfWeek = recurring ? days(slot, "days_of_week", 7) : List.of();
    List<Integer> daysOfMonth = recurring ? days(slot, "days_of_month", 31) : List.of();
    Long least = slot.whole("instance_min_count", Long.MIN_VALUE, Long.MAX_VALUE);
    Long most = slot.whole("instance_max_count", Long.MIN_VALUE, Long.MAX_VALUE);
    Long initial = slot.whole("initial_min_instance_count", Long.MIN_VALUE, Long.MAX_VALUE);
    for (String key : slot.keys()) {
      boolean known =
          COUNTS.contains(key)
              || key.equals(startKey)
              || key.equals(endKey)
              || (recurring
                  && Set.of("start_date", "end_date", "days_of_week", "days_of_month")
                      .contains(key));
      if (!known) {
        notes.add(new Problem(slot.path() + "." + key, "is not used"));
      }
    }
    if (errors.size() == before && start != null && end != null && least != null && most != null) {
      slots.add(
          new Slot(
              slot.path(),
              start,
              end,
              firstDay == null ? "" : firstDay,
              lastDay == null ? "" : lastDay,
              daysOfWeek,
              daysOfMonth,
              least,
              most,
              initial == null ? 0 : initial));
    }
  }

  private static List<Integer> days(JsonValue slot, String key, int last) {
    List<Integer> days = new ArrayList<>();
    for (JsonValue each : slot.elements(key)) {
      Long day = each.whole(1, last);
      if (day != null) {
        days.add(day.intValue());
      }
    }
    return days;
  }

  /** Who may send metrics is nothing that a decision depends on; its form is checked. */
  private static void configuration(JsonValue configuration) {
    JsonValue custom = configuration.get("custom_metrics");
    if (custom == null || !custom.isObject()) {
      return;
    }
    custom.require("metric_submission_strategy");
    JsonValue strategy = custom.get("metric_submission_strategy");
    if (strategy != null && strategy.isObject()) {
      strategy.require("allow_from");
      strategy.oneOf("allow_from", SENDERS);
    }
  }

  private void unused(JsonValue node, Set<String> known) {
    for (String key : node.keys()) {
      if (!known.contains(key)) {
        notes.add(new Problem(node.path() + "." + key, "is not used"));
      }
    }
  }
}
