package dev.steelyard.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shows a run while it runs: on a terminal a table that is redrawn in place, otherwise a line every
 * few seconds, so that a log stays a log. Events are lines in both. Thread-safe.
 */
final class Display {
  private static final long LINE_EVERY_NANOS = 2_000_000_000L;

  private final PrintWriter out;
  private final boolean live;
  private List<String> shown = List.of();
  private long lastLine = System.nanoTime();

  Display(PrintWriter out, boolean live) {
    this.out = out;
    this.live = live;
  }

  synchronized void event(String line) {
    erase();
    out.println(line);
    draw();
  }

  /** To be called a few times a second. */
  synchronized void refresh(Workload.Counts counts, double seconds, List<String> table) {
    String progress =
        String.format(
            Locale.ROOT,
            "%5.1f s  %3d %%  %,d of %,d requests, %,.0f/s, errors to callers %d",
            seconds,
            counts.ended() * 100 / counts.requests(),
            counts.ended(),
            counts.requests(),
            counts.ended() / Math.max(seconds, 0.001),
            counts.callerErrors());
    if (live) {
      erase();
      shown = new ArrayList<>(table);
      shown.add(0, progress);
      draw();
    } else if (System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      event(progress);
    }
  }

  /** Takes the table away: what follows is the summary. */
  synchronized void end() {
    erase();
    shown = List.of();
    out.flush();
  }

  private void erase() {
    if (!shown.isEmpty()) {
      // Cursor up, and clear from there to the end of the screen.
      out.print("\u001b[" + shown.size() + "A\u001b[J");
    }
  }

  private void draw() {
    shown.forEach(out::println);
    out.flush();
  }
}
