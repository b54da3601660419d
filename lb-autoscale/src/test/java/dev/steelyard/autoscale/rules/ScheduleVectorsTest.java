package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.schedule.ActiveSchedule;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Timetable;
import dev.steelyard.autoscale.schedule.Window;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Schedules of other autoscalers, decided by a policy. */
class ScheduleVectorsTest {
  private static ScalingPolicy.Builder policy(int least, int most) {
    return ScalingPolicy.builder().bounds(least, most).scaleDown(DirectionLimits.none());
  }

  private static ScalingDecision decide(ScalingPolicy policy, Instant at, int current) {
    ScalingMetrics metrics = ScalingMetrics.at(at).instances(current).metric(Metric.CPU, 0).build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics);
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static Window crons(JsonNode of, String zone) {
    String text = "cron(" + of.path("start").asText() + ")";
    text +=
        of.path("end").isTextual()
            ? " to cron(" + of.path("end").asText() + ")"
            : " for " + Duration.ofSeconds(of.path("durationSeconds").asLong());
    return Window.parse(zone.isEmpty() ? text : text + " in " + zone);
  }

  @TestFactory
  Stream<DynamicTest> kedaCronWindows() {
    return Vectors.cases(
        "keda_cron",
        "windows",
        one -> {
          int replicas = one.path("desiredReplicas").asInt();
          Timetable timetable =
              Timetable.of(
                  Schedule.floor("cron", replicas, crons(one, one.path("timezone").asText())));
          ScalingPolicy policy = policy(1, 100).rule(Scheduled.sizing(timetable)).build();
          Instant at = Instant.parse(one.path("instant").asText());
          ScalingDecision decision = decide(policy, at, 3);
          JsonNode expected = one.path("expected");
          assertEquals(expected.path("replicas").asInt(), decision.recommended());
          assertEquals(Math.max(1, expected.path("replicas").asInt()), decision.desired());
          assertEquals(
              expected.path("active").asBoolean(), timetable.at(at).floor() != null, "active");
        });
  }

  @TestFactory
  Stream<DynamicTest> kedaCronMetadata() {
    return Vectors.cases(
        "keda_cron",
        "validation",
        one -> {
          JsonNode given = one.path("metadata");
          int replicas = given.path("desiredReplicas").asInt(0); // none given: none wanted
          if (one.path("expectError").asBoolean()) {
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    Schedule.floor(
                        "cron", replicas, crons(given, given.path("timezone").asText())));
          } else {
            Schedule schedule =
                Schedule.floor("cron", replicas, crons(given, given.path("timezone").asText()));
            assertEquals(replicas, schedule.min());
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> nomadSchedules() {
    return Vectors.cases(
        "nomad_strategies",
        "schedule",
        one -> {
          Schedule schedule =
              Schedule.floor("check", 2, crons(one, one.path("timezone").asText("UTC")));
          ScalingPolicy policy = policy(1, 10).rule(Scheduled.of(schedule)).build();
          ScalingDecision decision = decide(policy, Instant.parse(one.path("now").asText()), 1);
          assertEquals(one.path("expectedActive").asBoolean() ? 2 : 1, decision.desired());
        });
  }

  @TestFactory
  Stream<DynamicTest> cloudFoundrySchedules() {
    return Vectors.cases(
        "cloudfoundry_rules",
        "schedule",
        one -> {
          Instant start = Instant.parse("2026-01-05T08:00:00Z");
          Window window = Window.parse("2026-01-05T08:00:00Z to 2026-01-05T18:00:00Z");
          int current = one.path("current").asInt();
          int min = one.path("min").asInt();
          int max = one.path("max").asInt();
          ScalingDecision decision;
          if (one.path("event").asText().equals("scheduleStart")) {
            Schedule schedule = Schedule.bounds("day", min, max, window);
            int initial = one.path("initialMin").asInt(0);
            Schedule begun = initial == 0 ? schedule : schedule.withInitialMin(initial);
            ScalingPolicy policy = policy(1, 100).rule(Scheduled.of(begun)).build();
            decision = decide(policy, start, current);
          } else {
            Schedule other = Schedule.bounds("day", 1, 100, window);
            ScalingPolicy policy = policy(min, max).rule(Scheduled.of(other)).build();
            decision = decide(policy, start.plus(Duration.ofHours(10)), current);
          }
          JsonNode expected = one.path("expected");
          assertEquals(expected.path("newInstances").asInt(), decision.desired());
          assertEquals(
              expected.path("status").asText().equals("ignored"),
              decision.action() == ScalingAction.HOLD);
          assertEquals(
              expected.path("message").isTextual(),
              decision.reasons().contains(ScalingReason.BOUND));
        });
  }

  /** A fixed date wins over a recurring profile, that over the default; tried for every pair. */
  @Test
  void azureProfilePrecedence() {
    JsonNode order = Vectors.file("azure_autoscale").path("profilePrecedence");
    Map<String, Schedule> profiles =
        Map.of(
            "fixed-date",
            Schedule.bounds(
                "fixed-date", 7, 7, Window.parse("2026-01-05T00:00 to 2026-01-06T00:00 in UTC")),
            "recurring",
            Schedule.bounds("recurring", 5, 5, Window.parse("MON 00:00 for PT24H in UTC")));
    for (int i = 0; i < order.size(); i++) {
      for (int j = i + 1; j < order.size(); j++) {
        List<Schedule> both = new ArrayList<>();
        for (int each : new int[] {j, i}) {
          String name = order.get(each).asText();
          if (!name.equals("default")) {
            Schedule profile = profiles.get(name);
            assertNotNull(profile, name);
            both.add(profile);
          }
        }
        ScalingPolicy policy =
            policy(3, 3).rule(Scheduled.of(both.toArray(new Schedule[0]))).build();
        int expected = order.get(i).asText().equals("fixed-date") ? 7 : 5;
        assertEquals(expected, decide(policy, Instant.parse("2026-01-05T12:00:00Z"), 1).desired());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> zalandoSchedules() {
    return Vectors.cases(
        "zalando_schedule",
        "cases",
        one -> {
          JsonNode file = Vectors.file("zalando_schedule");
          Instant now = OffsetDateTime.parse(file.path("now").asText()).toInstant();
          String zone = file.path("defaultTimezone").asText();
          if (one.path("expectedError").isTextual()) {
            assertThrows(IllegalArgumentException.class, () -> zalando(one, zone));
            return;
          }
          List<Schedule> schedules = zalando(one, zone);
          int recommended = 0;
          if (!schedules.isEmpty()) {
            ScalingPolicy policy =
                policy(1, 1000).rule(Scheduled.sizing(new Timetable(schedules))).build();
            recommended = decide(policy, now, 1).recommended();
          }
          assertEquals(one.path("expectedValue").asInt(), recommended);
        });
  }

  private static List<Schedule> zalando(JsonNode one, String defaultZone) {
    List<Schedule> schedules = new ArrayList<>();
    for (JsonNode each : one.path("schedules")) {
      String start = each.path("date").asText();
      String end = each.path("endDate").asText();
      String zone = "";
      if (each.path("type").asText().equals("Repeating")) {
        StringBuilder days = new StringBuilder();
        each.path("days")
            .forEach(day -> days.append(days.isEmpty() ? "" : ",").append(day.asText()));
        start = days + " " + each.path("startTime").asText();
        end = each.path("endTime").asText();
        zone = " in " + each.path("timezone").asText(defaultZone);
      }
      // the later of end and start + duration counts: two schedules, of which the higher does
      long minutes = each.path("durationMinutes").asLong();
      List<String> windows = new ArrayList<>();
      if (!end.isEmpty()) {
        windows.add(start + " to " + end + zone);
      }
      if (minutes > 0) {
        windows.add(start + " for PT" + minutes + "M" + zone);
      }
      if (windows.isEmpty()) {
        String empty = start + " to " + start + zone;
        assertThrows(IllegalArgumentException.class, () -> Window.parse(empty), "deliberately");
      }
      for (String window : windows) {
        String name = String.format(Locale.ROOT, "s%d", schedules.size());
        Duration ramp = Duration.ofMinutes(one.path("scalingWindowMinutes").asLong(0));
        Schedule schedule = Schedule.floor(name, each.path("value").asInt(), Window.parse(window));
        schedules.add(
            ramp.isZero() ? schedule : schedule.withRamp(ramp, one.path("rampSteps").asInt(10)));
      }
    }
    return schedules;
  }

  /**
   * Zalando corrects what the tolerance of the HPA swallows and leaves larger gaps to the HPA; here
   * a floor knows no tolerance, so that larger gaps are closed at once, too (ZAL-T3).
   */
  @TestFactory
  Stream<DynamicTest> zalandoToleranceCorrection() {
    return Vectors.cases(
        "zalando_schedule",
        "toleranceCorrection/cases",
        one -> {
          int current = one.path("current").asInt();
          ScalingPolicy.Builder builder = policy(1, one.path("max").asInt());
          int expected = one.path("expectedReplicas").asInt();
          if (one.path("targetPerInstance").isNumber()) {
            Schedule schedule =
                Schedule.load(
                    "load",
                    one.path("scheduleValue").asDouble(),
                    one.path("targetPerInstance").asDouble(),
                    Window.parse("cron(@daily) for PT24H in UTC"));
            builder.rule(Scheduled.of(schedule));
            if (schedule.min() > 1.1 * current) {
              expected = Math.min(schedule.min(), one.path("max").asInt());
            }
          }
          Instant now = LocalDate.of(2026, 1, 5).atStartOfDay(ZoneId.of("UTC")).toInstant();
          assertEquals(expected, decide(builder.build(), now, current).desired());
        });
  }

  /** What a decision says about the schedule is what the timetable says. */
  @Test
  void anActiveScheduleIsNamedInTheProof() {
    Schedule schedule =
        Schedule.floor(
            "cron", 10, Window.parse("cron(0 6 * * *) to cron(0 20 * * *) in Asia/Kolkata"));
    Instant at = Instant.parse("2026-08-20T10:00:00Z");
    ActiveSchedule active = Timetable.of(schedule).at(at).floor();
    assertNotNull(active);
    assertEquals("schedule 'cron' 10 until 20:00 Asia/Kolkata", active.explain());
    ScalingPolicy policy = policy(1, 100).rule(Scheduled.sizing(Timetable.of(schedule))).build();
    assertEquals(active.explain(), decide(policy, at, 3).proof().steps().get(0).note());
  }
}
