package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every strategy, whatever the fleet, its weights and how it changes. */
class EveryStrategyPropertyTest {
  private static final List<FakeEndpoint> ALL = FakeEndpoint.fleet(60);

  @Provide
  Arbitrary<Selector> selectors() {
    return Arbitraries.of(
        Stream.concat(
                Stream.of(Strategy.values()).map(Strategy::selector),
                Stream.of(
                    Selectors.failover(),
                    Selectors.ringHash(64, 1024),
                    Selectors.maglev(251),
                    Selectors.rendezvous(256),
                    Selectors.clientAddressHash(),
                    Selectors.boundedLoad(Selectors.maglev(251)),
                    Selectors.boundedLoad(Selectors.ringHash(64, 1024), 1)))
            .toList());
  }

  /** A life: lists that follow each other, requests that begin and end, and some are excluded. */
  private static List<String> live(Selector selector, long seed) {
    ALL.forEach(
        endpoint -> {
          endpoint.listeners.clear();
          endpoint.inFlight.set(0);
        });
    RandomSource random = RandomSource.seeded(seed);
    SplittableRandom script = new SplittableRandom(seed);
    List<String> picks = new ArrayList<>();
    List<FakeEndpoint> open = new ArrayList<>();
    Picker picker = null;
    for (int change = 0; change < 8; change++) {
      List<FakeEndpoint> fleet = new ArrayList<>();
      for (FakeEndpoint endpoint : ALL) {
        if (script.nextInt(4) == 0) {
          fleet.add(endpoint);
        }
      }
      boolean equal = script.nextBoolean();
      double[] weights =
          fleet.stream()
              .mapToDouble(each -> equal ? 1 : Math.pow(10, script.nextDouble() * 18 - 9))
              .toArray();
      picker = selector.prepare(Candidates.of(fleet, weights, random), picker);
      for (int i = 0; i < 40; i++) {
        Exclusions excluded = Exclusions.none();
        Set<FakeEndpoint> out = new HashSet<>();
        while (!fleet.isEmpty() && script.nextInt(3) == 0 && out.size() < fleet.size()) {
          FakeEndpoint endpoint = fleet.get(script.nextInt(fleet.size()));
          excluded = out.add(endpoint) ? excluded.plus(endpoint) : excluded;
        }
        RequestContext request =
            script.nextBoolean()
                ? RequestContext.empty()
                : RequestContext.forKey("key-" + script.nextInt(50));
        FakeEndpoint picked = (FakeEndpoint) picker.pick(request, excluded, i);
        if (out.size() == fleet.size()) {
          assertNull(picked);
          continue;
        }
        assertNotNull(picked, () -> selector + " of " + fleet.size());
        assertTrue(fleet.contains(picked), () -> selector + " picked a stranger");
        assertFalse(out.contains(picked), () -> selector + " picked what is excluded");
        picks.add(picked.toString());
        picked.begin();
        open.add(picked);
        if (script.nextInt(3) > 0) {
          open.remove(script.nextInt(open.size()))
              .end(Outcome.SUCCESS, 1_000 + script.nextInt(500));
        }
      }
    }
    return picks;
  }

  @Property(tries = 300)
  void aPickIsACandidateThatIsNotExcludedAndTheSameSeedGivesTheSame(
      @ForAll("selectors") Selector selector, @ForAll long seed) {
    assertEquals(live(selector, seed), live(selector, seed));
  }
}
