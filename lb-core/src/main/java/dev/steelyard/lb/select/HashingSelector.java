package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A strategy that gives every hash an owner, and so one whose overflow can be bounded. */
final class HashingSelector implements Selector {

  /** Builds the table. */
  @FunctionalInterface
  interface Table {
    HashingPicker over(KeyedEndpoints members, RequestHash requestHash, RandomSource random);
  }

  private final String name;
  private final Function<Instance, String> keyOf;
  private final RequestHash requestHash;
  private final Table table;

  HashingSelector(
      String name, Function<Instance, String> keyOf, RequestHash requestHash, Table table) {
    this.name = name;
    this.keyOf = keyOf;
    this.requestHash = requestHash;
    this.table = table;
  }

  @Override
  public HashingPicker prepare(Candidates candidates, @Nullable Picker previous) {
    return table.over(KeyedEndpoints.of(candidates, keyOf), requestHash, candidates.random());
  }

  @Override
  public String toString() {
    return name;
  }
}
