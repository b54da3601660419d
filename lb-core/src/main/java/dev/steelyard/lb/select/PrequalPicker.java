package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Picks by the answers to probes: the hot-cold rule of Prequal.
 *
 * <p>All that is known of a candidate is put into one number, its <em>badness</em>: a cold one has
 * 0 to 1, by what a request would take; a hot one 1 to 2, by requests in flight; one that fails
 * here, or is unproven and busy, 2. The least is picked, unless it is 2: such a candidate may
 * answer probes as well as it likes, and the pick falls back to what is known without probes.
 *
 * <p><b>Concurrency.</b> What changes is in the {@link ProbePool}, the uses of an answer, and whose
 * turn it is to be thrown away: an opaque counter that may lose a turn. A pick reads the slots one
 * after the other, not at one moment. Two picks at once may choose the same answer before either
 * has counted its use; the count is then right for the third. Answers find their picker through
 * {@link Probes}; a map is looked up there, never by a pick.
 */
final class PrequalPicker implements Picker {
  private static final double AVOIDED = 2;
  private static final int LEAST_ANSWERS = 2;
  private static final int DRAWS_PER_PROBE = 4;

  /** A latency of 0 counts as this, so that requests in flight matter there, too. */
  private static final double SHORTEST_MILLIS = 1e-6;

  private static final VarHandle TURN;

  static {
    try {
      TURN = MethodHandles.lookup().findVarHandle(PrequalPicker.class, "turn", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Endpoint[] endpoints;
  private final double[] relativeWeights;
  private final @Nullable Draws draws;
  private final IdentityHashMap<Endpoint, Integer> indexes;
  private final RandomSource random;
  private final Picker withoutProbes;
  private final Probes probes;
  private final double probesPerPick;
  private final double removals;
  private final double uses;
  private final ProbePool pool;

  @SuppressWarnings("UnusedVariable") // accessed through TURN
  private int turn;

  PrequalPicker(
      Candidates candidates, Probes probes, double probesPerPick, double removals, double uses) {
    this.endpoints = candidates.endpoints();
    this.relativeWeights = candidates.relativeWeights();
    this.draws = endpoints.length > 1 ? new Draws(candidates) : null;
    this.indexes = new IdentityHashMap<>(endpoints.length);
    for (int i = 0; i < endpoints.length; i++) {
      indexes.put(endpoints[i], i);
    }
    this.random = candidates.random();
    this.withoutProbes = Selectors.powerOfTwoChoices().prepare(candidates, null);
    this.probes = probes;
    this.pool = new ProbePool(ProbePool.size(endpoints.length));
    this.probesPerPick = probesPerPick;
    this.removals = removals;
    this.uses = uses;
  }

  Probes probes() {
    return probes;
  }

  ProbePool pool() {
    return pool;
  }

  /** Copies the answers of the candidates that are still there. */
  void takeOver(PrequalPicker last) {
    for (int slot = 0; slot < last.pool.size(); slot++) {
      Probed probed = last.pool.get(slot);
      if (probed != null) {
        Integer index = indexes.get(last.endpoints[probed.index()]);
        if (index != null) {
          pool.add(probed.at(index));
        }
      }
    }
  }

  /** An answer has come, on any thread. */
  void answered(Endpoint endpoint, double requests, double latencyMillis, long sentNanos) {
    Integer index = indexes.get(endpoint);
    if (index != null) {
      probes.recent().add(requests / relativeWeights[index]);
      int mostUses = round(uses, random.nextLong());
      pool.add(new Probed(index, requests, latencyMillis, sentNanos, mostUses));
    }
  }

  /** Up or down at random, so that the mean is the number; at most Integer.MAX_VALUE. */
  private static int round(double number, long bits) {
    int whole = (int) number;
    return Draws.fraction(bits, 0) < number - whole && whole < Integer.MAX_VALUE
        ? whole + 1
        : whole;
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (draws == null) {
      return withoutProbes.pick(request, excluded, nowNanos);
    }
    if (excluded.isEmpty()) { // not again for a retry
      probes.time().see(nowNanos);
      ask(draws, nowNanos);
    }
    Endpoint best = best(excluded, nowNanos);
    return best == null ? withoutProbes.pick(request, excluded, nowNanos) : best;
  }

  private void ask(Draws candidates, long nowNanos) {
    long seed = random.nextLong();
    int wanted = Math.min(round(probesPerPick, seed), endpoints.length);
    for (int draw = 0, most = wanted * DRAWS_PER_PROBE; draw < most && wanted > 0; draw++) {
      int index = candidates.index(seed, draw);
      if (!candidates.isRepeated(seed, draw, index)) {
        probes.ask(endpoints[index], (int) (seed >>> 33) % ProbeCalls.MOST + draw, nowNanos);
        wanted--;
      }
    }
  }

  private @Nullable Endpoint best(Exclusions excluded, long nowNanos) {
    long bits = random.nextLong();
    double limit = probes.recent().limit();
    Probed best = null;
    int bestSlot = 0;
    double least = AVOIDED;
    double tied = 0; // the weights of those as good as the best, which is one of them by weight
    int answers = 0;
    for (int slot = 0; slot < pool.size(); slot++) {
      Probed probed = pool.get(slot);
      if (probed == null) {
        continue;
      }
      if (nowNanos - probed.sentNanos() > PrequalSelector.AGE_LIMIT_NANOS) {
        pool.remove(slot, probed);
      } else if (!excluded.contains(endpoints[probed.index()])) {
        answers++;
        double badness = badness(probed, limit, expectedMillis(probed));
        double weight = relativeWeights[probed.index()];
        tied = badness < least ? weight : badness == least ? tied + weight : tied;
        if (badness < least
            || (badness == least
                && badness < AVOIDED
                && Draws.fraction(bits, slot + 1) * tied < weight)) {
          best = probed;
          bestSlot = slot;
          least = badness;
        }
      }
    }
    if (answers < LEAST_ANSWERS || best == null) {
      return null;
    }
    if (best.use()) {
      pool.remove(bestSlot, best);
      answers--;
    }
    if (answers > LEAST_ANSWERS && Draws.fraction(bits, 0) < removals) {
      removeOne(limit);
    }
    return endpoints[best.index()];
  }

  private double relativeRequests(Probed probed) {
    return probed.requests() / relativeWeights[probed.index()];
  }

  /**
   * What one more request would take at a cold one. The paper compares latencies alone. But a
   * latency is of requests that are gone: a server that was full and is empty now says the one it
   * had, and nobody would ever send it the request by which it learns better; and until the answer
   * is renewed, nothing but the limit would tell that requests have gone there.
   */
  private double expectedMillis(Probed probed) {
    return (probed.latencyMillis() + SHORTEST_MILLIS) * (1 + relativeRequests(probed));
  }

  private double badness(Probed probed, double limit, double ifCold) {
    Endpoint endpoint = endpoints[probed.index()];
    if (endpoint.failureRate() >= TwoChoicesPicker.AVOIDED_RATE
        || (endpoint.isUnproven() && endpoint.inFlight() > 0)) {
      return AVOIDED;
    }
    double requests = relativeRequests(probed);
    // x / (1 + x) keeps the order and is below 1; but no further apart than doubles are there.
    return requests > limit ? 1 + requests / (1 + requests) : ifCold / (1 + ifCold);
  }

  /**
   * Throws an answer away, the oldest and the worst by turns: else the pool would fill with what
   * nobody picks, for that is what is never used up.
   */
  void removeOne(double limit) {
    int now = (int) TURN.getOpaque(this);
    TURN.setOpaque(this, now + 1);
    boolean worst = (now & 1) != 0;
    Probed chosen = null;
    int chosenSlot = 0;
    for (int slot = 0; slot < pool.size(); slot++) {
      Probed probed = pool.get(slot);
      if (probed != null
          && (chosen == null
              || (worst
                  ? badness(probed, limit, probed.latencyMillis())
                      > badness(chosen, limit, chosen.latencyMillis())
                  : probed.sentNanos() - chosen.sentNanos() < 0))) {
        chosen = probed;
        chosenSlot = slot;
      }
    }
    if (chosen != null) {
      pool.remove(chosenSlot, chosen);
    }
  }
}
