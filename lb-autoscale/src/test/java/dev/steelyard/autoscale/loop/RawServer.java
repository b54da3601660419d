package dev.steelyard.autoscale.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that may break every rule of HTTP: it answers each connection with what a test says. */
final class RawServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Answer answer;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** Writes an answer; the connection is closed when it returns. */
  interface Answer {
    void write(String requestLine, OutputStream out) throws IOException, InterruptedException;
  }

  RawServer(Answer answer) throws IOException {
    this.answer = answer;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** One that answers every request with a status and a body. */
  static RawServer of(int status, String contentType, String body) throws IOException {
    return new RawServer((request, out) -> out.write(http(status, contentType, body)));
  }

  static RawServer json(String body) throws IOException {
    return of(200, "application/json", body);
  }

  static byte[] http(int status, String contentType, String body) {
    byte[] bytes = body.getBytes(UTF_8);
    return ("HTTP/1.1 "
            + status
            + " X\r\nConnection: close\r\nContent-Type: "
            + contentType
            + "\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n"
            + body)
        .getBytes(UTF_8);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  List<String> requests() {
    return requests;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        open.add(client);
        start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int c = in.read();
        if (c < 0) {
          return;
        }
        head.append((char) c);
      }
      requests.add(head.toString());
      answer.write(head.substring(0, head.indexOf("\r\n")), client.getOutputStream());
      client.getOutputStream().flush();
    } catch (IOException | InterruptedException gone) {
      // The client hung up, or the test is over.
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket client : open) {
      client.close();
    }
  }
}
