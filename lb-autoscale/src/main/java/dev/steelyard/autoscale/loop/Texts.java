package dev.steelyard.autoscale.loop;

import org.jspecify.annotations.Nullable;

/** Text that comes from elsewhere, made fit for one line of a log. */
final class Texts {
  /** The longest text that is kept. */
  static final int LONGEST = 300;

  private Texts() {}

  /** Without control characters, which could forge lines of a log, and not longer than we keep. */
  static String oneLine(String text) {
    int end = Math.min(text.length(), LONGEST);
    StringBuilder line = new StringBuilder(end);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? ' ' : c);
    }
    if (text.length() > LONGEST) {
      line.setLength(LONGEST - 1);
      line.append('\u2026');
    }
    return line.toString().strip();
  }

  /** What an exception says, with its class, which often says more than its message. */
  static String of(Throwable failure) {
    @Nullable String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    return oneLine(message == null || message.isBlank() ? name : name + ": " + message);
  }
}
