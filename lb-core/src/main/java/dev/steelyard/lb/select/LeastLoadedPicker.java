package dev.steelyard.lb.select;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The least loaded of the whole set. The loads are kept in a {@link LoadTree}, which the requests
 * themselves keep up to date as they begin and end.
 *
 * <p><b>A pick</b> first draws by weight: a candidate that happens to have the least load of all is
 * taken at once. So ties are broken at random and by weight, and an idle set costs no more than a
 * random pick. Where that misses a few times the tree tells.
 *
 * <p><b>Time.</b> Failures, and latencies, also fade with time, and nobody tells of that: so the
 * first candidate drawn by each pick is looked at anew if that may matter, every one about once in
 * n picks.
 *
 * <p><b>Concurrency.</b> A leaf is brought up to date by computing the load, exchanging the leaf,
 * and computing again until both agree. Whoever changed the load in between does the same, so the
 * last one to write a leaf has seen the last change. What two picks find at the same moment may be
 * the same leaf: whole-set choices of several threads overlap where those of two random draws would
 * not, by at most the number of threads.
 */
abstract class LeastLoadedPicker implements Picker {
  /** The load of a candidate that is to be avoided: only less avoided ones come before it. */
  private static final double AVOIDED = 1e18;

  /** The load of one that fails: after all that have yet to answer, however many wait for that. */
  private static final double FAILING = 1e6 * AVOIDED;

  private static final int AVOIDED_BITS = LoadTree.bits(AVOIDED);
  private static final double[] NO_WEIGHTS = {};
  private static final int DRAWS = 3;
  private static final int ALLOWED_DRAWS = 8;

  private final Candidates candidates;
  private final Endpoint[] endpoints;
  // Empty if the weights are equal, as 10 000 ones are a cache's worth of reads.
  private final double[] inverseWeights;
  private final @Nullable WeightTable table;
  private final @Nullable PickTime time;
  private final LoadTree tree;

  /**
   * Over these candidates.
   *
   * @param time the time of the last pick, for the ends of requests, which are told without one, if
   *     a load changes with time alone; failures aside
   */
  LeastLoadedPicker(Candidates candidates, @Nullable PickTime time) {
    this.candidates = candidates;
    this.endpoints = candidates.endpoints();
    this.time = time;
    if (candidates.isUniform()) {
      this.inverseWeights = NO_WEIGHTS;
      this.table = null;
    } else {
      double[] relativeWeights = candidates.relativeWeights();
      this.inverseWeights = Arrays.stream(relativeWeights).map(weight -> 1 / weight).toArray();
      this.table = WeightTable.of(relativeWeights);
    }
    this.tree = new LoadTree(Math.max(endpoints.length, 1));
  }

  /** To be called when the object is complete: from then on other threads see it. */
  final LeastLoadedPicker listening() {
    for (int i = 0; i < endpoints.length; i++) {
      endpoints[i].listen(new Leaf(this, endpoints[i], i));
      refresh(endpoints[i], i, lastPick());
    }
    return this;
  }

  /** The load of an endpoint without regard to failures, at least 0. */
  abstract double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos);

  /** A request has ended, and the load is not brought up to date yet. */
  void ended(int index, Outcome outcome, long nanos, long nowNanos) {
    // Nothing to learn where the requests in flight are all there is to a load.
  }

  /** An answer has begun, and the load is not brought up to date yet. */
  void answered(int index, long nanos, long nowNanos) {
    // As above.
  }

  private long lastPick() {
    return time == null ? 0 : time.nanos();
  }

  private int bits(Endpoint endpoint, int index, long nowNanos) {
    double load = load(index, endpoint, table == null ? 1 : inverseWeights[index], nowNanos);
    double failures = endpoint.failureRate();
    if (failures == 0) {
      return LoadTree.bits(load);
    }
    if (failures >= TwoChoicesPicker.AVOIDED_RATE) {
      return LoadTree.bits(FAILING * (1 + failures) + load);
    }
    return LoadTree.bits(load * (1 + TwoChoicesPicker.FAILURE_WEIGHT * failures));
  }

  private void refresh(Endpoint endpoint, int index, long nowNanos) {
    int bits = bits(endpoint, index, nowNanos);
    while (tree.get(index) != bits) {
      tree.set(index, bits);
      bits = bits(endpoint, index, nowNanos);
    }
  }

  @Override
  public final @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (endpoints.length <= 1) {
      return endpoints.length == 0 || excluded.contains(endpoints[0]) ? null : endpoints[0];
    }
    long bits = candidates.random().nextLong();
    int drawn = draw(bits);
    if (time != null) {
      time.see(nowNanos);
      refresh(endpoints[drawn], drawn, nowNanos);
      if (isTrial(endpoints[drawn]) && !excluded.contains(endpoints[drawn])) {
        return endpoints[drawn];
      }
    } else if (tree.get(drawn) >= AVOIDED_BITS) {
      refresh(endpoints[drawn], drawn, nowNanos);
    }
    if (!excluded.isEmpty()) {
      return pickAllowed(drawn, excluded);
    }
    int least = tree.least();
    for (int draw = 1; tree.get(drawn) > least; draw++) {
      bits = candidates.random().nextLong();
      if (draw == DRAWS) {
        return endpoints[tree.leastLeaf(bits)];
      }
      drawn = draw(bits);
    }
    return endpoints[drawn];
  }

  /**
   * Whether this would be the first request that the candidate answers. It is made when the
   * candidate is drawn, and not because it is idle: else all clients would send theirs to a
   * newcomer at the same moment, and find it slow.
   */
  private static boolean isTrial(Endpoint endpoint) {
    return endpoint.isUnproven()
        && endpoint.inFlight() == 0
        && endpoint.failureRate() < TwoChoicesPicker.AVOIDED_RATE;
  }

  private int draw(long bits) {
    return table == null ? (int) (((bits >>> 32) * endpoints.length) >>> 32) : table.find(bits);
  }

  /** For retries: the least loaded of a few allowed draws, and the first allowed at worst. */
  private @Nullable Endpoint pickAllowed(int first, Exclusions excluded) {
    int best = -1;
    int index = first;
    for (int draw = 0; draw < ALLOWED_DRAWS; draw++) {
      if ((best < 0 || tree.get(index) < tree.get(best)) && !excluded.contains(endpoints[index])) {
        best = index;
      }
      index = draw(candidates.random().nextLong());
    }
    return best < 0 ? candidates.randomAllowed(excluded) : endpoints[best];
  }

  /** Passes what one endpoint tells on to its leaf. */
  private record Leaf(LeastLoadedPicker picker, Endpoint endpoint, int index)
      implements LoadListener {
    @Override
    public void began() {
      picker.refresh(endpoint, index, picker.lastPick());
    }

    @Override
    public void answered(long nanos) {
      long now = picker.lastPick();
      picker.answered(index, nanos, now);
      picker.refresh(endpoint, index, now);
    }

    @Override
    public void ended(Outcome outcome, long nanos) {
      long now = picker.lastPick();
      picker.ended(index, outcome, nanos, now);
      picker.refresh(endpoint, index, now);
    }
  }
}
