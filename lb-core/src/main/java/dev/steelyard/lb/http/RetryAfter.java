package dev.steelyard.lb.http;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The Retry-After header (RFC 9110, 10.2.3): seconds, or a date. A date is taken relative to the
 * Date of the same answer, so that no clock of this side is compared with one of the other; without
 * a Date, or in one of the two obsolete forms, it says nothing.
 */
final class RetryAfter {
  /** 31 years: more digits are no number of seconds that anybody means. */
  private static final int MOST_DIGITS = 9;

  private RetryAfter() {}

  /** Returns how long to wait; zero if the headers do not say, or it is over. */
  static Duration of(HttpHeaders headers) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.isEmpty()) {
      return Duration.ZERO;
    }
    if (value.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      return value.length() <= MOST_DIGITS
          ? Duration.ofSeconds(Integer.parseInt(value))
          : Duration.ZERO;
    }
    Optional<String> date = headers.firstValue("Date");
    if (date.isEmpty()) {
      return Duration.ZERO;
    }
    try {
      Duration wait = Duration.between(instant(date.get()), instant(value));
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException unreadable) {
      return Duration.ZERO;
    }
  }

  private static Instant instant(String date) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.strip(), Instant::from);
  }
}
