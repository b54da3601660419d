package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  @ParameterizedTest
  @CsvSource({
    "120, , 120",
    "' 5 ', , 5",
    "0, , 0",
    "-1, , 0",
    "1.5, , 0",
    "999999999, , 999999999",
    "9999999999, , 0",
    "'', , 0",
    "soon, , 0",
    "'Sun, 06 Nov 1994 08:50:07 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT', 30",
    "'Sun, 06 Nov 1994 08:49:07 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT', 0",
    "'Sun, 06 Nov 1994 08:50:07 GMT', , 0",
    "'Sun, 06 Nov 1994 08:50:07 GMT', yesterday, 0",
    "'Sunday, 06-Nov-94 08:50:07 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT', 0"
  })
  void secondsAndDatesAreReadAndAnythingElseSaysNothing(String value, String date, long seconds) {
    Map<String, List<String>> headers = new HashMap<>();
    headers.put("Retry-After", List.of(value));
    if (date != null) {
      headers.put("Date", List.of(date));
    }
    assertEquals(
        Duration.ofSeconds(seconds), RetryAfter.of(HttpHeaders.of(headers, (n, v) -> true)));
  }

  @Test
  void withoutTheHeaderThereIsNothingToWaitFor() {
    assertEquals(Duration.ZERO, RetryAfter.of(HttpHeaders.of(Map.of(), (n, v) -> true)));
  }
}
