package dev.steelyard.autoscale.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronTextTest {
  private static final LocalDateTime THURSDAY = LocalDateTime.parse("2026-01-01T00:00");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 8 * * MON-FRI     | 2026-01-01T08:00 2026-01-02T08:00 2026-01-05T08:00",
        "0 8 * * mon-Fri     | 2026-01-01T08:00 2026-01-02T08:00 2026-01-05T08:00",
        "30 0 * * 0          | 2026-01-04T00:30 2026-01-11T00:30 2026-01-18T00:30",
        "30 0 * * 7          | 2026-01-04T00:30 2026-01-11T00:30 2026-01-18T00:30",
        "30 0 * * 5-7        | 2026-01-02T00:30 2026-01-03T00:30 2026-01-04T00:30",
        "5/20 * * * *        | 2026-01-01T00:05 2026-01-01T00:25 2026-01-01T00:45",
        "7/1 * * * *         | 2026-01-01T00:07 2026-01-01T00:08 2026-01-01T00:09",
        "10-40/15 1,3 * * *  | 2026-01-01T01:10 2026-01-01T01:25 2026-01-01T01:40",
        "0 12 29 2 *         | 2028-02-29T12:00 2032-02-29T12:00 2036-02-29T12:00",
        "0 0 31 JAN,apr *    | 2026-01-31T00:00 2027-01-31T00:00 2028-01-31T00:00",
        "0 0 ? * 1           | 2026-01-05T00:00 2026-01-12T00:00 2026-01-19T00:00",
        "15 30 9 * * *       | 2026-01-01T09:30:15 2026-01-02T09:30:15 2026-01-03T09:30:15",
        "*/20 59 23 1 1 *    | 2026-01-01T23:59 2026-01-01T23:59:20 2026-01-01T23:59:40",
        "@daily              | 2026-01-01T00:00 2026-01-02T00:00 2026-01-03T00:00",
        "@Weekly             | 2026-01-04T00:00 2026-01-11T00:00 2026-01-18T00:00",
        "@monthly            | 2026-01-01T00:00 2026-02-01T00:00 2026-03-01T00:00",
        "@yearly             | 2026-01-01T00:00 2027-01-01T00:00 2028-01-01T00:00",
        "@hourly             | 2026-01-01T00:00 2026-01-01T01:00 2026-01-01T02:00",
      })
  void anExpressionNamesTheseTimes(String expression, String expected) {
    Cron cron = CronText.parse("start", expression);
    List<LocalDateTime> forward = new ArrayList<>();
    LocalDateTime at = THURSDAY;
    for (int i = 0; i < 3; i++) {
      LocalDateTime found = cron.atOrAfter(at);
      assertTrue(found != null);
      forward.add(found);
      at = found.plusNanos(1);
    }
    assertEquals(
        List.of(expected.split(" ", -1)).stream().map(LocalDateTime::parse).toList(), forward);
    LocalDateTime back = forward.get(2);
    assertEquals(back, cron.atOrBefore(back));
    assertEquals(forward.get(1), cron.atOrBefore(back.minusNanos(1)));
  }

  @Test
  void eitherDayFieldIsEnoughWhenBothAreRestricted() {
    Cron cron = CronText.parse("start", "0 0 13 * FRI");
    assertEquals(LocalDateTime.parse("2026-01-02T00:00"), cron.atOrAfter(THURSDAY));
    assertEquals(
        LocalDateTime.parse("2026-01-13T00:00"),
        cron.atOrAfter(LocalDateTime.parse("2026-01-10T00:00")));
  }

  /** As robfig/cron, which KEDA uses; cron-utils takes it as "or". */
  @Test
  void aStepOverAllDaysMustMatchTogetherWithTheOtherDayField() {
    Cron cron = CronText.parse("start", "0 0 */2 * MON");
    assertEquals(LocalDateTime.parse("2026-01-05T00:00"), cron.atOrAfter(THURSDAY));
    assertEquals(
        LocalDateTime.parse("2026-01-19T00:00"),
        cron.atOrAfter(LocalDateTime.parse("2026-01-06T00:00")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "50 * * -3 *     | has a bad month '-3' at position 8",
        "60 * * * *      | has a bad minute '60' at position 1: Value 60 not in range [0, 59]",
        "0   24 * * *    | has a bad hour '24' at position 5",
        "0 0 0 * *       | has a bad day of month '0'",
        "0 0 * 13 *      | has a bad month '13'",
        "0 0 * * 8       | has a bad day of week '8'",
        "0 0 * * MONTAG  | has a bad day of week 'MONTAG'",
        "0 0 * * FRI-MON | has a bad day of week 'FRI-MON' at position 9",
        "0 22-2 * * *    | has a bad hour '22-2'",
        "*/0 * * * *     | has a bad minute '*/0'",
        "1,,2 * * * *    | has a bad minute '1,,2'",
        "1- * * * *      | has a bad minute '1-'",
        "*/ * * * *      | has a bad minute '*/'",
        "? * * * *       | has a bad minute '?'",
        "0 0 L * *       | has a bad day of month 'L'",
        "0 0 * * 5#2     | has a bad day of week '5#2'",
        "61 0 0 * * *    | has a bad second '61'",
        "0 0 30 2 *      | must match some day",
        "0 0 31 4,6 *    | must match some day",
        "0 0 * *         | must have 5 fields",
        "0 0 * * * * *   | must have 5 fields",
        "''              | must have 5 fields",
        "@reboot         | knows no @reboot, but @annually, @daily, @hourly",
        "@every 1h       | knows no @every",
        "CRON_TZ=UTC 0 0 * * * | must not name a zone",
      })
  void aWrongExpressionIsRefusedWithFieldAndPosition(String expression, String message) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> CronText.parse("end", expression));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith("end '" + expression + "' " + message),
        e.getMessage());
  }
}
