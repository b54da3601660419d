package dev.steelyard.lb.health;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The good statuses of HTTP, for an error message as well as for a test. */
record StatusRanges(List<Range> ranges, boolean isDefault) {
  static final StatusRanges SUCCESSFUL = new StatusRanges(List.of(new Range(200, 299)), true);

  record Range(int from, int to) {
    @Override
    public String toString() {
      return from == to ? String.valueOf(from) : from + ".." + to;
    }
  }

  StatusRanges and(int from, int to) {
    List<Range> all = isDefault ? new ArrayList<>() : new ArrayList<>(ranges);
    all.add(new Range(from, to));
    return new StatusRanges(List.copyOf(all), false);
  }

  boolean contain(int status) {
    for (Range range : ranges) {
      if (status >= range.from() && status <= range.to()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
  }
}
