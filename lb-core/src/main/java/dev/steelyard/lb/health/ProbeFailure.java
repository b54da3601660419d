package dev.steelyard.lb.health;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A reason why an instance does not work; without a stack trace, which would say nothing. */
final class ProbeFailure extends IOException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_REASON = 200;

  ProbeFailure(String reason) {
    super(reason);
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }

  /** What people read of a failure: short, and never an exception of the exception's own. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String name = cause.getClass().getSimpleName();
    String message = message(cause);
    String reason =
        message == null || message.isBlank()
            ? name
            : cause instanceof ProbeFailure ? message : name + ": " + message;
    return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
  }

  private static @Nullable String message(Throwable cause) {
    try {
      return cause.getMessage();
    } catch (RuntimeException | Error hostile) {
      return null;
    }
  }
}
