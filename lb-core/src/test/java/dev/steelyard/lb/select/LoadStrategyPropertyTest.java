package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.Strategy.equal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What choices among loads, predictions and probes keep for any state of the instances. */
class LoadStrategyPropertyTest {

  @Property
  void theMostLoadedOfAllIsNeverPicked(
      @ForAll @Size(min = 2, max = 30) List<@IntRange(max = 50) Integer> loads,
      @ForAll @IntRange(min = 2, max = 10) int choices,
      @ForAll long seed) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(loads.size());
    int most = 0;
    for (int i = 0; i < loads.size(); i++) {
      fleet.get(i).inFlight.set(loads.get(i));
      most = loads.get(i) > loads.get(most) ? i : most;
    }
    fleet.get(most).inFlight.set(51);
    Candidates candidates = Candidates.of(fleet, equal(loads.size()), RandomSource.seeded(seed));
    Picker picker = Selectors.powerOfChoices(choices).prepare(candidates, null);
    for (int i = 0; i < 20; i++) {
      assertTrue(Strategy.pick(picker) != fleet.get(most), loads::toString);
    }
  }

  @Property
  void theChanceOfTheUniqueMinimumIsChoicesOfN(
      @ForAll @IntRange(min = 3, max = 10) int choices,
      @ForAll @IntRange(min = 2, max = 60) int n,
      @ForAll long seed) {
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
    fleet.forEach(endpoint -> endpoint.inFlight.set(3));
    int least = (int) Math.floorMod(seed, (long) n);
    fleet.get(least).inFlight.set(0);
    Candidates candidates = Candidates.of(fleet, equal(n), RandomSource.seeded(seed));
    Picker picker = Selectors.powerOfChoices(choices).prepare(candidates, null);
    double p = Math.min(1, (double) choices / n);
    int picks = 4_000;
    long hits = Strategy.count(picker, fleet, picks)[least];
    assertTrue(
        Math.abs(hits - p * picks) <= 5 * Math.sqrt(picks * p * (1 - p)) + 1e-9,
        hits + " of " + picks + " at " + p);
  }

  record Sample(Outcome outcome, int load, long nanos, long advance) {}

  @Provide
  Arbitrary<List<Sample>> samples() {
    Arbitrary<Long> nanos =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-1, 5),
            Arbitraries.longs().between(0, 1_000_000_000),
            Arbitraries.longs().greaterOrEqual(0));
    return Combinators.combine(
            Arbitraries.of(Outcome.values()),
            Arbitraries.integers().between(0, 8_000_000),
            nanos,
            Arbitraries.longs())
        .as(Sample::new)
        .list()
        .ofMaxSize(60);
  }

  @Property
  void anExpectedWaitIsFiniteAndGrowsWithTheRequestsInFlight(
      @ForAll("samples") List<Sample> samples) {
    FakeEndpoint endpoint = new FakeEndpoint(0);
    ResponseTimes times = new ResponseTimes(endpoint);
    long now = 0;
    for (Sample sample : samples) {
      now += sample.advance();
      times.ended(sample.outcome(), sample.nanos(), now);
      double before = 0;
      for (int inFlight : new int[] {0, 1, 2, 100, 8_000_000}) {
        endpoint.inFlight.set(inFlight);
        double wait = times.expectedWait(1, now);
        assertTrue(Double.isFinite(wait) && wait > before, samples::toString);
        before = wait;
      }
    }
  }

  @Property
  void aHigherSampleIsReflectedAtOnceInTheOrder(
      @ForAll @IntRange(min = 1, max = 1_000) int slow,
      @ForAll @IntRange(min = 1, max = 1_000) int fast) {
    // The average of peak EWMA jumps; see also DecayingSignalsPropertyTest.
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
    fleet.get(0).latencyNanos = 1e6 * (slow + fast);
    fleet.get(1).latencyNanos = 1e6 * fast;
    assertEquals(fleet.get(1), Strategy.pick(Strategy.PEAK_EWMA.over(fleet, equal(2), slow)));
  }

  @Property
  void amongAnswersTheColdThatWouldTakeLeastIsPickedElseTheLeastLoaded(
      @ForAll @Size(min = 2, max = ProbePool.LEAST) List<@IntRange(max = 20) Integer> requests,
      @ForAll @Size(value = ProbePool.LEAST) List<@IntRange(max = 100) Integer> latencies,
      @ForAll @Size(max = 64) List<@IntRange(max = 20) Integer> recent,
      @ForAll long seed) {
    int n = requests.size();
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
    Candidates candidates = Candidates.of(fleet, equal(n), RandomSource.seeded(seed));
    PrequalPicker picker =
        (PrequalPicker) Selectors.prequal(new Prober(), 1e-9).prepare(candidates, null);
    for (int i = 0; i < n; i++) {
      picker.answered(fleet.get(i), requests.get(i), latencies.get(i), 0);
    }
    for (int load : recent) {
      picker.probes().recent().add(load);
    }
    double limit = picker.probes().recent().limit();
    int picked =
        fleet.indexOf(picker.pick(RequestContext.empty(), Exclusions.none(), 1_000_000_000L));
    boolean anyCold = requests.stream().anyMatch(load -> load <= limit);
    for (int i = 0; i < n; i++) {
      if (!anyCold) {
        assertTrue(requests.get(picked) <= requests.get(i));
      } else if (requests.get(i) <= limit) {
        assertTrue(requests.get(picked) <= limit);
        assertTrue(
            latencies.get(picked) * (1 + requests.get(picked))
                <= latencies.get(i) * (1 + requests.get(i)));
      }
    }
  }

  @Property
  void theLimitIsTheQuantileOfTheLast64(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(max = 40) Integer> loads) {
    RecentLoads recent = new RecentLoads();
    loads.forEach(recent::add);
    int[] last =
        loads.subList(Math.max(0, loads.size() - 64), loads.size()).stream()
            .mapToInt(load -> load)
            .sorted()
            .toArray();
    assertEquals(
        last[(int) Math.floor(Math.pow(2, -0.25) * (last.length - 1))],
        recent.limit(),
        () -> Arrays.toString(last));
  }

  @Property
  void anAnswerIsUsedAtMostItsBudgetRoundedUp(
      @ForAll @IntRange(min = 25, max = 2_000) int n, @ForAll long seed) {
    double budget = PrequalSelector.uses(ProbePool.size(n), n, 3, 1);
    List<FakeEndpoint> fleet = FakeEndpoint.fleet(n);
    Candidates candidates = Candidates.of(fleet, equal(n), RandomSource.seeded(seed));
    // Its probes fail, and what is removed per pick is the rule of another number of probes: 0.
    PrequalPicker picker = new PrequalPicker(candidates, new Probes(new Prober()), 1e-9, 0, budget);
    fleet.forEach(endpoint -> endpoint.failureRate = 1);
    int size = ProbePool.size(n);
    for (int i = 0; i < size; i++) {
      fleet.get(i).failureRate = 0;
      picker.answered(fleet.get(i), 0, i, 0);
    }
    long left = size;
    int[] uses = new int[size];
    while (left >= 2) {
      int before = fleet.indexOf(Strategy.pick(picker));
      uses[before]++;
      left = 0;
      for (int slot = 0; slot < picker.pool().size(); slot++) {
        left += picker.pool().get(slot) == null ? 0 : 1;
      }
      assertTrue(uses[before] <= Math.ceil(budget), () -> Arrays.toString(uses) + budget);
    }
  }
}
