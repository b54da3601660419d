package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.replay.ReplayResult.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * The decisions in the picture: a triangle up or down for each that changed something, with its
 * reason where the pointer rests on it. Those that would cover each other share one, which says how
 * many they are.
 */
final class Marks {
  private static final double SLOT = 10;
  private static final int LISTED = 12;

  private final StringBuilder svg;
  private final ReplayResult result;
  private final double top;

  Marks(StringBuilder svg, ReplayResult result, double top) {
    this.svg = svg;
    this.result = result;
    this.top = top;
  }

  void draw() {
    drawAll(true);
    drawAll(false);
  }

  private void drawAll(boolean up) {
    List<Change> shared = new ArrayList<>();
    int slot = -1;
    for (int i = 0; i < result.changeCount(); i++) {
      Change change = result.change(i);
      if (change.to() > change.from() != up) {
        continue;
      }
      int at = (int) (Panel.WIDTH * change.tick() / result.size() / SLOT);
      if (at != slot && !shared.isEmpty()) {
        draw(up, shared);
        shared.clear();
      }
      slot = at;
      shared.add(change);
    }
    if (!shared.isEmpty()) {
      draw(up, shared);
    }
  }

  private void draw(boolean up, List<Change> changes) {
    double sum = 0;
    for (Change change : changes) {
      sum += change.tick();
    }
    double x = Panel.LEFT + Panel.WIDTH * sum / changes.size() / result.size();
    double y = up ? top + 9 : top + 21;
    svg.append("<path class='").append(up ? "up" : "down").append("' d='M");
    svg.append(Panel.coordinate(x)).append(' ').append(Panel.coordinate(up ? y - 5 : y + 5));
    svg.append(up ? "l5 9h-10z'>" : "l5 -9h-10z'>");
    svg.append("<title>").append(Words.escape(words(changes))).append("</title></path>\n");
  }

  private String words(List<Change> changes) {
    if (changes.size() == 1) {
      return result.decision(changes.get(0).tick()).explain().strip();
    }
    StringBuilder text = new StringBuilder();
    text.append(changes.size()).append(" decisions");
    for (Change change : changes.subList(0, Math.min(LISTED, changes.size()))) {
      text.append('\n').append(line(change));
    }
    if (changes.size() > LISTED) {
      text.append("\n… and ").append(changes.size() - LISTED).append(" more");
    }
    return text.toString();
  }

  static String line(Change change) {
    return Words.time(change.time())
        + ": "
        + change.from()
        + " → "
        + change.to()
        + " "
        + change.reasons();
  }
}
