package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadReportTest {
  private static final LoadReport EXAMPLE =
      new LoadReport(0.8, 0.7, 0.9, 1000, 2, Map.of("foo", 123.0, "bar", 0.2));

  private static LoadReport named(double application, double cpu, Map<String, Double> named) {
    return new LoadReport(application, cpu, 0, 0, 0, named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TEXT cpu_utilization=0.7,application_utilization=0.8,mem_utilization=0.9,"
            + "rps_fractional=1000,eps=2,named_metrics.foo=123,named_metrics.bar=0.2",
        "cpu_utilization=0.7,application_utilization=0.8,mem_utilization=0.9,"
            + "rps_fractional=1e3,eps=2,named_metrics.foo=123,named_metrics.bar=0.2",
        "TEXT cpu_utilization:0.7,application_utilization:0.8,mem_utilization:0.9,"
            + "rps_fractional:1000,eps:2,named_metrics.foo:123,named_metrics.bar:0.2",
        "  TEXT   cpu_utilization = 0.7 , application_utilization =.8,,mem_utilization=0.9, "
            + "rps_fractional=+1000,eps=2.,named_metrics.foo=123, named_metrics.bar=2E-1 ,",
        "TEXT cpu_utilization=0.7,application_utilization=0.8,mem_utilization=0.9,utilization.total=x,"
            + "new_field=,rps_fractional=1000,eps=2,named_metrics.foo=123,named_metrics.bar=0.2"
      })
  void theTextFormIsUnderstood(String header) {
    // The example of Envoy's parser test, in both of its forms; it refuses unknown keys.
    assertEquals(EXAMPLE, LoadReport.parse(header));
  }

  @Test
  void whatIsNotReportedIs0() {
    assertEquals(new LoadReport(0, 0.3, 0, 0, 0, Map.of()), LoadReport.parse("cpu_utilization=.3"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "JSON {\"cpu_utilization\": 0.7} | endpoint-load-metrics format: JSON (expected: TEXT)",
        "BIN CQAAAAAAAOA | endpoint-load-metrics format: BIN (expected: TEXT)",
        "BAD random-value | endpoint-load-metrics format: BAD (expected: TEXT)",
        "TEXT not-a-list | endpoint-load-metrics: \"not-a-list\" (expected: key=value)",
        "TEXT =1 | endpoint-load-metrics: \"=1\" (expected: key=value)",
        "TEXT | endpoint-load-metrics: \"\" (expected: at least one metric)",
        "TEXT ,, | endpoint-load-metrics: \",,\" (expected: at least one metric)",
        "'' | endpoint-load-metrics: \"\" (expected: at least one metric)",
        "cpu_utilization=\"0.7\" | cpu_utilization: \"\"0.7\"\" (expected: a decimal number)",
        "cpu_utilization= | cpu_utilization: \"\" (expected: a decimal number)",
        "cpu_utilization=NaN | cpu_utilization: \"NaN\" (expected: a decimal number)",
        "eps=Infinity | eps: \"Infinity\" (expected: a decimal number)",
        "eps=0x1p3 | eps: \"0x1p3\" (expected: a decimal number)",
        "eps=1d | eps: \"1d\" (expected: a decimal number)",
        "eps=1-2 | eps: \"1-2\" (expected: a decimal number)",
        "eps=1e999 | eps: Infinity (expected: finite and >= 0)",
        "rps_fractional=-1 | rps_fractional: -1.0 (expected: finite and >= 0)",
        "named_metrics.a=x | named_metrics.a: \"x\" (expected: a decimal number)",
        "named_metrics.=1 | metric: \"\" (expected: not blank)",
        "eps=1,eps=2 | eps: 2 (expected: given once)",
      })
  void whatIsWrongIsRefusedWithItsNameItsValueAndTheRule(String header, String message) {
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> LoadReport.parse(header));
    assertEquals(message, refused.getMessage());
  }

  @Test
  void aReportIsAValueOfItsOwn() {
    Map<String, Double> named = new HashMap<>(Map.of("queue", 4.0));
    LoadReport report = named(0, 0, named);
    named.put("queue", 5.0);

    assertEquals(Map.of("queue", 4.0), report.namedMetrics());
    assertThrows(
        UnsupportedOperationException.class, () -> report.namedMetrics().put("queue", 6.0));
  }

  @Test
  void valuesThatAreNoLoadAreRefused() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Map<String, Double> none = Map.of();
      for (Runnable attempt :
          List.<Runnable>of(
              () -> new LoadReport(bad, 0, 0, 0, 0, none),
              () -> new LoadReport(0, bad, 0, 0, 0, none),
              () -> new LoadReport(0, 0, bad, 0, 0, none),
              () -> new LoadReport(0, 0, 0, bad, 0, none),
              () -> new LoadReport(0, 0, 0, 0, bad, none))) {
        Exception refused = assertThrows(IllegalArgumentException.class, attempt::run);
        assertTrue(refused.getMessage().contains(": " + bad), refused::getMessage);
      }
    }
    assertThrows(IllegalArgumentException.class, () -> named(0, 0, Map.of("queue", Double.NaN)));
  }

  @Test
  void theUtilisationIsTheConfiguredOneThenTheApplicationsThenTheProcessors() {
    Map<String, Double> metrics = Map.of("foo", 0.3, "bar", 0.4, "zero", 0.0, "below", -2.0);
    LoadReport report = new LoadReport(0.5, 0.6, 0.9, 0, 0, metrics);
    assertEquals(0.3, report.utilisation(List.of("foo")));
    assertEquals(0.4, report.utilisation(List.of("foo", "named_metrics.bar", "absent")));
    assertEquals(0.9, report.utilisation(List.of("foo", "mem_utilization")));
    assertEquals(0.6, report.utilisation(List.of("cpu_utilization", "application_utilization")));
    assertEquals(0.5, report.utilisation(List.of("zero", "below", "absent")));
    assertEquals(0.5, report.utilisation(List.of()));
    assertEquals(0.6, named(0, 0.6, Map.of()).utilisation(List.of("foo")));
    assertEquals(0, named(0, 0, Map.of()).utilisation(List.of("foo")));
  }
}
