package dev.steelyard.lb.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksTest {

  @Test
  void theMessageNamesKnobValueAndRule() {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> Checks.check(false, "ratio", 1.5, "0..1"));
    assertEquals("ratio: 1.5 (expected: 0..1)", refusal.getMessage());
  }

  @Test
  void aRuleThatHoldsIsSilent() {
    assertDoesNotThrow(() -> Checks.check(true, "ratio", 0.5, "0..1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n", "\u2003"})
  void aTextOfWhiteSpaceIsBlank(String text) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Checks.notBlank(text, "id"));
    assertEquals("id: \"" + text + "\" (expected: not blank)", refusal.getMessage());
  }

  @Test
  void aTextIsReturnedAsItIs() {
    assertEquals(" a ", Checks.notBlank(" a ", "id"));
  }

  @Test
  void nullIsRefusedByName() {
    assertEquals(
        "id",
        assertThrows(NullPointerException.class, () -> Checks.notBlank(null, "id")).getMessage());
    assertEquals(
        "timeout",
        assertThrows(NullPointerException.class, () -> Checks.positiveNanos(null, "timeout"))
            .getMessage());
  }

  @Test
  void aDurationMustBePositive() {
    assertThrows(
        IllegalArgumentException.class, () -> Checks.positiveNanos(Duration.ZERO, "timeout"));
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> Checks.positiveNanos(Duration.ofNanos(-1), "timeout"));
    assertEquals(
        "timeout: PT-0.000000001S (expected: > 0 and at most 292 years)", refusal.getMessage());
    assertEquals(1, Checks.positiveNanos(Duration.ofNanos(1), "timeout"));
  }

  @Test
  void aDurationMustFitACountOfNanoseconds() {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);
    assertEquals(Long.MAX_VALUE, Checks.positiveNanos(longest, "timeout"));
    assertThrows(
        IllegalArgumentException.class,
        () -> Checks.positiveNanos(longest.plusNanos(1), "timeout"));
    assertThrows(
        IllegalArgumentException.class,
        () -> Checks.positiveNanos(Duration.ofSeconds(Long.MAX_VALUE), "timeout"));
  }
}
