package dev.steelyard.examples.chaos;

import java.io.IOException;

/** Signals that Java cannot send. */
enum Signal {
  STOP,
  CONT;

  /** By the shell's own kill, which is there where a package with one may not be. */
  void send(long pid) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-c", "kill -" + name() + " " + pid).start();
    if (shell.waitFor() != 0) {
      throw new IOException("SIG" + name() + " could not be sent to " + pid);
    }
  }
}
