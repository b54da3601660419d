package dev.steelyard.examples.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Proxy} in front of a {@link JvmNode}: signals hit the proxy, and the journal is that of
 * the server behind, which survives them.
 *
 * <p>A shell stands between: it waits for the end of its input, which comes when this program ends
 * however it ends, and kills the proxy then.
 */
final class ProxyNode implements Node {
  private static final String GUARD =
      "\"$@\" & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null; wait";
  private static final int START_TRIES = 3;
  private static final long LISTEN_NANOS = 10_000_000_000L;
  private static final long PAUSE_MILLIS = 5;
  private static final long GONE_SECONDS = 10;

  private final Proxy kind;
  private final JvmNode behind;
  private final Path folder;
  private int port;
  private @Nullable Process guard;
  private @Nullable ProcessHandle proxy;

  private ProxyNode(Proxy kind, JvmNode behind, Path folder) {
    this.kind = kind;
    this.behind = behind;
    this.folder = folder;
  }

  /** Starts a proxy; the server behind it listens already. */
  static ProxyNode start(Proxy kind, JvmNode behind, Path folder)
      throws IOException, InterruptedException {
    ProxyNode node = new ProxyNode(kind, behind, folder.resolve(behind.id() + ".proxy"));
    for (int tries = 1; ; tries++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        node.port = free.getLocalPort();
      }
      kind.configure(node.folder, node.port, behind.port());
      try {
        node.restart();
        return node;
      } catch (IOException taken) {
        // Somebody else may have got the port meanwhile.
        node.stopGuard();
        if (tries == START_TRIES) {
          throw taken;
        }
      }
    }
  }

  @Override
  public String id() {
    return behind.id();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String what() {
    return kind.label() + " in front of a JVM server";
  }

  @Override
  public boolean proxied() {
    return true;
  }

  @Override
  public Path journal() {
    return behind.journal();
  }

  @Override
  public void mode(FaultServer.Mode mode) throws IOException {
    behind.mode(mode);
  }

  @Override
  public void kill() throws InterruptedException, IOException {
    ProcessHandle victim = running();
    victim.destroyForcibly();
    stopGuard();
  }

  private void stopGuard() throws InterruptedException, IOException {
    if (guard != null) {
      // Its child is dead by now or will be: a shell that has ended has waited for it.
      guard.getOutputStream().close();
      if (!guard.waitFor(GONE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(id() + ": " + kind.label() + " does not end");
      }
    }
  }

  @Override
  public void restart() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", GUARD, "sh"));
    command.addAll(kind.command(kind.program(), folder));
    Process shell =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    guard = shell;
    // Not closed: the proxy inherits the other end.
    BufferedReader out =
        new BufferedReader(new InputStreamReader(shell.getInputStream(), US_ASCII));
    @Nullable String pid = out.readLine();
    if (pid == null) {
      throw new IOException(id() + ": no shell");
    }
    ProcessHandle started =
        ProcessHandle.of(Long.parseLong(pid))
            .orElseThrow(() -> new IOException(id() + ": " + kind.label() + " ended at once"));
    proxy = started;
    awaitListening(started);
  }

  private void awaitListening(ProcessHandle started) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < LISTEN_NANOS) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (IOException notYet) {
        if (!started.isAlive()) {
          break;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    throw new IOException(id() + ": " + kind.label() + " does not listen");
  }

  private ProcessHandle running() throws IOException {
    ProcessHandle running = proxy;
    if (running == null) {
      throw new IOException(id() + ": " + kind.label() + " was not started");
    }
    return running;
  }

  @Override
  public void suspend() throws IOException, InterruptedException {
    Signal.STOP.send(running().pid());
  }

  @Override
  public void resume() throws IOException, InterruptedException {
    Signal.CONT.send(running().pid());
  }

  @Override
  public void down() throws IOException, InterruptedException {
    kill();
  }

  @Override
  public void up() throws IOException, InterruptedException {
    restart();
  }

  @Override
  public void close() {
    if (proxy != null) {
      proxy.destroyForcibly();
    }
    if (guard != null) {
      guard.destroyForcibly();
    }
    behind.close();
  }
}
