package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Series;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link SizingWay} would have done with the load that was seen, and what it would have
 * cost: each is followed as a fleet of its own, with the start-up delay of new instances. Beside
 * them, plain target tracking, which sees no more load than its own instances can take, and the
 * fleet that there really is.
 *
 * <p>All of it is a {@code double[]}, so that it can be remembered: a header, the loads of a day in
 * buckets, then {@link #WIDTH} numbers for each way and for plain tracking. Sums of the ways decay
 * with a half-life, so that they are judged by the recent past; the accounts of plain tracking and
 * of the real fleet do not.
 */
final class ShadowFleets {
  /** From which utilization on an instance is overloaded. */
  static final double FULL = 1;

  /** From which utilization on a way counts as overloaded where there is little experience. */
  static final double STRICT = 0.85;

  /** A change that undoes the one before within so long is a reversal. */
  static final long REVERSAL_MILLIS = 600_000;

  /** Position of plain tracking, behind the ways. */
  static final int PLAIN = SizingWay.ALL.size();

  // The header: what is known, then the accounts of the real fleet and of plain tracking.
  static final int TICKS = 0;
  static final int TIME = 1;
  static final int BEGAN = 2;
  static final int SELECTED = 3;
  static final int SELECTED_AT = 4;
  static final int REPAYS = 5;
  static final int REAL_READY = 6;
  static final int REAL_COUNT = 7;
  static final int REAL_CHANGED_AT = 8; // negative: it was a decrease
  static final int REAL_UNSERVED = 9;
  static final int REAL_REVERSALS = 10;
  static final int REAL_HOURS = 11;
  static final int PLAIN_UNSERVED = 12;
  static final int PLAIN_REVERSALS = 13;
  static final int PLAIN_HOURS = 14;
  static final int PLAIN_EVENTS = 15; // decays
  static final int COST = 16; // three numbers of RequestCost
  private static final int SERVING = 19;
  private static final int STEP = 20;
  private static final int MEAN = 21;
  private static final int VARIANCE = MEAN + SizingWay.MEANS.length;
  private static final int DAY = VARIANCE + SizingWay.MEANS.length;
  private static final int BUCKETS = 288;
  private static final long BUCKET_MILLIS = 300_000;
  private static final int FLEETS = DAY + BUCKETS;

  // The numbers of a fleet.
  private static final int ASKED = 0;
  private static final int READY = 1;
  private static final int READY_AT = 2;
  private static final int CHANGED_AT = 3; // negative: it was a decrease
  static final int HOURS = 4;
  static final int UNSERVED = 5; // as if full at STRICT
  static final int REVERSALS = 6;
  static final int LOOSE = 7; // the same at FULL
  private static final int WIDTH = 8;

  static final int SIZE = FLEETS + (PLAIN + 1) * WIDTH;

  final double[] state;
  private final AdaptiveTracking rule;

  ShadowFleets(double[] state, AdaptiveTracking rule) {
    this.state = state;
    this.rule = rule;
  }

  /** Begins with every fleet at the number of instances that there is. */
  static ShadowFleets begin(
      long now, double load, int instances, int ready, AdaptiveTracking rule) {
    double[] state = new double[SIZE];
    state[TIME] = now;
    state[BEGAN] = now;
    state[SELECTED] = PLAIN;
    state[SELECTED_AT] = now;
    state[REAL_COUNT] = instances;
    state[REAL_READY] = ready;
    state[SERVING] = Math.max(1, ready);
    for (int i = 0; i < SizingWay.MEANS.length; i++) {
      state[MEAN + i] = load;
    }
    for (int i = 0; i < BUCKETS; i++) {
      state[DAY + i] = -1;
    }
    for (int fleet = 0; fleet <= PLAIN; fleet++) {
      int at = FLEETS + fleet * WIDTH;
      state[at + ASKED] = Math.max(1, instances);
      state[at + READY] = Math.max(1, instances);
      state[at + READY_AT] = now;
    }
    return new ShadowFleets(state, rule);
  }

  int selected() {
    return (int) state[SELECTED];
  }

  int asked(int fleet) {
    return (int) state[FLEETS + fleet * WIDTH + ASKED];
  }

  double of(int fleet, int what) {
    return state[FLEETS + fleet * WIDTH + what];
  }

  /** Charges every fleet for the time since the last tick, in which there was {@code load}. */
  void charge(long now, double load, int instances, int ready) {
    double[] s = state;
    double before = s[TIME];
    double seconds = (now - before) / 1000;
    double keep = StrictMath.pow(0.5, seconds * 1000 / rule.halfLifeMillis());
    for (int fleet = 0; fleet <= PLAIN; fleet++) {
      int at = FLEETS + fleet * WIDTH;
      // Measured is once a tick: what became ready in between does not help the whole of it.
      double serving = s[at + READY];
      double over = load - (fleet == PLAIN ? FULL : STRICT) * serving;
      s[at + HOURS] = s[at + HOURS] * keep + s[at + ASKED] * seconds;
      s[at + UNSERVED] = s[at + UNSERVED] * keep + (over > 0 ? over * seconds : 0);
      double loose = load - FULL * serving;
      s[at + LOOSE] = s[at + LOOSE] * keep + (loose > 0 ? loose * seconds : 0);
      s[at + REVERSALS] *= keep;
      if (fleet == PLAIN) {
        s[SERVING] = serving;
        s[PLAIN_EVENTS] = s[PLAIN_EVENTS] * keep + (over > 0 ? 1 : 0);
        s[PLAIN_UNSERVED] += over > 0 ? over * seconds : 0;
        s[PLAIN_HOURS] += s[at + ASKED] * seconds;
      }
      if (now >= s[at + READY_AT]) {
        s[at + READY] = s[at + ASKED];
      }
    }
    real(load, seconds, instances, ready);
    if (selected() == PLAIN) {
      follow(instances);
    }
    for (int i = 0; i < SizingWay.MEANS.length; i++) {
      double share = -StrictMath.expm1(-seconds / SizingWay.MEANS[i]);
      double off = load - s[MEAN + i];
      s[MEAN + i] += share * off;
      s[VARIANCE + i] = (1 - share) * (s[VARIANCE + i] + share * off * off);
    }
    long from = Math.max(bucket((long) before) + 1, bucket(now) - BUCKETS + 1);
    long to = bucket(now);
    if (from > to) {
      int at = DAY + (int) (to % BUCKETS);
      s[at] = Math.max(s[at], load);
    }
    for (long b = from; b <= to; b++) {
      s[DAY + (int) (b % BUCKETS)] = load;
    }
    s[STEP] = now - before;
    s[TIME] = now;
    s[TICKS]++;
  }

  /** While plain tracking decides, its shadow is the real fleet: small errors do not add up. */
  private void follow(int instances) {
    int at = FLEETS + PLAIN * WIDTH;
    state[at + ASKED] = Math.max(1, instances);
    state[at + READY] = Math.min(state[at + READY], state[at + ASKED]);
  }

  private long bucket(long time) {
    return (time - (long) state[BEGAN]) / BUCKET_MILLIS;
  }

  private void real(double load, double seconds, int instances, int ready) {
    double[] s = state;
    double over = load - FULL * Math.min(ready, instances); // those that were measured
    s[REAL_UNSERVED] += over > 0 ? over * seconds : 0;
    s[REAL_HOURS] += instances * seconds;
    if (instances != s[REAL_COUNT]) {
      boolean up = instances > s[REAL_COUNT];
      double changed = s[TIME]; // it was carried out after the last tick
      double last = s[REAL_CHANGED_AT];
      if (last != 0 && up != last > 0 && changed - Math.abs(last) <= REVERSAL_MILLIS) {
        s[REAL_REVERSALS]++;
      }
      s[REAL_CHANGED_AT] = up ? changed : -changed;
    }
    s[REAL_COUNT] = instances;
    s[REAL_READY] = ready;
  }

  /** The largest load that was at these times yesterday, from now to just behind the start-up. */
  double ahead() {
    long now = (long) state[TIME];
    if (now - (long) state[BEGAN] < BUCKETS * BUCKET_MILLIS) {
      return 0;
    }
    long first = bucket(now) + 1;
    long last = bucket(now + rule.startupMillis() + 2 * (long) state[STEP]);
    double largest = 0;
    for (long b = first; b <= Math.min(last, first + BUCKETS / 4); b++) {
      largest = Math.max(largest, state[DAY + (int) (b % BUCKETS)]);
    }
    return largest;
  }

  /** What a way looks at, of the present load and those before. */
  double look(SizingWay way, Series loads) {
    double seen =
        switch (way.statistic()) {
          case LARGEST -> largest(loads, (long) state[TIME] - way.seconds() * 1000L);
          case MEAN -> {
            int i = way.seconds() == SizingWay.MEANS[0] ? 0 : 1;
            yield state[MEAN + i] + way.factor() * Math.sqrt(state[VARIANCE + i]);
          }
          case MEDIAN -> median(loads);
        };
    return way.season() ? Math.max(seen, ahead()) : seen;
  }

  /** The largest load that is younger than a time. */
  static double largest(Series loads, long after) {
    double largest = 0;
    for (int i = loads.size() - 1; i >= 0 && loads.time(i) > after; i--) {
      largest = Math.max(largest, loads.value(i));
    }
    return largest;
  }

  private static double median(Series loads) {
    int size = loads.size();
    double c = loads.value(size - 1);
    double b = size > 1 ? loads.value(size - 2) : c;
    double a = size > 2 ? loads.value(size - 3) : b;
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /** Lets every fleet say how many instances it would ask for now. */
  void ask(Series loads, Series recommended) {
    double seen = 0;
    @Nullable SizingWay last = null;
    for (int i = 0; i < PLAIN; i++) {
      SizingWay way = SizingWay.ALL.get(i);
      if (last == null
          || way.statistic() != last.statistic()
          || way.seconds() != last.seconds()
          || way.season() != last.season()
          || way.statistic() == SizingWay.Statistic.MEAN) {
        seen = look(way, loads);
        last = way;
      }
      int want = Math.max(1, (int) Math.min(Math.ceil(seen / way.utilization() - 1e-9), 1e9));
      move(i, want, way.dwellSeconds() * 1000L);
    }
    double want = recommended.value(recommended.size() - 1);
    double asked = of(PLAIN, ASKED);
    if (want < asked) {
      want = Math.min(asked, Math.max(want, largest(recommended, Long.MIN_VALUE)));
    }
    move(PLAIN, (int) want, 0);
  }

  /**
   * What plain tracking recommends. From an average, it sees no more load than its own instances
   * could take.
   */
  double plain(double load) {
    boolean total = rule.metric().kind() == Metric.Kind.PROPORTIONAL_TOTAL;
    double measured = Math.min(Math.min(of(PLAIN, READY), of(PLAIN, ASKED)), state[SERVING]);
    double ready = total ? of(PLAIN, ASKED) : measured;
    double share = total ? load / ready : Math.min(1, load / Math.max(1, state[SERVING]));
    double average = share * rule.full();
    if (rule.metric().unit().equals("%")) {
      average = Math.floor(average + 1e-9);
    }
    double ratio = average / rule.target();
    return Math.abs(ratio - 1) <= TargetTracking.DEFAULT_TOLERANCE + 1e-9
        ? of(PLAIN, ASKED)
        : Math.max(1, Math.min(Math.ceil(ratio * ready - 1e-9), Integer.MAX_VALUE));
  }

  private void move(int fleet, int want, long dwell) {
    double[] s = state;
    int at = FLEETS + fleet * WIDTH;
    double asked = s[at + ASKED];
    double now = s[TIME];
    double since = now - Math.abs(s[at + CHANGED_AT]);
    if (want == asked || (want < asked && s[at + CHANGED_AT] != 0 && dwell > 0 && since <= dwell)) {
      return;
    }
    boolean up = want > asked;
    boolean wasUp = s[at + CHANGED_AT] > 0;
    if (s[at + CHANGED_AT] != 0 && up != wasUp && since <= REVERSAL_MILLIS) {
      s[at + REVERSALS]++;
      s[PLAIN_REVERSALS] += fleet == PLAIN ? 1 : 0;
    }
    s[at + CHANGED_AT] = up ? now : -now;
    s[at + ASKED] = want;
    if (up) {
      s[at + READY_AT] = now + rule.startupMillis();
    } else {
      s[at + READY] = Math.min(s[at + READY], want);
    }
  }

  /** How many instances plain tracking has had in the mean. */
  double meanOfPlain() {
    return state[PLAIN_HOURS] / Math.max(1, (state[TIME] - state[BEGAN]) / 1000);
  }
}
