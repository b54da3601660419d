package dev.steelyard.autoscale;

import dev.steelyard.autoscale.ScalingState.Draft;
import dev.steelyard.autoscale.ScalingState.ZeroPhase;
import java.util.ArrayList;
import java.util.List;

/**
 * A state as lines of {@code key value}. The first line has the version; an unknown key is an
 * error, because to forget a cooldown is worse than not to start.
 */
final class StateText {
  private static final String HEADER = "steelyard-scaling-state ";
  private static final int VERSION = 1;

  private StateText() {}

  static String write(ScalingState state) {
    StringBuilder text = new StringBuilder(256);
    text.append(HEADER).append(VERSION).append('\n');
    text.append("enabled ").append(state.enabled).append('\n');
    line(text, "last-decision", state.lastDecision);
    line(text, "last-completed", state.lastCompleted);
    text.append("zero-phase ").append(state.zeroPhase).append('\n');
    line(text, "zero-since", state.zeroSince);
    line(text, "last-active", state.lastActive);
    if (state.manualCount >= 0) {
      text.append("manual ").append(state.manualCount).append(' ');
      text.append(state.manualUntil).append(' ').append(state.manualWhy).append('\n');
    }
    series(text, "recommendations", state.recommendations);
    series(text, "events", state.events);
    for (int i = 0; i < state.names.size(); i++) {
      Memory memory = state.memories.get(i);
      text.append("memory ").append(state.names.get(i)).append('\n');
      text.append("numbers");
      for (int n = 0; n < memory.numbers(); n++) {
        text.append(' ').append(memory.number(n, 0));
      }
      text.append('\n');
      for (Series series : memory.series()) {
        series(text, "series", series);
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String key, long time) {
    if (time != ScalingMetrics.UNKNOWN) {
      text.append(key).append(' ').append(time).append('\n');
    }
  }

  private static void series(StringBuilder text, String key, Series series) {
    text.append(key);
    for (int i = 0; i < series.size(); i++) {
      text.append(' ').append(series.time(i)).append('=').append(series.value(i));
    }
    text.append('\n');
  }

  static ScalingState read(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).startsWith(HEADER)) {
      throw new IllegalArgumentException(
          "line 1: not a scaling state: it must begin with " + HEADER);
    }
    String version = lines.get(0).substring(HEADER.length());
    if (!version.equals(Integer.toString(VERSION))) {
      throw new IllegalArgumentException(
          "line 1: version " + version + " of the scaling state cannot be read, only " + VERSION);
    }
    Draft draft = new Draft();
    List<String> names = new ArrayList<>();
    List<Memory> memories = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      int space = line.indexOf(' ');
      String key = space < 0 ? line : line.substring(0, space);
      String value = space < 0 ? "" : line.substring(space + 1);
      try {
        read(draft, names, memories, key, value);
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    draft.names = List.copyOf(names);
    draft.memories = List.copyOf(memories);
    return draft.build();
  }

  private static void read(
      Draft draft, List<String> names, List<Memory> memories, String key, String value) {
    switch (key) {
      case "enabled" -> draft.enabled = bool(value);
      case "last-decision" -> draft.lastDecision = time(value);
      case "last-completed" -> draft.lastCompleted = time(value);
      case "zero-phase" -> draft.zeroPhase = ZeroPhase.valueOf(value);
      case "zero-since" -> draft.zeroSince = time(value);
      case "last-active" -> draft.lastActive = time(value);
      case "manual" -> {
        String[] parts = value.split(" ", 3);
        draft.manualCount = Integer.parseInt(parts[0]);
        draft.manualUntil = time(parts[1]);
        draft.manualWhy = parts[2];
      }
      case "recommendations" -> draft.recommendations = series(value);
      case "events" -> draft.events = series(value);
      case "memory" -> {
        if (names.contains(value)) {
          throw new IllegalArgumentException("the memory of '" + value + "' is there twice");
        }
        names.add(value);
        memories.add(Memory.EMPTY);
      }
      case "numbers" -> {
        List<Series> series = last(memories).series();
        memories.set(
            memories.size() - 1, Memory.of(numbers(value)).with(series.toArray(new Series[0])));
      }
      case "series" -> {
        List<Series> more = new ArrayList<>(last(memories).series());
        more.add(series(value));
        memories.set(memories.size() - 1, last(memories).with(more.toArray(new Series[0])));
      }
      default -> throw new IllegalArgumentException("unknown key '" + key + "'");
    }
  }

  private static Memory last(List<Memory> memories) {
    if (memories.isEmpty()) {
      throw new IllegalArgumentException("belongs to no memory");
    }
    return memories.get(memories.size() - 1);
  }

  private static long time(String value) {
    return Times.millis("a time", Long.parseLong(value));
  }

  private static boolean bool(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false: '" + value + "'");
    };
  }

  private static double[] numbers(String value) {
    if (value.isEmpty()) {
      return new double[0];
    }
    String[] parts = value.split(" ", -1);
    double[] numbers = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Double.parseDouble(parts[i]);
    }
    return numbers;
  }

  private static Series series(String value) {
    Series series = Series.EMPTY;
    if (value.isEmpty()) {
      return series;
    }
    for (String part : value.split(" ", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("not time=value: '" + part + "'");
      }
      series =
          series.append(
              time(part.substring(0, equals)), Double.parseDouble(part.substring(equals + 1)));
    }
    return series;
  }
}
