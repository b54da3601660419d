package dev.steelyard.lb.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server on the loopback address that sees every byte, and sends what its script says. */
final class RawServer implements AutoCloseable {
  static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** Serves one connection; what it throws ends the connection. */
  interface Script {
    void serve(Connection connection) throws Exception;
  }

  private final ServerSocket server;
  private final Script script;
  private final String scheme;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** The heads of the requests that have come. */
  final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

  RawServer(ServerSocket server, String scheme, Script script) {
    this.server = server;
    this.scheme = scheme;
    this.script = script;
    daemon(this::accept);
  }

  static RawServer start(Script script) throws IOException {
    return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), "http", script);
  }

  /** Gives the same answer to every request, and keeps the connection. */
  static RawServer answering(String answer) throws IOException {
    return start(
        connection -> {
          while (true) {
            connection.head();
            connection.body();
            connection.send(answer);
          }
        });
  }

  /** An address at which nobody listens. */
  static String closedAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  String address() {
    return scheme + "://127.0.0.1:" + server.getLocalPort();
  }

  int port() {
    return server.getLocalPort();
  }

  /** The next request that comes. */
  String head() throws InterruptedException {
    String head = heads.poll(20, TimeUnit.SECONDS);
    if (head == null) {
      throw new AssertionError("no request has come");
    }
    return head;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        daemon(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.serve(new Connection(socket));
    } catch (Exception ended) {
      // the client sees the connection end
    } finally {
      open.remove(socket);
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  final class Connection {
    final Socket socket;
    final InputStream in;
    final OutputStream out;
    private int contentLength;

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
    }

    String head() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      String head = "";
      while (!head.endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException();
        }
        bytes.write(next);
        head = next == '\n' ? bytes.toString(StandardCharsets.ISO_8859_1) : "";
      }
      contentLength =
          head.lines()
              .filter(line -> line.toLowerCase().startsWith("content-length:"))
              .map(line -> Integer.parseInt(line.substring(15).strip()))
              .findFirst()
              .orElse(0);
      heads.add(head);
      return head;
    }

    byte[] body() throws IOException {
      return in.readNBytes(contentLength);
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Returns when the client has closed the connection. */
    void awaitClose() {
      try {
        while (in.read() >= 0) {
          // skip
        }
      } catch (IOException reset) {
        // closed as well
      }
    }

    /** Ends the connection by a reset instead of an orderly close. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
