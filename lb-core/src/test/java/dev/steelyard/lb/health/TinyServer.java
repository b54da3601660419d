package dev.steelyard.lb.health;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** A server of a few paths on the loopback address; for requests without a body. */
final class TinyServer implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** Method, target and X-Check of the requests that have come. */
  final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  TinyServer() throws IOException {
    daemon(this::accept);
  }

  int port() {
    return server.getLocalPort();
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
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      for (String first = in.readLine(); first != null; first = in.readLine()) {
        String check = "-";
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
          if (line.toLowerCase(Locale.ROOT).startsWith("x-check:")) {
            check = line.substring(8).strip();
          }
        }
        String[] request = first.split(" ");
        requests.add(request[0] + ' ' + request[1] + ' ' + check);
        answer(request[0], request[1], socket.getOutputStream());
      }
    } catch (IOException ended) {
      // the client has enough
    } finally {
      open.remove(socket);
    }
  }

  private static void answer(String method, String target, OutputStream out) throws IOException {
    String path = target.split("\\?")[0];
    switch (path.substring(path.lastIndexOf('/') + 1)) {
      case "broken" -> send(out, "503 Service Unavailable\r\nContent-Length: 2", "no");
      case "moved" -> send(out, "302 Found\r\nLocation: /fine\r\nContent-Length: 0", "");
      case "huge" -> {
        send(out, "200 OK", "");
        while (true) {
          send(out, "x".repeat(8192));
        }
      }
      default -> {
        String body = "{\"status\":\"UP\"}";
        send(out, "200 OK\r\nContent-Length: " + body.length(), method.equals("HEAD") ? "" : body);
      }
    }
  }

  private static void send(OutputStream out, String head, String body) throws IOException {
    send(out, "HTTP/1.1 " + head + "\r\n\r\n" + body);
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "tiny-server");
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
}
