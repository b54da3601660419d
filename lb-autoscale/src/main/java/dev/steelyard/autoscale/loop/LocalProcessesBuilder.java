package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The knobs of {@link LocalProcesses}. Not thread-safe. */
public final class LocalProcessesBuilder {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  final String name;
  private final List<String> command;
  private final Map<String, String> environment = new HashMap<>();
  private @Nullable Path logs;
  Ports ports = Ports.ANY;
  ReadyCheck readyCheck = ReadyCheck.tcp();
  LocalProcessListener listener = new LocalProcessListener() {};
  Duration startTimeout = Duration.ofSeconds(30);
  Duration stopGrace = Duration.ofSeconds(10);
  Duration drainTimeout = Duration.ofSeconds(30);
  InstantSource clock = InstantSource.system();

  LocalProcessesBuilder(String name, List<String> command) {
    if (!NAME.matcher(requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException("name must match " + NAME + ", was '" + name + "'");
    }
    this.name = name;
    this.command = List.copyOf(command);
    if (this.command.isEmpty() || this.command.get(0).isBlank()) {
      throw new IllegalArgumentException("command must name a program, was " + command);
    }
  }

  private LocalProcessesBuilder(LocalProcessesBuilder other) {
    this(other.name, other.command);
    environment.putAll(other.environment);
    logs = other.logs;
    ports = other.ports;
    readyCheck = other.readyCheck;
    listener = other.listener;
    startTimeout = other.startTimeout;
    stopGrace = other.stopGrace;
    drainTimeout = other.drainTimeout;
    clock = other.clock;
  }

  /**
   * Gives the processes a variable beside those of this JVM.
   *
   * @param key its name
   * @param value its value; {@code {port}} and {@code {id}} in it are replaced
   * @return this
   */
  public LocalProcessesBuilder environment(String key, String value) {
    environment.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
    return this;
  }

  /**
   * Takes the ports from a range, lowest free first. Default: any free port. The port is free when
   * it is chosen; if another program takes it before the server does, that start fails.
   *
   * @param first the lowest port
   * @param last the highest port
   * @return this
   * @throws IllegalArgumentException if not 1 &lt;= first &lt;= last &lt;= 65535
   */
  public LocalProcessesBuilder ports(int first, int last) {
    if (first < 1 || first > last || last > 65_535) {
      throw new IllegalArgumentException(
          "ports must be 1 <= first <= last <= 65535, were " + first + " and " + last);
    }
    ports = new Ports(first, last);
    return this;
  }

  /**
   * Sets when a process is ready. Default: {@link ReadyCheck#tcp}.
   *
   * @param check the check
   * @return this
   */
  public LocalProcessesBuilder readyCheck(ReadyCheck check) {
    readyCheck = requireNonNull(check, "readyCheck");
    return this;
  }

  /**
   * Sets who follows the processes. Default: nobody.
   *
   * @param follower the listener
   * @return this
   */
  public LocalProcessesBuilder listener(LocalProcessListener follower) {
    listener = requireNonNull(follower, "listener");
    return this;
  }

  /**
   * Sets how long a process may take to become ready. Default: 30 s.
   *
   * @param timeout more than 0, at most a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public LocalProcessesBuilder startTimeout(Duration timeout) {
    startTimeout = Knobs.duration("startTimeout", timeout, Duration.ofMillis(1));
    return this;
  }

  /**
   * Sets how long a process has to end by itself. Default: 10 s.
   *
   * @param grace 0 (killed at once) to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public LocalProcessesBuilder stopGrace(Duration grace) {
    stopGrace = Knobs.duration("stopGrace", grace, Duration.ZERO);
    return this;
  }

  /**
   * Sets how long {@link LocalProcessListener#beforeStop} is waited for. Default: 30 s.
   *
   * @param timeout 0 (not at all) to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public LocalProcessesBuilder drainTimeout(Duration timeout) {
    drainTimeout = Knobs.duration("drainTimeout", timeout, Duration.ZERO);
    return this;
  }

  /**
   * Appends the output of each process to a file {@code ID.log}. Default: it is discarded.
   *
   * @param folder an existing folder
   * @return this
   * @throws IllegalArgumentException if it is not a folder
   */
  public LocalProcessesBuilder logs(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("logs must be an existing folder, was " + folder);
    }
    logs = folder;
    return this;
  }

  /**
   * Sets the clock for {@link LocalProcess#startedAt}. Default: the system's.
   *
   * @param source the clock
   * @return this
   */
  public LocalProcessesBuilder clock(InstantSource source) {
    clock = requireNonNull(source, "clock");
    return this;
  }

  /**
   * Builds the target. No process is started yet.
   *
   * @return the target
   */
  public LocalProcesses build() {
    return new LocalProcesses(new LocalProcessesBuilder(this));
  }

  ProcessBuilder process(String id, int port) {
    ProcessBuilder process =
        new ProcessBuilder(command.stream().map(word -> fill(word, id, port)).toList());
    environment.forEach((key, value) -> process.environment().put(key, fill(value, id, port)));
    process.redirectErrorStream(true);
    // A pipe that nobody reads would stop the server when it is full.
    process.redirectOutput(
        logs == null
            ? ProcessBuilder.Redirect.DISCARD
            : ProcessBuilder.Redirect.appendTo(new File(logs.toFile(), id + ".log")));
    return process;
  }

  private static String fill(String text, String id, int port) {
    return text.replace("{port}", Integer.toString(port)).replace("{id}", id);
  }
}
