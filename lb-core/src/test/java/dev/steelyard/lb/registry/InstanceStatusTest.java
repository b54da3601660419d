package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceStatusTest {

  @ParameterizedTest
  @CsvSource({
    "STARTING,    0,    false, false",
    "UP,          1,    true,  true",
    "DEGRADED,    0.25, true,  true",
    "DRAINING,    0,    false, true",
    "MAINTENANCE, 0,    false, false",
    "DOWN,        0,    false, false",
  })
  void theMeaningForSelectionIsPinned(
      InstanceStatus status, double factor, boolean accepts, boolean servesBound) {
    assertEquals(factor, status.weightFactor());
    assertEquals(accepts, status.acceptsNewRequests());
    assertEquals(servesBound, status.servesBoundSessions());
  }

  @Test
  void thereAreSix() {
    assertEquals(
        List.of("STARTING", "UP", "DEGRADED", "DRAINING", "MAINTENANCE", "DOWN"),
        Arrays.stream(InstanceStatus.values()).map(Enum::name).toList());
  }
}
