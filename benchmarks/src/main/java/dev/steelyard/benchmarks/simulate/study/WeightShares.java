package dev.steelyard.benchmarks.simulate.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of shares by weight, and what is found of ours. */
final class WeightShares {
  /**
   * What ways to weigh two choices come to with as many requests in flight, from simulations of the
   * bare formulas.
   */
  static final Map<String, List<Double>> KNOWN = known();

  private static final double NEAR = 0.01 + 1e-9; // a hundredth, however it was computed

  private WeightShares() {}

  private static Map<String, List<Double>> known() {
    Map<String, List<Double>> known = new LinkedHashMap<>();
    known.put("formula: by weight, in flight (ServiceTalk)", List.of(0.728, 0.656, 0.577));
    known.put("formula: by weight, in flight / weight (Finagle)", List.of(0.730, 0.737, 0.750));
    known.put("formula: by weight, (in flight + 1) / weight", List.of(0.945, 0.843, 0.770));
    known.put("formula: evenly, in flight / weight", List.of(0.505, 0.606, 0.700));
    known.put("formula: evenly, (in flight + 1) / weight", List.of(0.776, 0.706, 0.718));
    return known;
  }

  /** Who is within a hundredth of what it should be, and who is furthest from it. */
  static String finding(Map<String, List<Double>> byName, double ideal) {
    long near = 0;
    String furthest = "";
    double share = ideal;
    for (Map.Entry<String, List<Double>> each : byName.entrySet()) {
      boolean isNear = true;
      for (double one : each.getValue()) {
        isNear &= Math.abs(one - ideal) <= NEAR;
        if (Math.abs(one - ideal) > Math.abs(share - ideal)) {
          share = one;
          furthest = each.getKey();
        }
      }
      near += isNear ? 1 : 0;
    }
    return "* "
        + near
        + " of "
        + byName.size()
        + " strategies are within 0.01 of it at every load"
        + (furthest.isEmpty()
            ? ""
            : "; furthest is " + furthest + " with " + Figures.fixed(share, 3))
        + ".\n";
  }
}
