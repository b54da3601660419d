package dev.steelyard.examples.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server that misbehaves on command, in ways that a server made with a library cannot:
 * it works on the bare socket, one thread per connection. {@code /work/ID} answers with the id
 * after the service time; each request is written to a journal before it is worked on.
 */
final class FaultServer implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final int SLOWDOWN = 30;
  private static final int BIND_TRIES = 50;
  private static final long BIND_PAUSE_NANOS = 20_000_000;

  /** How it behaves. */
  enum Mode {
    /** As it should. */
    NORMAL,
    /** Reads the request, then resets the connection. */
    RESET,
    /** Does not listen, and has no connections; the process lives. */
    REFUSED,
    /** Takes 30 times as long. */
    SLOW,
    /** Half of the answers are 500. */
    ERRORS50,
    /** Answers 503 at once, without doing the work. */
    FAST503,
    /** Ends the connection in the middle of the body. */
    TRUNCATED,
    /** Presents a certificate that nobody trusts; connections that were open are closed. */
    WRONG_CERTIFICATE
  }

  private final Duration serviceTime;
  private final Journal.Writer journal;
  private final @Nullable ServerTls tls;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile Mode mode = Mode.NORMAL;
  private ServerSocket listener;
  private final int port;

  private FaultServer(int port, Duration serviceTime, Path journal, @Nullable ServerTls tls)
      throws IOException {
    this.serviceTime = serviceTime;
    this.journal = new Journal.Writer(journal);
    this.tls = tls;
    this.listener = listen(port);
    this.port = listener.getLocalPort();
  }

  /**
   * Starts a server.
   *
   * @param port 0 for a free one
   * @param journal where it writes what it got, appended
   * @param tls null for plain HTTP
   */
  static FaultServer start(int port, Duration serviceTime, Path journal, @Nullable ServerTls tls)
      throws IOException {
    return new FaultServer(port, serviceTime, journal, tls);
  }

  int port() {
    return port;
  }

  /** Changes its behaviour; when this returns, it has changed. One caller at a time. */
  void mode(Mode next) throws IOException {
    Mode last = mode;
    mode = next;
    if (next == Mode.REFUSED) {
      listener.close();
    }
    if (next == Mode.REFUSED
        || (next == Mode.WRONG_CERTIFICATE) != (last == Mode.WRONG_CERTIFICATE)) {
      for (Socket connection : connections) {
        connection.close();
      }
    }
    if (last == Mode.REFUSED && next != Mode.REFUSED) {
      listener = listen(port);
    }
  }

  private ServerSocket listen(int where) throws IOException {
    ServerSocket socket = new ServerSocket();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), where);
    for (int tries = 1; !socket.isBound(); tries++) {
      try {
        socket.bind(address, BACKLOG);
      } catch (IOException taken) {
        if (tries == BIND_TRIES) {
          throw taken;
        }
        LockSupport.parkNanos(BIND_PAUSE_NANOS);
      }
    }
    threads.execute(() -> accept(socket));
    return socket;
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        if (mode == Mode.REFUSED) {
          connections.remove(connection);
          connection.close();
        } else {
          threads.execute(() -> serve(connection));
        }
      } catch (IOException closed) {
        // By mode() or close(), or a connection that was gone before it was accepted.
      }
    }
  }

  private void serve(Socket connection) {
    try (Socket plain = connection;
        Socket socket = tls == null ? plain : tls.accept(plain, mode != Mode.WRONG_CERTIFICATE)) {
      plain.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      boolean open = true;
      while (open) {
        RequestHead request = RequestHead.read(in);
        open = request != null && answer(request, plain, out);
      }
    } catch (IOException broken) {
      // The client has gone, or a fault has closed it.
    } finally {
      connections.remove(connection);
    }
  }

  /** Returns whether the connection is still good. */
  private boolean answer(RequestHead request, Socket plain, OutputStream out) throws IOException {
    Mode now = mode;
    journal.add(request, now != Mode.FAST503);
    byte[] body = (request.id() + "\n").getBytes(ISO_8859_1);
    switch (now) {
      case RESET -> {
        plain.setSoLinger(true, 0);
        return false;
      }
      case FAST503 -> send(out, "503 Service Unavailable", new byte[0], 0);
      case TRUNCATED -> {
        send(out, "200 OK", body, body.length / 2);
        return false;
      }
      case ERRORS50 -> {
        boolean fails = ThreadLocalRandom.current().nextBoolean();
        work(1);
        send(out, fails ? "500 Internal Server Error" : "200 OK", body, body.length);
      }
      case SLOW -> {
        work(SLOWDOWN);
        send(out, "200 OK", body, body.length);
      }
      case NORMAL, REFUSED, WRONG_CERTIFICATE -> {
        work(1);
        send(out, "200 OK", body, body.length);
      }
    }
    return true;
  }

  private void work(int factor) {
    double spread = 0.5 + ThreadLocalRandom.current().nextDouble();
    long end = System.nanoTime() + (long) (serviceTime.toNanos() * spread * factor);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /**
   * In one write, as a proxy or a kernel would; {@code sent} bytes of the body that was promised.
   */
  private static void send(OutputStream out, String status, byte[] body, int sent)
      throws IOException {
    byte[] head =
        ("HTTP/1.1 " + status + "\r\nContent-Length: " + body.length + "\r\n\r\n")
            .getBytes(ISO_8859_1);
    byte[] all = new byte[head.length + sent];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, sent);
    out.write(all);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket connection : connections) {
      connection.close();
    }
    threads.shutdownNow();
    journal.close();
  }
}
