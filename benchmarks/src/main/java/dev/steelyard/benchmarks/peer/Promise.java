package dev.steelyard.benchmarks.peer;

import dev.steelyard.benchmarks.pick.Keys;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * How often an algorithm promises to pick each instance. Checked before anything is measured: a
 * balancer that was brought up wrongly, and so picks one instance or none, is fast.
 */
enum Promise {
  /** Each as often as any other, to one. */
  TURNS {
    @Override
    void check(Peer peer, int instances, int picks) {
      int[] counts = count(peer, instances, picks);
      int[] sorted = counts.clone();
      Arrays.sort(sorted);
      keep(sorted[instances - 1] - sorted[0] <= 1, "uneven turns", counts);
    }
  },
  /** Each as often as any other, as chance has it. */
  EQUAL_CHANCE {
    @Override
    void check(Peer peer, int instances, int picks) {
      shares(count(peer, instances, picks), index -> 1);
    }
  },
  /** By weight. */
  BY_WEIGHT {
    @Override
    void check(Peer peer, int instances, int picks) {
      shares(count(peer, instances, picks), Weights.DIFFERENT::of);
    }
  },
  /** By all other instances' response times, which are as the weights. */
  BY_OTHERS_TIME {
    @Override
    void check(Peer peer, int instances, int picks) {
      double sum = 0;
      for (int i = 0; i < instances; i++) {
        sum += Weights.DIFFERENT.of(i);
      }
      double total = sum;
      shares(count(peer, instances, picks), index -> total - Weights.DIFFERENT.of(index));
    }
  },
  /** Requests that stay open are spread evenly. */
  LEAST_OPEN {
    @Override
    void check(Peer peer, int instances, int picks) {
      int[] open = open(peer, instances);
      keep(Arrays.stream(open).max().orElseThrow() == OPEN_EACH, "uneven load", open);
      whileIdle(peer, instances);
    }
  },
  /** Requests that stay open are spread so that none has many more than its share. */
  LESS_OPEN {
    @Override
    void check(Peer peer, int instances, int picks) {
      int[] open = open(peer, instances);
      keep(Arrays.stream(open).max().orElseThrow() <= OPEN_EACH + 8, "uneven load", open);
      whileIdle(peer, instances);
    }
  },
  /** By response times, which differ: only that what is picked exists. */
  FASTEST {
    @Override
    void check(Peer peer, int instances, int picks) {
      whileIdle(peer, instances);
    }
  },
  /** A key has its instance, and the keys have many. */
  BY_KEY {
    @Override
    void check(Peer peer, int instances, int picks) {
      int[] counts = new int[instances];
      for (int key = 0; key < Math.min(picks, Keys.COUNT); key++) {
        int index = peer.index(peer.pick(key));
        counts[index]++;
        keep(index == peer.index(peer.pick(key)), "a key's instance changed", counts);
      }
      long picked = Arrays.stream(counts).filter(count -> count > 0).count();
      // Rings are of limited size, and some have few points per instance.
      keep(picked >= instances * 0.3 && picked > 1, "too few instances", counts);
    }
  };

  private static final int OPEN_EACH = 4;

  abstract void check(Peer peer, int instances, int picks);

  private static int[] count(Peer peer, int instances, int picks) {
    int[] counts = new int[instances];
    for (int i = 0; i < picks; i++) {
      counts[peer.index(peer.pick(i & (Keys.COUNT - 1)))]++;
    }
    return counts;
  }

  /** Both the instances and all instances of one weight together get their share. */
  private static void shares(int[] counts, IntToDoubleFunction weights) {
    int groups = 10; // weights go round by ten
    double[] expected = new double[groups];
    double[] actual = new double[groups];
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += weights.applyAsDouble(i);
    }
    double picks = Arrays.stream(counts).sum();
    for (int i = 0; i < counts.length; i++) {
      double share = picks * weights.applyAsDouble(i) / sum;
      near(counts[i], share, counts);
      expected[i % groups] += share;
      actual[i % groups] += counts[i];
    }
    for (int i = 0; i < groups; i++) {
      near(actual[i], expected[i], counts);
    }
  }

  /** Within seven standard deviations: that never happens by chance. */
  private static void near(double actual, double expected, int[] counts) {
    keep(
        Math.abs(actual - expected) <= 7 * Math.sqrt(expected) + 2,
        actual + " picks instead of " + expected,
        counts);
  }

  private static int[] open(Peer peer, int instances) {
    int[] open = new int[instances];
    List<Runnable> ends = new ArrayList<>();
    for (int i = 0; i < OPEN_EACH * instances; i++) {
      Object picked = peer.pick(0);
      open[peer.index(picked)]++;
      ends.add(peer.open(picked));
    }
    ends.forEach(Runnable::run);
    return open;
  }

  private static void whileIdle(Peer peer, int instances) {
    int[] counts = new int[instances];
    for (int i = 0; i < 4 * instances; i++) {
      Object picked = peer.pick(0);
      counts[peer.index(picked)]++;
      peer.request(picked);
    }
  }

  private static void keep(boolean kept, String what, int[] counts) {
    if (!kept) {
      int[] some = Arrays.copyOf(counts, Math.min(counts.length, 30));
      throw new IllegalStateException(what + ": " + Arrays.toString(some));
    }
  }
}
