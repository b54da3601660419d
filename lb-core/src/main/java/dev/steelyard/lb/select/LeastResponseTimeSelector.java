package dev.steelyard.lb.select;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The least mean response time times outstanding requests squared: of the whole set where weights
 * are equal, of two drawn by weight where they differ.
 *
 * <p>The least of a whole set has no regard for weights while little is in flight: it would send
 * every request to an idle canary of weight 0.01 that happens to be the fastest. The draws keep it
 * near its share.
 */
final class LeastResponseTimeSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    IdentityHashMap<Endpoint, ResponseTimes> known = new IdentityHashMap<>();
    PickTime time = new PickTime();
    if (previous instanceof Timed old) {
      time = old.time();
      for (ResponseTimes times : old.times()) {
        known.put(times.endpoint(), times);
      }
    }
    ResponseTimes[] times = new ResponseTimes[candidates.size()];
    for (int i = 0; i < times.length; i++) {
      Endpoint endpoint = candidates.endpoint(i);
      ResponseTimes own = known.get(endpoint);
      times[i] = own == null ? new ResponseTimes(endpoint) : own;
    }
    if (candidates.isUniform()) {
      return new WholeSet(candidates, times, time).listening();
    }
    for (ResponseTimes each : times) {
      each.endpoint().listen(new Ended(each, time));
    }
    return new Drawn(candidates, times, time);
  }

  @Override
  public boolean isTimed() {
    return true;
  }

  @Override
  public String toString() {
    return "leastResponseTime";
  }

  /** What the next picker goes on with. */
  private interface Timed {
    ResponseTimes[] times();

    PickTime time();
  }

  private static final class WholeSet extends LeastLoadedPicker implements Timed {
    private static final double UNPROVEN = TwoChoicesPicker.AVOIDED_LOAD / 2;

    // Waits that are within 1.6 % of one another are equal. No measurement is better than that, and
    // a leaf that stays as it is spares the tree most of its work.
    private static final int GRAIN = 0xFFFE0000;

    private final ResponseTimes[] times;
    private final PickTime time;

    WholeSet(Candidates candidates, ResponseTimes[] times, PickTime time) {
      super(candidates, time);
      this.times = times;
      this.time = time;
    }

    /** What has not answered yet is the least of all only where nothing else is to be had. */
    @Override
    double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos) {
      return Math.max(
          rounded(times[index].expectedWait(inverseWeight, nowNanos)),
          endpoint.isUnproven() ? UNPROVEN : 0);
    }

    /** To six bits behind the leading one, downwards; what is above every float stays. */
    private static double rounded(double wait) {
      return wait < Float.MAX_VALUE
          ? Float.intBitsToFloat(Float.floatToRawIntBits((float) wait) & GRAIN)
          : wait;
    }

    @Override
    void ended(int index, Outcome outcome, long nanos, long nowNanos) {
      times[index].ended(outcome, nanos, nowNanos);
    }

    @Override
    void answered(int index, long nanos, long nowNanos) {
      times[index].ended(Outcome.SUCCESS, nanos, nowNanos);
    }

    @Override
    public ResponseTimes[] times() {
      return times;
    }

    @Override
    public PickTime time() {
      return time;
    }
  }

  private static final class Drawn implements Picker, Timed {
    private final ResponseTimes[] times;
    private final PickTime time;
    private final Picker choices;

    Drawn(Candidates candidates, ResponseTimes[] times, PickTime time) {
      this.times = times;
      this.time = time;
      this.choices =
          new TwoChoicesPicker(candidates) {
            @Override
            double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos) {
              return times[index].expectedWait(inverseWeight, nowNanos);
            }
          };
    }

    @Override
    public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
      time.see(nowNanos);
      return choices.pick(request, excluded, nowNanos);
    }

    @Override
    public ResponseTimes[] times() {
      return times;
    }

    @Override
    public PickTime time() {
      return time;
    }
  }

  private record Ended(ResponseTimes times, PickTime time) implements LoadListener {
    @Override
    public void began() {
      // The load is looked at when a pick is made.
    }

    @Override
    public void answered(long nanos) {
      times.ended(Outcome.SUCCESS, nanos, time.nanos());
    }

    @Override
    public void ended(Outcome outcome, long nanos) {
      times.ended(outcome, nanos, time.nanos());
    }
  }
}
