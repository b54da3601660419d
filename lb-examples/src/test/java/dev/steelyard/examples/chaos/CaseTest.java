package dev.steelyard.examples.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class CaseTest {
  @Test
  void theStandardRunHasEveryFaultAndPairs() {
    List<String> labels = Case.standard().stream().map(Case::label).toList();

    for (Fault fault : Fault.values()) {
      assertTrue(labels.contains(fault.label()), fault::label);
    }
    assertTrue(labels.contains("sigkill+slow"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sigterm",
        "",
        "slow+",
        "slow+slow",
        "slow+reset+dns",
        "alldown+slow",
        "tls+slow",
        "SLOW"
      })
  void refusesWhatCannotBe(String text) {
    assertThrows(TypeConversionException.class, () -> Case.of(text));
  }

  @Test
  void eachPromiseThatIsBrokenIsNamed() {
    Case slow = Case.of("slow");
    Journal.Arrivals none = new Journal.Arrivals(100, 0, 0);

    assertEquals(List.of(), broken(slow, new OpenLoop.Counts(100, 100, 0, 0), none, 0));
    assertEquals(
        List.of("1 requests lost"), broken(slow, new OpenLoop.Counts(100, 99, 0, 0), none, 0));
    assertEquals(
        List.of("1 errors to callers (allowed: 0 % of 100 requests)"),
        broken(slow, new OpenLoop.Counts(100, 99, 1, 0), none, 0));
    assertEquals(
        List.of("1 POSTs executed twice"),
        broken(slow, new OpenLoop.Counts(100, 100, 0, 0), new Journal.Arrivals(101, 1, 1), 0));
    assertEquals(
        List.of("2 in flight after the end"),
        broken(slow, new OpenLoop.Counts(100, 100, 0, 0), none, 2));
  }

  @Test
  void whatAFaultAllowsBreaksNoPromise() {
    Journal.Arrivals none = new Journal.Arrivals(0, 0, 0);

    // An error for a POST that may have been executed is right.
    assertEquals(List.of(), broken(Case.of("reset"), new OpenLoop.Counts(100, 97, 3, 3), none, 0));
    assertEquals(
        List.of(), broken(Case.of("alldown"), new OpenLoop.Counts(100, 0, 100, 0), none, 0));
    assertEquals(
        List.of(), broken(Case.of("slow+reset"), new OpenLoop.Counts(100, 98, 2, 0), none, 0));
    assertEquals(
        1, broken(Case.of("slow+reset"), new OpenLoop.Counts(100, 97, 3, 0), none, 0).size());
  }

  @Test
  void aSoakNamesWhatIsLeft() {
    assertEquals(List.of(), SoakReport.broken(0, 0, 0, List.of(), SoakReport.HEAP_BOUND));
    assertEquals(
        List.of(
            "1 requests lost",
            "2 POSTs executed twice",
            "3 in flight after the end",
            "threads left: [a]",
            "heap grown by 17 MB"),
        SoakReport.broken(1, 2, 3, List.of("a"), 17L << 20));
  }

  private static List<String> broken(
      Case faults, OpenLoop.Counts counts, Journal.Arrivals arrivals, long inFlight) {
    return FaultReport.broken(faults, counts, arrivals, inFlight);
  }
}
