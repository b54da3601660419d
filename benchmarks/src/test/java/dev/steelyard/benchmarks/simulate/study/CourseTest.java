package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CourseTest {
  private static final int FROM = 3;
  private static final int TO = 5;

  /** Three seconds of 100, then two of trouble. */
  private static Course course(List<Double> p99After, List<Double> failedAfter) {
    List<Double> p99 = new ArrayList<>(List.of(100.0, 100.0, 100.0, 900.0, 700.0));
    List<Double> failed = new ArrayList<>(List.of(0.0, 0.0, 0.0, 0.5, Double.NaN));
    p99.addAll(p99After);
    failed.addAll(failedAfter);
    List<Double> attempts = new ArrayList<>(Collections.nCopies(p99.size(), 1.0));
    attempts.set(4, 2.5);
    attempts.set(p99.size() - 1, 4.0);
    return new Course(p99, failed, attempts);
  }

  private static void back(double expected, List<Double> p99After) {
    Course course = course(p99After, Collections.nCopies(p99After.size(), 0.0));
    assertEquals(expected, course.backAfter(FROM, TO), p99After::toString);
  }

  @Test
  void allIsWellWithTheFirstOfThreeGoodSeconds() {
    back(0, List.of(150.0, 120.0, 100.0, 100.0));
    back(1, List.of(151.0, 120.0, 100.0, 100.0));
    back(3, List.of(100.0, 100.0, 200.0, 100.0, 100.0, 100.0));
    back(Double.NaN, List.of(100.0, 100.0, 200.0, 100.0, 100.0));
    back(Double.NaN, List.of(Double.NaN, 100.0, 100.0));
  }

  @Test
  void fastFailuresAreNotWell() {
    List<Double> p99 = Collections.nCopies(5, 50.0);
    assertEquals(2, course(p99, List.of(0.9, 0.02, 0.01, 0.0, 0.0)).backAfter(FROM, TO));
    assertEquals(Double.NaN, course(p99, List.of(0.9, 0.9, 0.9, 0.0, 0.0)).backAfter(FROM, TO));
  }

  @Test
  void theWorstAttemptsAreThoseOfTheTrouble() {
    Course course = course(List.of(100.0, 950.0), List.of(0.0, 0.7));

    assertEquals(2.5, course.mostAttempts(FROM, TO));
    assertEquals(950, course.worstP99(FROM), "some comes afterwards");
    assertEquals(0.7, course.worstFailed(), "of the whole run");
  }
}
