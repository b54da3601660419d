package dev.steelyard.lb.http;

import static dev.steelyard.lb.internal.Checks.notBlank;

import dev.steelyard.lb.internal.Checks;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.util.Locale;
import javax.net.ssl.SNIHostName;

/** Checks what can be known before the first request. */
final class ServiceName {
  private ServiceName() {}

  /** The host in lower case, if it is one that a URI can name and TLS can verify. */
  static String check(String host) {
    notBlank(host, "service");
    Checks.check(
        isHostName(host), "service", host, "a host name of letters, digits, '-' and '.'; no port");
    return host.toLowerCase(Locale.ROOT);
  }

  private static boolean isHostName(String host) {
    try {
      // A URI takes 10.0.0.1 and [::1] for hosts, too; but a name's last label begins with a
      // letter.
      int label = host.lastIndexOf('.') + 1;
      return label < host.length()
          && Character.isLetter(host.charAt(label))
          && host.equals(new URI("http://" + host + "/").getHost())
          && host.equals(new SNIHostName(host).getAsciiName());
    } catch (URISyntaxException | IllegalArgumentException e) {
      return false;
    }
  }

  /** The JDK reads the property once, so only trying tells. */
  static void checkHostHeaderIsAllowed() {
    try {
      HttpRequest.newBuilder(URI.create("http://localhost/")).header("Host", "localhost");
    } catch (IllegalArgumentException restricted) {
      throw new IllegalStateException(
          "hostHeader: SERVICE (expected: INSTANCE unless the JVM is started with"
              + " -Djdk.httpclient.allowRestrictedHeaders=host)",
          restricted);
    }
  }
}
