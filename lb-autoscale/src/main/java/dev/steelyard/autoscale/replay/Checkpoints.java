package dev.steelyard.autoscale.replay;

/** Where a replay can be taken up again, at even distances: any decision is at most so far away. */
final class Checkpoints {
  private static final int DISTANCE = 512;

  private final Simulation.Checkpoint[] kept;

  Checkpoints(int ticks) {
    this.kept = new Simulation.Checkpoint[(ticks + DISTANCE - 1) / DISTANCE];
  }

  void keep(int tick, Simulation simulation) {
    if (tick % DISTANCE == 0) {
      kept[tick / DISTANCE] = simulation.checkpoint();
    }
  }

  int tickBefore(int tick) {
    return tick / DISTANCE * DISTANCE;
  }

  Simulation.Checkpoint before(int tick) {
    return kept[tick / DISTANCE];
  }
}
