package dev.steelyard.benchmarks.report;

import static dev.steelyard.benchmarks.guard.GuardGroup.BREAKER_COUNT;
import static dev.steelyard.benchmarks.guard.GuardGroup.BREAKER_TIME;
import static dev.steelyard.benchmarks.guard.GuardRow.ADMITTED;
import static dev.steelyard.benchmarks.guard.GuardRow.ADMITTED_CLOCK_PASSED;
import static dev.steelyard.benchmarks.guard.GuardRow.REFUSED;
import static dev.steelyard.benchmarks.guard.GuardRow.REFUSED_CLOCK_PASSED;

import dev.steelyard.benchmarks.guard.GuardGroup;
import dev.steelyard.benchmarks.guard.GuardRow;
import dev.steelyard.benchmarks.guard.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The project's goals for guards, with what a run measured of them. */
final class GuardGoals {
  private static final String FASTEST = "x resilience4j's fastest form";

  private final Results results;

  GuardGoals(Results results) {
    this.results = results;
  }

  List<Goal> all() {
    List<Goal> goals = new ArrayList<>();
    goals.add(beside("circuit breaker, count window", 0.7, BREAKER_COUNT, 1));
    goals.add(beside("circuit breaker, count window, 2 threads", 0.5, BREAKER_COUNT, 2));
    goals.add(beside("circuit breaker, time window", 0.4, BREAKER_TIME, 1));
    goals.add(beside("circuit breaker, time window, 2 threads", 0.4, BREAKER_TIME, 2));
    goals.add(
        new Goal("circuit breaker, both windows", 0, "B", mostBytes(BREAKER_COUNT, BREAKER_TIME)));
    goals.add(
        new Goal(
            "rate limiter, clock passed in",
            10,
            "ns",
            nanos(ADMITTED_CLOCK_PASSED, REFUSED_CLOCK_PASSED)));
    goals.add(
        new Goal("rate limiter, own clock", 1.3, "x one clock read", byClock(ADMITTED, REFUSED)));
    goals.add(
        new Goal(
            "rate limiter", 0, "B", mostBytes(GuardGroup.RATE_ADMITTED, GuardGroup.RATE_REFUSED)));
    return goals;
  }

  /** Ours by the fastest of Resilience4j's forms at the same work. */
  private Goal beside(String subject, double limit, GuardGroup group, int threads) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (boolean failing : new boolean[] {false, true}) {
      double fastest = Double.NaN;
      for (GuardRow row : GuardRow.of(group)) {
        Measure measure = results.find(Row.guard(row, failing, threads));
        if (measure != null && row.label().startsWith("resilience4j")) {
          fastest = Double.isNaN(fastest) ? measure.nanos() : Math.min(fastest, measure.nanos());
        }
      }
      for (GuardRow row : GuardRow.of(group)) {
        Measure measure = results.find(Row.guard(row, failing, threads));
        if (measure != null && row.side() == Side.OURS) {
          String label = row.label() + (failing ? " 5 % failures" : "");
          values.put(label, measure.nanos() / fastest);
        }
      }
    }
    return new Goal(subject, limit, FASTEST, values);
  }

  /** The most that ours allocate, on one thread or two, with failures or without. */
  private Map<String, Double> mostBytes(GuardGroup... groups) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (GuardGroup group : groups) {
      for (GuardRow row : GuardRow.of(group)) {
        for (int threads : Suite.THREADS) {
          for (boolean failing : new boolean[] {false, true}) {
            Measure measure = results.find(Row.guard(row, failing, threads));
            if (measure != null && row.side() == Side.OURS) {
              values.merge(name(row), measure.bytes(), Math::max);
            }
          }
        }
      }
    }
    return values;
  }

  private Map<String, Double> nanos(GuardRow... rows) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (GuardRow row : rows) {
      Measure measure = results.find(Row.guard(row, false, 1));
      if (measure != null) {
        values.put(name(row), measure.nanos());
      }
    }
    return values;
  }

  private Map<String, Double> byClock(GuardRow... rows) {
    Measure clock = results.find(Row.clock(Section.GUARD, "oneRead", 1));
    Map<String, Double> values = nanos(rows);
    values.replaceAll((name, nanos) -> clock == null ? Double.NaN : nanos / clock.nanos());
    return values;
  }

  private static String name(GuardRow row) {
    String kind =
        switch (row.group()) {
          case BREAKER_COUNT -> "count, ";
          case BREAKER_TIME -> "time, ";
          case RATE_ADMITTED -> "admitted, ";
          case RATE_REFUSED -> "refused, ";
          default -> "";
        };
    return kind + row.label();
  }
}
