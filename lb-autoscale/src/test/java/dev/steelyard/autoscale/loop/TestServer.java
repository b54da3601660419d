package dev.steelyard.autoscale.loop;

import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A server in a JVM of its own, which a test starts as a user would. */
public final class TestServer {
  private TestServer() {}

  /** The command; {@code mode} is ok, crash, mute, stubborn or parent. */
  static List<String> command(String mode) {
    return List.of(
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx32m",
        "-Xshare:auto",
        "-cp",
        classPath(),
        TestServer.class.getName(),
        mode,
        "{port}",
        "{id}");
  }

  /** The tests run on the module path, and the server needs only its own class. */
  private static String classPath() {
    try {
      Path here = Path.of(TestServer.class.getResource("TestServer.class").toURI());
      int depth = TestServer.class.getName().split("\\.").length;
      for (int i = 0; i < depth; i++) {
        here = here.getParent();
      }
      return here.toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static void main(String[] args) throws Exception {
    String mode = args[0];
    System.out.println("started " + args[2] + " as " + System.getenv("NAME"));
    if (mode.equals("crash")) {
      System.exit(3);
    }
    if (mode.equals("parent")) {
      Process child = new ProcessBuilder("sleep", "600").start();
      System.out.println("child " + child.pid());
    }
    if (mode.equals("stubborn")) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    while (true) {
                      try {
                        Thread.sleep(1_000);
                      } catch (InterruptedException no) {
                        // Stays.
                      }
                    }
                  }));
    }
    byte[] answer =
        ("HTTP/1.1 " + (mode.equals("mute") ? 503 : 200) + " X\r\nContent-Length: 0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (ServerSocket socket =
        new ServerSocket(Integer.parseInt(args[1]), 50, InetAddress.getLoopbackAddress())) {
      while (true) {
        try (Socket client = socket.accept()) {
          int unused = client.getInputStream().read(new byte[4_096]);
          client.getOutputStream().write(answer);
        }
      }
    }
  }
}
