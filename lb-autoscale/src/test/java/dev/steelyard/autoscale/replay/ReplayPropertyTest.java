package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingPolicy;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class ReplayPropertyTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Provide
  Arbitrary<Trace> traces() {
    return Arbitraries.doubles()
        .between(0, 500)
        .ofScale(3)
        .array(double[].class)
        .ofMinSize(2)
        .ofMaxSize(60)
        .map(values -> Trace.of("any", Instant.EPOCH, MINUTE, values));
  }

  @Provide
  Arbitrary<ServiceModel> models() {
    return Combinators.combine(
            Arbitraries.doubles().between(1, 100),
            Arbitraries.integers().between(0, 300),
            Arbitraries.doubles().between(0, 5000),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(0, 200),
            Arbitraries.doubles().between(0, 1))
        .as(
            (capacity, startup, queue, initial, delay, noise) ->
                ServiceModel.capacity(capacity)
                    .startup(Duration.ofSeconds(startup))
                    .metricDelay(Duration.ofSeconds(delay))
                    .queueLimit(queue)
                    .noise(noise, 1)
                    .failures(Duration.ofHours(1), 2)
                    .initialInstances(initial)
                    .build());
  }

  @Property(tries = 300)
  void noLoadIsLostUnseenOrMadeUp(
      @ForAll("traces") Trace trace,
      @ForAll("models") ServiceModel model,
      @ForAll @DoubleRange(min = 20, max = 95) double target) {
    ReplayResult result = Replay.run(ReplayTest.tracking("any", target), trace, model);
    double done = 0;
    for (int i = 0; i < result.size(); i++) {
      done += result.served(i) + result.lost(i);
      assertTrue(result.served(i) >= 0 && result.lost(i) >= 0 && result.backlog(i) >= 0);
      assertTrue(result.backlog(i) <= model.queueLimit);
      assertTrue(result.ready(i) <= result.ordered(i));
      assertTrue(result.served(i) <= result.ready(i) * model.capacity * 60 * (1 + 1e-12));
    }
    double offered = trace.mean() * trace.size() * 60;
    assertEquals(offered, done + result.backlog(result.size() - 1), 1e-9 * Math.max(1, offered));
    ReplaySummary summary = result.summary();
    assertTrue(summary.violationShare() >= summary.lostShare());
    assertTrue(summary.violationShare() <= 1 + 1e-12);
  }

  @Property(tries = 60)
  void theSameInputGivesTheSameBytes(
      @ForAll("traces") Trace trace, @ForAll("models") ServiceModel model) throws IOException {
    ScalingPolicy policy = ReplayTest.tracking("any", 70);
    ReplayResult first = Replay.run(policy, trace, model);
    ReplayResult second = Replay.run(policy, trace, model);
    assertEquals(json(first), json(second));
    assertEquals(first.toHtml(), second.toHtml());
    assertEquals(first.toText(), second.toText());
  }

  private static String json(ReplayResult result) throws IOException {
    StringWriter out = new StringWriter();
    result.writeJson(out, true);
    return out.toString();
  }

  @Property(tries = 100)
  void madeAgainEveryDecisionIsTheOneThatWasCarriedOut(
      @ForAll("traces") Trace trace, @ForAll("models") ServiceModel model) {
    ReplayResult result = Replay.run(ReplayTest.tracking("any", 70), trace, model);
    for (int i = 1; i < result.size(); i++) {
      assertEquals(result.ordered(i), result.decision(i).desired());
    }
  }

  @Property(tries = 200)
  void aStaticFleetCostsWhatItIs(
      @ForAll("traces") Trace trace, @ForAll @IntRange(min = 1, max = 50) int count) {
    ScalingPolicy policy = ScalingPolicy.builder().bounds(count, count).build();
    ServiceModel model = ServiceModel.capacity(20).initialInstances(count).build();
    ReplayResult result = Replay.run(policy, trace, model);
    assertEquals(count * trace.size() / 60.0, result.summary().instanceHours(), 1e-9);
    assertEquals(0, result.changes().size());
    double lost = 0;
    double offered = 0;
    for (int i = 0; i < trace.size(); i++) {
      lost += Math.max(0, trace.value(i) - count * 20.0);
      offered += trace.value(i);
    }
    assertEquals(offered == 0 ? 0 : lost / offered, result.summary().lostShare(), 1e-9);
  }

  @Property(tries = 200)
  void moreInstancesNeverServeLessOrSlower(
      @ForAll @DoubleRange(min = 0, max = 500) double load,
      @ForAll @DoubleRange(min = 0, max = 2000) double backlog,
      @ForAll @IntRange(min = 1, max = 60) int ready) {
    ServiceModel model = ServiceModel.capacity(10).queueLimit(1000).build();
    Station few = new Station(model, 60_000);
    Station more = new Station(model, 60_000);
    few.serve(load, ready, backlog);
    more.serve(load, ready + 1, backlog);
    assertTrue(more.served >= few.served - 1e-9);
    assertTrue(more.meanResponse <= few.meanResponse + 1e-9);
    assertTrue(more.slowShare <= few.slowShare + 1e-9);
    assertTrue(few.slowShare >= 0 && few.slowShare <= 1);
  }

  @Property(tries = 300)
  void aPoolHasWhatWasOrdered(
      @ForAll int[] sizes, @ForAll @IntRange(min = 0, max = 300) int startup) {
    Pool pool = new Pool(3, startup * 1000L);
    long now = 0;
    for (int size : Arrays.stream(sizes).map(s -> Math.floorMod(s, 40)).toArray()) {
      now += 60_000;
      pool.advance(now);
      pool.resize(size, now);
      Pool copy = pool.copy();
      assertEquals(size, pool.size());
      assertTrue(pool.ready() >= 0 && pool.starting() >= 0);
      copy.advance(now + startup * 1000L);
      assertEquals(size, copy.ready());
      assertEquals(0, copy.starting());
    }
  }

  @Property(tries = 200)
  void resamplingKeepsTheLoad(
      @ForAll("traces") Trace trace, @ForAll @IntRange(min = 1, max = 120) int seconds) {
    Trace finer = trace.resample(Duration.ofSeconds(seconds));
    double covered = finer.size() * (double) seconds;
    double before = 0;
    for (int i = 0; i < trace.size(); i++) {
      before += trace.value(i) * Math.max(0, Math.min(60, covered - 60.0 * i));
    }
    assertEquals(before, finer.mean() * covered, 1e-6 * Math.max(1, before));
  }
}
