package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;

/** Looks the hash up in a {@link MaglevTable}, modulo its size. */
final class MaglevPicker extends HashingPicker {
  private final Owners table;
  private final UnsignedModulus size;

  MaglevPicker(
      KeyedEndpoints members,
      int size,
      HashFunction function,
      RequestHash requestHash,
      RandomSource random) {
    super(members, requestHash, random);
    this.size = new UnsignedModulus(size);
    this.table = Owners.of(MaglevTable.build(members, size, function), members.size());
  }

  @Override
  int owner(long hash) {
    return table.get(size.of(hash));
  }

  Owners table() {
    return table;
  }
}
