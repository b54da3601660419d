package dev.steelyard.autoscale.loop;

import java.io.IOException;

/** A failure on its way to where it becomes a {@link ReadFailure}. */
final class ReadException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ReadFailure.Kind kind;
  private final String message;

  ReadException(ReadFailure.Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.message = message;
  }

  ReadFailure.Kind kind() {
    return kind;
  }

  @Override
  public String getMessage() {
    return message;
  }

  ReadFailure of(String what) {
    return new ReadFailure(what, kind, message);
  }
}
