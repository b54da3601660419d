package dev.steelyard.lb.http;

import dev.steelyard.lb.registry.Instance;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Translates between the URIs of a service and those of its instances. Works on the raw parts: a
 * round trip through decoded ones would turn %2F into a slash.
 */
final class InstanceUri {
  private InstanceUri() {}

  /** The request's URI with the scheme, host, port and path prefix of the instance. */
  static URI of(URI request, URI instance, String scheme) {
    return assemble(
        scheme,
        request.getRawUserInfo(),
        instance.getHost(),
        instance.getPort(),
        prefixed(instance.getRawPath(), request.getRawPath()),
        request);
  }

  /**
   * The URI by which a client of the service reaches what an instance names in a Location, or null
   * if that is not at this instance, or not below its path prefix.
   */
  static @Nullable URI toService(URI location, Instance instance, URI request) {
    String scheme = location.getScheme();
    String host = location.getHost();
    if (scheme == null
        || host == null
        || !scheme.equalsIgnoreCase(instance.uri().getScheme())
        || !host.equalsIgnoreCase(instance.uri().getHost())
        || effectivePort(location) != instance.port()) {
      return null;
    }
    String path = location.getRawPath();
    String prefix = withoutSlash(instance.uri().getRawPath());
    if (!path.startsWith(prefix)
        || (path.length() > prefix.length() && path.charAt(prefix.length()) != '/')) {
      return null;
    }
    return assemble(
        request.getScheme(),
        location.getRawUserInfo(),
        request.getHost(),
        request.getPort(),
        path.substring(prefix.length()),
        location);
  }

  static int effectivePort(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return uri.getScheme().toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
  }

  static String hostAndPort(URI uri) {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ':' + uri.getPort();
  }

  private static String prefixed(String prefix, String path) {
    return path.startsWith("/") ? withoutSlash(prefix) + path : prefix;
  }

  private static String withoutSlash(String prefix) {
    return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
  }

  private static URI assemble(
      String scheme, @Nullable String userInfo, String host, int port, String path, URI rest) {
    StringBuilder text = new StringBuilder(64).append(scheme).append("://");
    if (userInfo != null) {
      text.append(userInfo).append('@');
    }
    text.append(host);
    if (port >= 0) {
      text.append(':').append(port);
    }
    text.append(path);
    if (rest.getRawQuery() != null) {
      text.append('?').append(rest.getRawQuery());
    }
    if (rest.getRawFragment() != null) {
      text.append('#').append(rest.getRawFragment());
    }
    return URI.create(text.toString());
  }
}
