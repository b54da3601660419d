package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;

/** Looks the hash, mixed, up in a {@link RendezvousTable}. */
final class RendezvousPicker extends HashingPicker {
  private final Owners table;
  private final int shift;

  RendezvousPicker(
      KeyedEndpoints members,
      int slots,
      HashFunction function,
      RequestHash requestHash,
      RandomSource random) {
    super(members, requestHash, random);
    this.shift = RendezvousTable.shift(slots);
    this.table = Owners.of(RendezvousTable.build(members, slots, function), members.size());
  }

  @Override
  int owner(long hash) {
    return table.get((int) (SplitMix.mix(hash) >>> shift));
  }

  Owners table() {
    return table;
  }
}
