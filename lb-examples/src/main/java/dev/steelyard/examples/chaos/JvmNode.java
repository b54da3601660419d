package dev.steelyard.examples.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.steelyard.examples.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link FaultServer} in a JVM of its own. */
final class JvmNode implements Node {
  private final String id;
  private final Path journal;
  private final Duration serviceTime;
  private final @Nullable Path tls;
  private Process process;
  private BufferedReader replies;
  private int port;

  private JvmNode(String id, Path folder, Duration serviceTime, @Nullable Path tls)
      throws IOException {
    this.id = id;
    this.journal = folder.resolve(id + ".journal");
    this.serviceTime = serviceTime;
    this.tls = tls;
    this.process = start();
    this.replies = replies();
  }

  /** Starts the process and does not wait for it, so that several can start at a time. */
  static JvmNode launch(String id, Path folder, Duration serviceTime, @Nullable Path tls)
      throws IOException {
    return new JvmNode(id, folder, serviceTime, tls);
  }

  private Process start() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "fault-server",
                "--port=" + port,
                "--service-micros=" + serviceTime.toNanos() / 1_000,
                "--journal=" + journal));
    if (tls != null) {
      arguments.add("--tls=" + tls);
    }
    return JavaProcess.start(arguments);
  }

  private BufferedReader replies() {
    return new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII));
  }

  /** Waits until it listens. */
  void awaitReady() throws IOException {
    @Nullable String line = replies.readLine();
    if (line == null || !line.matches("\\d{1,5}")) {
      throw new IOException(id + ": server did not start; it printed " + line);
    }
    port = Integer.parseInt(line);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String what() {
    return tls == null ? "JVM server" : "JVM server with TLS";
  }

  @Override
  public boolean proxied() {
    return false;
  }

  @Override
  public Path journal() {
    return journal;
  }

  @Override
  public void mode(FaultServer.Mode mode) throws IOException {
    process.getOutputStream().write((mode.name() + "\n").getBytes(US_ASCII));
    process.getOutputStream().flush();
    if (!mode.name().equals(replies.readLine())) {
      throw new IOException(id + ": server did not take mode " + mode);
    }
  }

  @Override
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void restart() throws IOException {
    process = start();
    replies = replies();
    awaitReady();
  }

  @Override
  public void suspend() throws IOException, InterruptedException {
    Signal.STOP.send(process.pid());
  }

  @Override
  public void resume() throws IOException, InterruptedException {
    Signal.CONT.send(process.pid());
  }

  @Override
  public void down() throws IOException {
    mode(FaultServer.Mode.REFUSED);
  }

  @Override
  public void up() throws IOException {
    mode(FaultServer.Mode.NORMAL);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
