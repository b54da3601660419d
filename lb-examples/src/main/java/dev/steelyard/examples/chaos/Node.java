package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.nio.file.Path;

/** One instance of the service, as the run breaks and mends it. One caller at a time. */
interface Node extends AutoCloseable {
  /** Its name in the registry. */
  String id();

  /** Where clients connect; it stays the same across restarts. */
  int port();

  /** What listens there. */
  String what();

  /** Whether what listens there is not Java. */
  boolean proxied();

  /** The journal of the server that does the work. */
  Path journal();

  /** Makes the server misbehave, or behave. */
  void mode(FaultServer.Mode mode) throws IOException;

  /** SIGKILL, and waits until it is gone. */
  void kill() throws IOException, InterruptedException;

  /** Starts it again on the same port after {@link #kill}, and waits until it listens. */
  void restart() throws IOException, InterruptedException;

  /** SIGSTOP. */
  void suspend() throws IOException, InterruptedException;

  /** SIGCONT. */
  void resume() throws IOException, InterruptedException;

  /** Takes it away in a way that can be undone within milliseconds. */
  void down() throws IOException, InterruptedException;

  /** Undoes {@link #down}. */
  void up() throws IOException, InterruptedException;

  /** Kills what is left of it. */
  @Override
  void close();
}
