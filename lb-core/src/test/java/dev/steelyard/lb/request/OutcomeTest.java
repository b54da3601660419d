package dev.steelyard.lb.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  @Test
  void onlyFailureAndOverloadedAreFailures() {
    EnumSet<Outcome> failures = EnumSet.noneOf(Outcome.class);
    Arrays.stream(Outcome.values()).filter(Outcome::isFailure).forEach(failures::add);
    assertEquals(EnumSet.of(Outcome.FAILURE, Outcome.OVERLOADED), failures);
  }

  @Test
  void theFiveClassesArePinned() {
    assertEquals(
        List.of("SUCCESS", "FAILURE", "OVERLOADED", "IGNORED", "CANCELLED"),
        Arrays.stream(Outcome.values()).map(Enum::name).toList());
  }
}
