package dev.steelyard.benchmarks.report;

import static dev.steelyard.benchmarks.report.Comparison.PICK;
import static dev.steelyard.benchmarks.report.Comparison.REQUEST;

import dev.steelyard.benchmarks.peer.PeerRow;
import dev.steelyard.benchmarks.pick.Family;
import dev.steelyard.benchmarks.pick.KeyKind;
import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands side by side in a family.
 *
 * @param kind whose it is
 * @param label its name
 * @param what {@code pick}, or {@code request} for a pick with the beginning and the end
 * @param row its row, by number of instances and threads
 */
record Contender(Plots.Kind kind, String label, String what, Where row) {

  /** Floors, ours and peers, in this order. */
  static List<Contender> of(Section section, Family family) {
    List<Contender> all = new ArrayList<>();
    for (String floor : section.floors()) {
      all.add(
          new Contender(
              Plots.Kind.FLOOR,
              "floor: " + floor,
              isRequest(floor) ? "request" : "pick",
              (size, threads) -> Row.floor(section, floor, size, threads)));
    }
    for (Weights weights : Weights.values()) {
      for (Strategy strategy : Strategy.of(family, weights)) {
        if (!strategy.isByKey()) {
          String label = strategy.label();
          if (family == Family.LEAST_LOADED && weights == Weights.DIFFERENT) {
            label += ", weighted";
          }
          all.add(ours(label, "pick", (n, t) -> Row.pick(PICK, strategy, weights, n, t)));
          all.add(ours(label, "request", (n, t) -> Row.pick(REQUEST, strategy, weights, n, t)));
        } else if (weights == Weights.EQUAL) {
          for (KeyKind kind : KeyKind.values()) {
            String label = strategy.label() + ", key as " + kind.label();
            all.add(ours(label, "pick", (n, t) -> Row.keyed(PICK, strategy, kind, n, t)));
            all.add(ours(label, "request", (n, t) -> Row.keyed(REQUEST, strategy, kind, n, t)));
          }
        }
      }
    }
    for (PeerRow peer : PeerRow.of(family)) {
      all.add(
          new Contender(
              Plots.Kind.PEER,
              peer.label(),
              peer.method(),
              (size, threads) -> Row.peer(peer, size, threads)));
    }
    return all;
  }

  private static boolean isRequest(String floor) {
    return floor.startsWith("twoChoices") || floor.equals("scan");
  }

  private static Contender ours(String label, String what, Where row) {
    return new Contender(Plots.Kind.OURS, label, what, row);
  }

  /** Where its results are. */
  @FunctionalInterface
  interface Where {
    Row row(int instances, int threads);
  }
}
