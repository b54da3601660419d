package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;

import dev.steelyard.simulator.Behaviour;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.SimulationControl;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A way in which one instance is bad.
 *
 * @param key in study.json and in names of files
 * @param title in tables
 * @param isFastFailure whether it is answered with errors; else it is no answer at all
 * @param begin makes the server of a name bad
 */
record Badness(
    String key, String title, boolean isFastFailure, BiConsumer<SimulationControl, String> begin) {
  private static final Distribution AT_ONCE = Distribution.fixed(ofMillis(1));

  static List<Badness> all() {
    return List.of(
        behaving("500", "500 in 1 ms", true, Behaviour.answers(AT_ONCE).withStatus(500)),
        behaving("503", "503 in 1 ms", true, Behaviour.answers(AT_ONCE).withStatus(503)),
        behaving("broken", "connections break", false, Behaviour.breaks(AT_ONCE)),
        behaving("refused", "connections refused", false, Behaviour.refuses()),
        behaving("swallows", "never answers", false, Behaviour.swallows()),
        new Badness(
            "unreachable",
            "unreachable",
            false,
            (control, server) -> control.partition(null, server)));
  }

  private static Badness behaving(
      String key, String title, boolean isFastFailure, Behaviour behaviour) {
    return new Badness(
        key, title, isFastFailure, (control, server) -> control.behave(server, behaviour));
  }
}
