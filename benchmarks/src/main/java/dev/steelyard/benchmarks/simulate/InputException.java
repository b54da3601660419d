package dev.steelyard.benchmarks.simulate;

/** What the command was given cannot be used; the message says why. */
final class InputException extends Exception {
  private static final long serialVersionUID = 1;

  InputException(String message) {
    super(message);
  }
}
