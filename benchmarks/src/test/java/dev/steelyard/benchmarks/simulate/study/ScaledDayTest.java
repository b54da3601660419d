package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.replay.Trace;
import dev.steelyard.benchmarks.simulate.study.FleetScaler.Farewell;
import dev.steelyard.benchmarks.simulate.study.ScaledDay.Outcome;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScaledDayTest {
  private static final ClientSetup DEFAULT = (balancer, client) -> balancer;

  /** Up within twenty minutes, and down again. */
  private static final Trace HILL =
      Trace.of("hill", Instant.EPOCH, Duration.ofMinutes(5), 2, 4, 7, 10, 10, 5, 2, 2, 2);

  private static final ScaledDay DAY = new ScaledDay(HILL, 4, 1);

  @Test
  void aHillOfLoadAddsServersAndDrainsThemAndLosesNothing() {
    Outcome outcome = run(Farewell.DRAIN);

    assertTrue(outcome.ups() > 0 && outcome.downs() > 0, outcome::toString);
    assertTrue(outcome.largest() >= 4, outcome::toString);
    assertEquals(outcome.result().counts().sent(), outcome.result().counts().succeeded());
    assertEquals(1.0, outcome.result().attemptsPerRequest());
    int last = outcome.sizes().get(outcome.sizes().size() - 1).serving();
    assertTrue(last < outcome.largest(), outcome::toString);
    assertTrue(outcome.instanceHours() < 0.75 * outcome.largest(), outcome::toString);
  }

  @Test
  void killingInPlaceOfDrainingBreaksRequests() {
    assertTrue(run(Farewell.KILL).result().attemptsPerRequest() > 1);
  }

  @Test
  void decisionsAreTheSameOverTwoRuns() {
    Outcome one = run(Farewell.DRAIN);
    Outcome other = run(Farewell.DRAIN);

    assertEquals(one.sizes(), other.sizes());
    assertEquals(one.result().toString(), other.result().toString());
  }

  @Test
  void aServerTakesAMinuteToBoot() {
    Outcome outcome = run(Farewell.DRAIN);
    Duration ordered = Duration.ZERO;
    int before = outcome.sizes().get(0).serving();
    for (FleetScaler.Size each : outcome.sizes()) {
      if (ordered.isZero() && each.booting() > 0) {
        ordered = each.at();
      }
      if (each.serving() > before) {
        assertEquals(Duration.ofMinutes(1), each.at().minus(ordered));
        return;
      }
    }
    throw new AssertionError("no server was added");
  }

  @Test
  void theBusiestIntervalNeedsThePeak() {
    assertEquals(4, DAY.rate().max() / ScaledDay.perServer() / ScaledDay.TARGET, 1e-9);
  }

  @Test
  void theShareOfSlowRequestsIsWhatThePercentilesSay() {
    SimulationResult result =
        Scenario.named("alternating")
            .servers(1, Server.named("s", Distribution.fixed(Duration.ofMillis(10))).withCores(1))
            .arrivals(
                Arrivals.bursts(
                    0,
                    Distribution.fixed(Duration.ofSeconds(1)),
                    1_000,
                    Distribution.fixed(Duration.ofMillis(100))))
            .lasts(Duration.ofSeconds(10))
            .build()
            .run();
    Duration median = result.percentile(50);

    assertEquals(0.5, ScaledDay.slowerThan(result, median), 0.01);
    assertEquals(0, ScaledDay.slowerThan(result, result.percentile(100)));
    assertEquals(1, ScaledDay.slowerThan(result, Duration.ofMillis(1)), 1e-6);
  }

  private static Outcome run(Farewell farewell) {
    return DAY.run(AutoscalerPart.hpa(DAY.least(), DAY.most()), DAY.first(), DEFAULT, farewell, 3);
  }
}
