package dev.steelyard.benchmarks.simulate;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What somebody may have meant who mistyped a name. */
final class Nearest {
  private static final int FAR = 4;

  private Nearest() {}

  /** Returns the name that takes the fewest changes, if they are few. */
  static @Nullable String of(String typed, Collection<String> names) {
    String best = null;
    int least = Math.min(FAR, Math.max(typed.length() / 2, 1) + 1);
    for (String name : names) {
      int distance = distance(typed, name);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best;
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
