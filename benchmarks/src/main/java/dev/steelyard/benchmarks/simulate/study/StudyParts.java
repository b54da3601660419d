package dev.steelyard.benchmarks.simulate.study;

import java.util.List;

/** The parts there are. */
final class StudyParts {
  private StudyParts() {}

  static List<StudyPart> all() {
    return List.of(
        new ScenarioPart(),
        new FleetPart(),
        new ScalePart(),
        new TroublePart(),
        new WeightsPart(),
        new AutoscalerPart(),
        new BadInstancePart());
  }
}
