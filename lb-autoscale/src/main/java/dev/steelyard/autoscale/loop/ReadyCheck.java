package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/**
 * Says whether a process that has been started can take requests. It is asked again and again,
 * until it says so, the process ends, or the start timeout is over. An exception means not yet.
 */
@FunctionalInterface
public interface ReadyCheck {
  /**
   * Asks once; to be done within a second or so.
   *
   * @param process the process
   * @return whether it is ready
   * @throws IOException if it cannot be reached
   */
  boolean ready(LocalProcess process) throws IOException;

  /**
   * Ready when it accepts a connection on its port of the loopback address.
   *
   * @return the check
   */
  static ReadyCheck tcp() {
    return process -> {
      try (Socket socket = new Socket()) {
        InetAddress here = InetAddress.getLoopbackAddress();
        socket.connect(new InetSocketAddress(here, process.port()), 1_000);
        return true;
      }
    };
  }

  /**
   * Ready when it answers a GET request with a status of 200 to 299. Redirects are not followed.
   *
   * @param path such as {@code /health}
   * @return the check
   * @throws IllegalArgumentException if the path does not begin with a slash
   */
  static ReadyCheck http(String path) {
    if (!requireNonNull(path, "path").startsWith("/")) {
      throw new IllegalArgumentException("path must begin with '/', was '" + path + "'");
    }
    return process -> {
      URI uri = URI.create("http://127.0.0.1:" + process.port() + path);
      HttpURLConnection http = (HttpURLConnection) uri.toURL().openConnection();
      try {
        http.setConnectTimeout(1_000);
        http.setReadTimeout(1_000);
        http.setInstanceFollowRedirects(false);
        http.setRequestProperty("Connection", "close");
        return http.getResponseCode() / 100 == 2;
      } finally {
        http.disconnect();
      }
    };
  }
}
