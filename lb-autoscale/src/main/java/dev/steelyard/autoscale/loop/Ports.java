package dev.steelyard.autoscale.loop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;

/** Finds a port of the loopback address for a server: any free one, or the lowest of a range. */
record Ports(int first, int last) {
  /** Whatever the system gives. */
  static final Ports ANY = new Ports(0, 0);

  int next(Set<Integer> taken) throws IOException {
    if (first == 0) {
      return bind(0);
    }
    for (int port = first; port <= last; port++) {
      if (!taken.contains(port)) {
        try {
          return bind(port);
        } catch (IOException inUse) {
          // Somebody else's: the next.
        }
      }
    }
    throw new IOException("no free port in " + first + "-" + last);
  }

  private static int bind(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket.getLocalPort();
    }
  }
}
