package dev.steelyard.simulator;

import java.io.IOException;
import java.net.ConnectException;

/** What clients see where there is no answer. Without stacks, which cost more than all the rest. */
final class Failures {
  private Failures() {}

  /** No connection could be made. */
  static final class NotConnected extends ConnectException {
    private static final long serialVersionUID = 1;

    NotConnected(String server) {
      super(server + ": connection refused or timed out");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // there is nothing to guard
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /** A connection broke. */
  static final class Broken extends IOException {
    private static final long serialVersionUID = 1;

    Broken(String server) {
      super(server + ": connection reset");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // there is nothing to guard
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
