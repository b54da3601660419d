package dev.steelyard.lb.registry;

import static dev.steelyard.lb.internal.Checks.check;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Parses and checks the address of an instance. */
final class InstanceAddress {
  private static final int MAX_PORT = 65_535;
  private static final Pattern USER_INFO =
      Pattern.compile("^((?:[^:/?#@]*:)?//)?.*@", Pattern.DOTALL);

  private InstanceAddress() {}

  static URI parse(String address) {
    String text = address.strip();
    check(!text.isEmpty(), "address", '"' + address + '"', "a URI or host:port");
    boolean hasScheme = text.contains("://");
    check(
        hasScheme
            || text.startsWith("[")
            || text.contains("@")
            || text.indexOf(':') == text.lastIndexOf(':'),
        "address",
        text,
        "an IPv6 address in brackets, as in [::1]:8080");
    try {
      return new URI(hasScheme ? text : "http://" + text);
    } catch (URISyntaxException e) {
      // Without its cause, whose message holds the text as it is.
      throw new IllegalArgumentException(
          "address: " + redacted(text) + " (expected: a URI or host:port): " + e.getReason());
    }
  }

  static void validate(URI uri) {
    String shown = redacted(uri.toString());
    check(uri.getScheme() != null, "uri", shown, "absolute, as in http://host:port");
    check(
        uri.getHost() != null,
        "uri",
        shown,
        "a host of letters, digits, '-' and '.', or an address; an IPv6 address in brackets");
    check(
        uri.getPort() >= -1 && uri.getPort() != 0 && uri.getPort() <= MAX_PORT,
        "port of " + shown,
        uri.getPort(),
        "1.." + MAX_PORT);
    // The authority is checked beside the port: URI reads "host:" as a host without a port.
    check(!uri.getRawAuthority().endsWith(":"), "uri", shown, "a port after ':'");
    check(uri.getRawUserInfo() == null, "uri", shown, "no user info");
    check(uri.getRawQuery() == null, "uri", shown, "no query");
    check(uri.getRawFragment() == null, "uri", shown, "no fragment");
  }

  /**
   * The text without what may be user info, since a password must not reach a log through an error
   * message. That is all up to the last '@', because what is malformed may have its '/' anywhere.
   */
  private static String redacted(String text) {
    return USER_INFO.matcher(text).replaceFirst("$1***@");
  }

  static String defaultId(URI uri) {
    int port = effectivePort(uri);
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return port < 0 ? host : host + ':' + port;
  }

  static int effectivePort(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
      case "http", "ws" -> 80;
      case "https", "wss" -> 443;
      default -> -1;
    };
  }
}
