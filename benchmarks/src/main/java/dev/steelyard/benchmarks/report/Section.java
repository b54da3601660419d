package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.pick.Family;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A part of the report, which is measured in one sitting. */
enum Section {
  ROUND_ROBIN(Family.ROUND_ROBIN, "roundRobin", "twoChoices"),
  RANDOM(Family.RANDOM, "random", "twoChoices"),
  WEIGHTED(Family.WEIGHTED, "alias", "aliasOneDraw", "twoChoices"),
  LEAST_LOADED(Family.LEAST_LOADED, "twoReads", "twoChoices", "twoChoicesOneDraw", "scan"),
  HASHING(Family.HASHING, "hashTable", "ring", "twoChoices"),
  GUARD(null),
  UPDATES(null),
  MEMORY(null),
  HTTP(null);

  private final @Nullable Family family;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> floors;

  Section(@Nullable Family family, String... floors) {
    this.family = family;
    this.floors = List.of(floors);
  }

  static Section of(Family family) {
    return Arrays.stream(values())
        .filter(section -> section.family == family)
        .findFirst()
        .orElseThrow();
  }

  /** The family that it compares, or null if it is about something else. */
  @Nullable Family family() {
    return family;
  }

  /** The methods of the floors that are measured with it. */
  List<String> floors() {
    return floors;
  }

  /** The name on the command line, and of its plot. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return label();
  }
}
