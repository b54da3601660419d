package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingReason;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The decisions that changed something, and how often each reason was given by any decision. */
final class ChangeLog {
  private final Map<ScalingReason, int[]> counts = new EnumMap<>(ScalingReason.class);
  private int[] ticks = new int[16];
  private int[] from = new int[16];
  private int[] to = new int[16];
  private List<?>[] reasons = new List<?>[16];
  private int size;

  void add(int tick, int before, ScalingDecision decision) {
    List<ScalingReason> why = decision.reasons();
    for (int i = 0; i < why.size(); i++) {
      counts.computeIfAbsent(why.get(i), reason -> new int[1])[0]++;
    }
    if (decision.desired() == before) {
      return;
    }
    if (size == ticks.length) {
      ticks = Arrays.copyOf(ticks, 2 * size);
      from = Arrays.copyOf(from, 2 * size);
      to = Arrays.copyOf(to, 2 * size);
      reasons = Arrays.copyOf(reasons, 2 * size);
    }
    ticks[size] = tick;
    from[size] = before;
    to[size] = decision.desired();
    reasons[size++] = why;
  }

  int size() {
    return size;
  }

  int tick(int index) {
    return ticks[index];
  }

  int from(int index) {
    return from[index];
  }

  int to(int index) {
    return to[index];
  }

  List<ScalingReason> reasons(int index) {
    return reasons[index].stream().map(ScalingReason.class::cast).toList();
  }

  Map<ScalingReason, Integer> counts() {
    Map<ScalingReason, Integer> all = new EnumMap<>(ScalingReason.class);
    counts.forEach((reason, count) -> all.put(reason, count[0]));
    return Collections.unmodifiableMap(all);
  }
}
