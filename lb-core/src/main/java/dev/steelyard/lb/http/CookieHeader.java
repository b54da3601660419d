package dev.steelyard.lb.http;

import org.jspecify.annotations.Nullable;

/**
 * Reads one {@code Cookie} header: pairs between semicolons (RFC 6265, section 4.2). A value may be
 * a quoted string as of RFC 2109, which then may hold semicolons and escaped characters; one whose
 * quote is not closed is taken as it stands, up to the next semicolon.
 */
final class CookieHeader {
  private final String header;
  private int at;

  CookieHeader(String header) {
    this.header = header;
  }

  /** The value of the first cookie of that name, or null. */
  @Nullable String valueOf(String name) {
    at = 0;
    while (at < header.length()) {
      int equals = header.indexOf('=', at);
      int semicolon = header.indexOf(';', at);
      if (equals < 0) {
        return null;
      }
      if (semicolon >= 0 && semicolon < equals) {
        at = semicolon + 1; // a name without a value
        continue;
      }
      String found = header.substring(at, equals).strip();
      at = equals + 1;
      String value = value();
      if (found.equals(name)) {
        return value;
      }
    }
    return null;
  }

  /** Reads what is up to the next semicolon, and steps over that. */
  private String value() {
    int start = at;
    while (at < header.length() && isSpace(header.charAt(at))) {
      at++;
    }
    if (at < header.length() && header.charAt(at) == '"') {
      String quoted = quoted();
      if (quoted != null) {
        return quoted;
      }
    }
    int semicolon = header.indexOf(';', start);
    int end = semicolon < 0 ? header.length() : semicolon;
    at = end + 1;
    return header.substring(start, end).strip();
  }

  private @Nullable String quoted() {
    StringBuilder value = new StringBuilder();
    int i = at + 1;
    while (i < header.length() && header.charAt(i) != '"') {
      if (header.charAt(i) == '\\' && i + 1 < header.length()) {
        i++;
      }
      value.append(header.charAt(i));
      i++;
    }
    int next = i + 1;
    while (next < header.length() && isSpace(header.charAt(next))) {
      next++;
    }
    if (i >= header.length() || (next < header.length() && header.charAt(next) != ';')) {
      return null;
    }
    at = next + 1;
    return value.toString();
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }
}
