package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import dev.steelyard.autoscale.loop.ScalingEvent.Status;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The loop in virtual time. */
class AutoScalerTest {
  private final Fixture f = new Fixture();

  private ScalingEvent newest(AutoScaler scaler) {
    return scaler.history().latest(1).get(0);
  }

  @Test
  void looksAtOnceAndThenEveryInterval() {
    f.start();
    assertEquals(1, f.recorder.decisions.size());
    f.seconds(14);
    assertEquals(1, f.recorder.decisions.size());
    f.seconds(1);
    assertEquals(2, f.recorder.decisions.size());
    f.seconds(60);
    assertEquals(6, f.recorder.decisions.size());
    assertEquals(List.of(), f.fleet.asked);
  }

  @Test
  void aChangeIsMadeRecordedAndRemembered() {
    AutoScaler scaler = f.start();
    f.cpu = 100;
    f.seconds(15);

    assertEquals(List.of(8), f.fleet.asked);
    ScalingEvent event = newest(scaler);
    assertEquals(Status.APPLIED, event.status());
    assertEquals(ScalingAction.SCALE_UP, event.action());
    assertEquals(List.of(4, 8, 8), List.of(event.from(), event.wanted(), event.to()));
    assertEquals(List.of(ScalingReason.CPU), event.reasons());
    assertEquals(f.at(15), event.time());
    assertNull(event.error());
    assertEquals(1, f.store.text.lines().filter(line -> line.startsWith("last-completed")).count());
  }

  @Test
  void whatALimitCutsDownIsDoneAsFarAsItGoes() {
    AutoScaler scaler = f.start();
    f.cpu = 200;
    f.seconds(15);

    ScalingEvent event = newest(scaler);
    assertEquals(Status.LIMITED, event.status());
    assertEquals(List.of(4, 16, 10), List.of(event.from(), event.wanted(), event.to()));
    assertEquals("done as far as allowed: BOUND", event.message());
    assertEquals(10, f.fleet.count);
  }

  @Test
  void whatALimitForbidsIsOneEntryHoweverLongItLasts() {
    f.fleet.count = 10;
    AutoScaler scaler = f.start();
    f.cpu = 90;
    f.seconds(60);

    ScalingEvent event = newest(scaler);
    assertEquals(Status.IGNORED, event.status());
    assertEquals(List.of(10, 18, 10), List.of(event.from(), event.wanted(), event.to()));
    assertEquals("held: BOUND", event.message());
    assertEquals(4, event.times());
    assertEquals(f.at(15), event.time());
    assertEquals(f.at(60), event.lastTime());
    assertEquals(1, scaler.history().latest(10).size());
    assertEquals(4, scaler.history().total(Status.IGNORED));
  }

  @Test
  void theHistoryCanBeAskedByTimeAndStatusAndIsBounded() {
    AutoScaler scaler = f.start(f.builder().historyCapacity(3));
    for (double load : new double[] {100, 25, 100, 25, 200}) {
      f.cpu = load;
      f.seconds(15);
    }

    ScalingHistory history = scaler.history();
    assertEquals(3, history.latest(10).size());
    assertEquals(4, history.total(Status.APPLIED));
    assertEquals(1, history.total(Status.LIMITED));
    assertEquals(2, history.between(f.at(45), f.at(75)).size());
    assertEquals(1, history.between(f.at(0), f.at(999), Status.LIMITED).size());
    assertEquals(List.of(), history.between(f.at(0), f.at(45)));
    assertEquals(f.at(75), history.latest(1).get(0).time());
    assertThrows(IllegalArgumentException.class, () -> history.latest(-1));
  }

  @Test
  void aDryRunAsksForNothingAndSaysWhatItWouldDo() {
    AutoScaler scaler = f.start(f.builder().dryRun(true));
    f.cpu = 100;
    f.seconds(30);

    assertEquals(List.of(), f.fleet.asked);
    assertEquals(Status.IGNORED, newest(scaler).status());
    assertEquals("dry run: would have asked for 8 instances", newest(scaler).message());
    assertEquals(0, scaler.status().state().events().size());
  }

  @Test
  void unhealthyInstancesAreReplacedWhereTheTargetCan() {
    f.fleet.replaces = true;
    boolean[] sick = {true};
    AutoScaler scaler = f.start(f.builder().source((now, into) -> fleetWithSick(sick[0], into)));

    assertEquals(List.of("i2"), f.fleet.replaced);
    assertEquals(List.of(), f.fleet.asked);
    assertEquals(Status.APPLIED, newest(scaler).status());
    assertEquals(ScalingAction.REPLACE, newest(scaler).action());
    assertEquals("done: 4 instances, [i2] replaced", newest(scaler).message());
    sick[0] = false;
    f.seconds(60);
    assertEquals(List.of("i2"), f.fleet.replaced);
  }

  @Test
  void whereTheTargetCannotReplaceScalingGoesOn() {
    AutoScaler scaler = f.start(f.builder().source((now, into) -> fleetWithSick(true, into)));
    assertEquals(Status.IGNORED, newest(scaler).status());
    assertEquals("the target cannot replace instances: [i2]", newest(scaler).message());
    f.cpu = 100;
    f.seconds(15);

    assertEquals(1, f.fleet.asked.size());
    assertTrue(f.fleet.asked.get(0) > 4);
  }

  private void fleetWithSick(boolean sick, Samples into) {
    for (int i = 0; i < f.fleet.count; i++) {
      boolean broken = sick && i == 2;
      into.instance(
          "i" + i,
          facts -> {
            if (broken) {
              facts.unhealthy();
            }
          });
    }
  }

  // ---- failures of the target

  @Test
  void aFailedActionIsTriedAgainAfterABackOffThatDoubles() {
    AutoScaler scaler = f.start(f.builder().backoff(Duration.ofSeconds(20), Duration.ofMinutes(2)));
    f.fleet.scaleFails = new IOException("no quota");
    f.cpu = 100;
    f.seconds(15);
    assertEquals(1, f.fleet.asked.size());
    ScalingEvent failed = newest(scaler);
    assertEquals(Status.FAILED, failed.status());
    assertEquals("IOException: no quota", failed.error());
    assertEquals("failed 1 times in a row, tried again after PT20S", failed.message());
    assertEquals(List.of(4, 8, 4), List.of(failed.from(), failed.wanted(), failed.to()));
    assertEquals(f.at(35), scaler.status().retryAt());

    f.seconds(19);
    assertEquals(1, f.fleet.asked.size());
    assertEquals("waits after a failed action, until " + f.at(35), newest(scaler).message());
    f.seconds(1);
    assertEquals(2, f.fleet.asked.size(), "at 35 s, although no tick is then");
    f.seconds(39);
    assertEquals(2, f.fleet.asked.size());
    f.seconds(1);
    assertEquals(3, f.fleet.asked.size());
    assertEquals(3, scaler.status().actionFailures());

    f.fleet.scaleFails = null;
    f.seconds(80);
    assertEquals(8, f.fleet.count);
    assertEquals(0, scaler.status().actionFailures());
    assertNull(scaler.status().retryAt());
  }

  @Test
  void theBackOffHasALimit() {
    Backoff backoff = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(1));

    assertEquals(
        List.of(5L, 10L, 20L, 40L, 60L, 60L),
        IntStream.rangeClosed(1, 6).mapToObj(n -> backoff.after(n).toSeconds()).toList());
    assertEquals(Duration.ofMinutes(1), backoff.after(Integer.MAX_VALUE));
  }

  @Test
  void aRetryIsANewDecisionAndNotTheOldOne() {
    f.start();
    f.fleet.scaleFails = new IOException("busy");
    f.cpu = 100;
    f.seconds(15);
    f.fleet.scaleFails = null;
    f.cpu = 75;
    f.seconds(15);

    assertEquals(List.of(8, 6), f.fleet.asked);
  }

  @Test
  void aFailedActionLeavesNoEventInTheStateButWhatItDidDoes() {
    AutoScaler scaler = f.start(f.builder(Fixture.REMEMBERING));
    f.fleet.scaleFails = new IOException("only one came up");
    f.fleet.partly = 5;
    f.cpu = 100;
    f.seconds(15);
    assertEquals(0, scaler.status().state().events().size());

    f.fleet.scaleFails = null;
    f.fleet.partly = -1;
    f.cpu = 50;
    f.seconds(15);

    assertEquals(1, scaler.status().state().events().size());
    assertEquals(1, scaler.status().state().events().value(0), "from 4 to 5");
    assertEquals(f.at(15).toEpochMilli(), scaler.status().state().events().time(0));
    assertEquals(Status.LIMITED, newest(scaler).status());
    assertEquals(5, newest(scaler).to());
  }

  @Test
  void anActionThatHangsIsGivenUpAndNothingElseIsBegunBeforeItHasReturned() {
    boolean[] hang = {true};
    AutoScalerListener hanging =
        new AutoScalerListener() {
          @Override
          public void onDecision(ScalingDecision decision) {
            if (hang[0]) {
              f.time.holdCalls();
            }
          }
        };
    f.cpu = 100;
    AutoScaler scaler =
        f.start(f.builder().actionTimeout(Duration.ofSeconds(30)).listener(hanging));
    assertEquals(1, f.time.heldCalls());
    f.seconds(29);
    assertEquals(List.of(), scaler.history().latest(9));
    f.seconds(1);

    assertEquals(Status.FAILED, newest(scaler).status());
    assertEquals("not done in 30000 ms", newest(scaler).error());
    f.seconds(600);
    assertEquals(List.of(), f.fleet.asked);
    assertEquals(Status.FAILED, newest(scaler).status());
    assertTrue(newest(scaler).error().startsWith("STILL_READING"), newest(scaler).error());

    hang[0] = false;
    f.time.releaseCalls();
    f.seconds(30);
    assertEquals(1, Collections.frequency(f.fleet.asked, 8), "the one given up never ran");
  }

  @Test
  void withoutACountNothingIsDecided() {
    AutoScaler scaler = f.start();
    f.recorder.decisions.clear();
    f.cpu = 100;
    f.fleet.countFails = new IOException("connection refused");
    f.seconds(30);

    assertEquals(List.of(), f.recorder.decisions);
    assertEquals(List.of(), f.fleet.asked);
    ScalingEvent event = newest(scaler);
    assertEquals(Status.FAILED, event.status());
    assertEquals("SOURCE_FAILED, IOException: connection refused", event.error());
    assertEquals(2, event.times());
    f.fleet.countFails = null;
    f.seconds(15);
    assertEquals(List.of(8), f.fleet.asked);
  }

  @Test
  void aCountThatCannotBeIsNotBelieved() {
    AutoScaler scaler = f.start();
    f.fleet.count = -3;
    f.seconds(15);

    assertEquals(Status.FAILED, newest(scaler).status());
    assertEquals("OUT_OF_RANGE, the count is -3", newest(scaler).error());
  }

  // ---- failures of sources

  @Test
  void aSourceThatFailsCostsItsOwnMetricsOnly() {
    ScalingPolicy two =
        ScalingPolicy.builder()
            .bounds(1, 10)
            .rule(TargetTracking.of(Metric.CPU, 50))
            .rule(TargetTracking.of(Metric.QUEUE_DEPTH, 10))
            .build();
    AutoScaler scaler =
        f.start(
            f.builder(two)
                .source(
                    (now, into) -> {
                      throw new IOException("down");
                    })
                .source(MetricsSource.of(Metric.QUEUE_DEPTH, () -> 80)));

    assertEquals(List.of(8), f.fleet.asked);
    assertEquals(1, f.recorder.readFailures.size());
    assertEquals(
        "source 2: SOURCE_FAILED, IOException: down", f.recorder.readFailures.get(0).toString());
    assertEquals(1, scaler.status().readFailures());
  }

  @Test
  void whenAllMetricsAreMissingNothingIsScaledIn() {
    AutoScaler scaler = f.start();
    f.cpu = Double.NaN;
    f.seconds(15);

    assertEquals(List.of(), f.fleet.asked);
    assertTrue(f.recorder.last().reasons().contains(ScalingReason.MISSING_METRICS));
    assertEquals(Kind.NOT_A_NUMBER, f.recorder.readFailures.get(0).kind());
    assertTrue(
        f.recorder.last().explain().contains("NOT_A_NUMBER, the value is NaN"),
        f.recorder.last().explain());
    assertEquals(1, scaler.status().readFailures());
  }

  @Test
  void valuesThatCannotBeAreMissing() {
    for (double bad : new double[] {-1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      Fixture g = new Fixture();
      g.cpu = bad;
      g.start();
      assertEquals(List.of(), g.fleet.asked);
      assertEquals(1, g.recorder.readFailures.size());
    }
  }

  @Test
  void whatTheMetricsRefuseIsMissingAndTheRestCounts() {
    f.start(
        f.builder()
            .source(
                (now, into) ->
                    into.metric(Metric.QUEUE_DEPTH, 7, now.plusSeconds(60))
                        .instance("a", facts -> facts.metric(Metric.CPU, -5))
                        .instance("a", facts -> facts.startedAt(now))
                        .metric(Metric.ERROR_RATE, 3)));

    assertEquals(List.of("a"), f.recorder.last().metrics().ids());
    assertTrue(f.recorder.last().metrics().metrics().contains(Metric.ERROR_RATE));
    assertEquals(2, f.recorder.readFailures.size(), f.recorder.readFailures.toString());
  }

  @Test
  void aSlowSourcePilesNothingUp() {
    AutoScaler scaler = f.start(f.builder().readTimeout(Duration.ofSeconds(40)));
    f.time.holdCalls();
    f.seconds(15);
    assertEquals(2, f.time.heldCalls(), "the count and the source");
    f.seconds(39);
    assertEquals(2, f.time.heldCalls());
    f.time.releaseCalls();
    f.seconds(0);
    assertEquals(2, f.recorder.decisions.size());
    // The round took 39 s: two ticks are left out, the next is in step again.
    assertEquals(2, scaler.status().skippedTicks());
    f.seconds(5);
    assertEquals(2, f.recorder.decisions.size());
    f.seconds(1);
    assertEquals(3, f.recorder.decisions.size());
  }

  @Test
  void aSourceThatHangsIsMissingAndIsNotAskedAgainBeforeItHasReturned() {
    int[] asked = {0};
    List<Runnable> stuck = new ArrayList<>();
    // Only the second source's calls hang: they are the third task of each round.
    int[] task = {0};
    f.start(
        AutoScaler.builder("orders", Fixture.POLICY, f.fleet)
            .clock(f.time)
            .timer(f.time)
            .workers(
                work -> {
                  if (task[0]++ == 2) {
                    stuck.add(work);
                  } else {
                    f.time.execute(work);
                  }
                })
            .readTimeout(Duration.ofSeconds(5))
            .listener(f.recorder)
            .source(MetricsSource.of(Metric.CPU, () -> f.cpu))
            .source((now, into) -> asked[0]++));
    assertEquals(0, f.recorder.decisions.size());
    f.seconds(5);
    assertEquals(1, f.recorder.decisions.size());
    assertEquals(Kind.TIMEOUT, f.recorder.readFailures.get(0).kind());
    f.seconds(30);
    assertEquals(3, f.recorder.decisions.size(), "the other source is read all the same");
    assertEquals(Kind.STILL_READING, f.recorder.readFailures.get(2).kind());
    assertEquals(0, asked[0]);

    stuck.get(0).run();
    f.seconds(15);
    assertEquals(1, asked[0]);
    assertEquals(3, f.recorder.readFailures.size());
  }

  // ---- people

  @Test
  void switchedOffItDecidesAndDoesNothing() {
    AutoScaler scaler = f.start();
    scaler.disable();
    f.cpu = 100;
    f.seconds(15);

    assertEquals(List.of(), f.fleet.asked);
    assertTrue(f.recorder.last().reasons().contains(ScalingReason.DISABLED));
    assertEquals("held: DISABLED", newest(scaler).message());
    assertFalse(scaler.status().state().isEnabled());
    scaler.enable();
    f.seconds(1);
    assertEquals(List.of(8), f.fleet.asked, "not only at the next tick");
  }

  @Test
  void anActionThatIsDecidedButNotBegunIsNotBegunOnceItIsSwitchedOff() {
    AutoScaler[] scaler = new AutoScaler[1];
    AutoScalerListener offInTheMiddle =
        new AutoScalerListener() {
          @Override
          public void onDecision(ScalingDecision decision) {
            if (decision.action() != ScalingAction.HOLD) {
              scaler[0].disable();
            }
          }
        };
    scaler[0] = f.start(f.builder().listener(offInTheMiddle));
    f.cpu = 100;
    f.seconds(15);

    assertEquals(List.of(), f.fleet.asked);
    assertEquals("switched off in the meantime", scaler[0].history().latest(9).get(0).message());
  }

  @Test
  void aNumberSetByHandIsGoneToAtOnceAndEndsByItself() {
    AutoScaler scaler = f.start();
    scaler.manual(7, f.at(40), "sale");
    f.seconds(1);
    assertEquals(List.of(7), f.fleet.asked);
    assertEquals(Status.APPLIED, newest(scaler).status());
    assertEquals(List.of(ScalingReason.MANUAL), newest(scaler).reasons());
    f.cpu = 10;
    f.seconds(38);
    assertEquals(List.of(7), f.fleet.asked);
    f.seconds(1);
    assertEquals(List.of(7, 2), f.fleet.asked, "at 40 s, although no tick is then");
  }

  @Test
  void aNumberSetByHandCanBeTakenBack() {
    AutoScaler scaler = f.start();
    scaler.manual(7, f.at(1_000), "sale");
    f.seconds(1);
    scaler.clearManual();
    f.cpu = 25;
    f.seconds(15);

    assertEquals(4, f.fleet.count);
    assertThrows(IllegalArgumentException.class, () -> scaler.manual(-1, f.at(1_000), "x"));
    assertThrows(IllegalArgumentException.class, () -> scaler.manual(5, f.at(0), "x"));
  }

  @Test
  void whatIsSetWhileAnActionRunsIsNotLost() {
    AutoScalerListener hang =
        new AutoScalerListener() {
          @Override
          public void onDecision(ScalingDecision decision) {
            if (decision.action() != ScalingAction.HOLD) {
              f.time.holdCalls();
            }
          }
        };
    AutoScaler scaler = f.start(f.builder(Fixture.REMEMBERING).listener(hang));
    f.cpu = 100;
    f.seconds(15);
    assertEquals(1, f.time.heldCalls());
    scaler.disable();
    f.seconds(1);
    f.time.releaseCalls();
    f.seconds(2);

    assertEquals(8, f.fleet.count);
    assertFalse(scaler.status().state().isEnabled());
    assertEquals(1, scaler.status().state().events().size());
  }

  @Test
  void whatIsSetBeforeTheStartCounts() {
    AutoScaler scaler = f.builder().build();
    scaler.disable();
    f.cpu = 100;
    scaler.start();
    f.seconds(15);

    assertEquals(List.of(), f.fleet.asked);
  }

  @Test
  void looksWhenAskedTo() {
    AutoScaler scaler = f.start();
    f.seconds(5);
    scaler.lookNow();
    f.seconds(0);
    assertEquals(2, f.recorder.decisions.size());
    f.seconds(14);
    assertEquals(2, f.recorder.decisions.size());
    f.seconds(1);
    assertEquals(3, f.recorder.decisions.size());
  }

  @Test
  void aListenerThatAsksToLookEachTimeDoesNotMakeItSpin() {
    AutoScaler[] scaler = new AutoScaler[1];
    scaler[0] =
        f.builder()
            .listener(
                new AutoScalerListener() {
                  @Override
                  public void onDecision(ScalingDecision decision) {
                    scaler[0].lookNow();
                  }
                })
            .build();
    scaler[0].start();
    f.seconds(10);

    assertEquals(11, f.recorder.decisions.size());
  }

  // ---- time

  @Test
  void looksAgainWhenAWindowEndsAndNotOnlyAtTheNextTick() {
    ScalingPolicy windowed =
        ScalingPolicy.builder()
            .bounds(1, 10)
            .rule(TargetTracking.of(Metric.CPU, 50))
            .scaleDown(DirectionLimits.none().window(Duration.ofSeconds(100)))
            .build();
    f.start(f.builder(windowed).interval(Duration.ofSeconds(60)));
    f.cpu = 25;
    f.seconds(99);
    assertEquals(List.of(), f.fleet.asked);
    f.seconds(1);

    assertEquals(List.of(2), f.fleet.asked);
  }

  @Test
  void looksNoSoonerThanTheShortestWait() {
    AutoScalerBuilder builder =
        f.builder(
                ScalingPolicy.builder()
                    .bounds(1, 10)
                    .rule(TargetTracking.of(Metric.CPU, 50))
                    .scaleDown(DirectionLimits.none().window(Duration.ofMillis(10)))
                    .build())
            .shortestWait(Duration.ofSeconds(2));
    f.cpu = 25;
    f.start(builder);
    assertEquals(List.of(), f.fleet.asked);
    f.time.advance(Duration.ofMillis(1_999));
    assertEquals(List.of(), f.fleet.asked);
    f.time.advance(Duration.ofMillis(1));

    assertEquals(List.of(2), f.fleet.asked);
  }

  @Test
  void aClockThatIsSetBackALittleStandsStillUntilItHasCaughtUp() {
    f.start();
    f.seconds(60);
    f.time.stepClock(Duration.ofSeconds(-40));
    f.cpu = 100;
    f.seconds(15);

    assertEquals(f.at(60), f.recorder.last().metrics().time());
    assertEquals(List.of(8), f.fleet.asked, "it scales out meanwhile");
    f.seconds(60);
    assertEquals(f.at(95), f.recorder.last().metrics().time());
  }

  @Test
  void aClockThatIsSetBackByAnHourMakesItForgetThePastButNotThatItIsSwitchedOff() {
    AutoScaler scaler = f.start();
    scaler.disable();
    f.cpu = 100;
    f.seconds(60);
    f.time.stepClock(Duration.ofHours(-1));
    f.seconds(15);

    assertTrue(f.recorder.last().metrics().time().isBefore(f.at(0)));
    assertFalse(scaler.status().state().isEnabled());
    scaler.enable();
    f.seconds(1);
    assertEquals(List.of(8), f.fleet.asked);
  }

  @Test
  void aClockThatJumpsAheadNeitherStopsTheLoopNorMakesItHurry() {
    f.start();
    f.time.stepClock(Duration.ofDays(1));
    f.seconds(60);

    assertEquals(5, f.recorder.decisions.size());
  }

  // ---- misuse

  @Test
  void aListenerThatThrowsStopsNothingAndIsCounted() {
    AutoScalerListener bad =
        new AutoScalerListener() {
          @Override
          public void onDecision(ScalingDecision decision) {
            throw new IllegalStateException("boom");
          }

          @Override
          public void onEvent(ScalingEvent event) {
            throw new AssertionError("boom");
          }
        };
    f.cpu = 100;
    AutoScaler scaler =
        f.start(
            AutoScaler.builder("orders", Fixture.POLICY, f.fleet)
                .clock(f.time)
                .timer(f.time)
                .workers(f.time)
                .source(MetricsSource.of(Metric.CPU, () -> f.cpu))
                .listener(bad)
                .listener(f.recorder));

    assertEquals(List.of(8), f.fleet.asked);
    assertEquals(1, f.recorder.events.size());
    assertEquals(2, scaler.status().listenerFailures());
  }

  @Test
  void afterItIsClosedNothingHappens() {
    AutoScaler scaler = f.start();
    scaler.close();
    scaler.close();
    f.cpu = 100;
    f.seconds(120);

    assertEquals(1, f.recorder.decisions.size());
    assertEquals(0, f.time.pending(), "nothing is left in the timer");
    assertThrows(IllegalStateException.class, scaler::start);
    assertThrows(IllegalStateException.class, scaler::lookNow);
    assertThrows(IllegalStateException.class, scaler::enable);
  }

  @Test
  void itIsStartedOnce() {
    AutoScaler scaler = f.start();

    assertThrows(IllegalStateException.class, scaler::start);
    assertThrows(IllegalStateException.class, () -> f.builder().build().lookNow());
  }

  @Test
  void badKnobsAreRefusedWhereTheyAreSet() {
    AutoScalerBuilder builder = f.builder();

    assertEquals(
        "interval must be in [PT0.001S, PT24H], was PT0S",
        assertThrows(IllegalArgumentException.class, () -> builder.interval(Duration.ZERO))
            .getMessage());
    assertEquals(
        "historyCapacity must be in [1, 1000000], was 0",
        assertThrows(IllegalArgumentException.class, () -> builder.historyCapacity(0))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> builder.backoff(Duration.ofSeconds(10), Duration.ofSeconds(5)));
    assertThrows(
        IllegalArgumentException.class, () -> AutoScaler.builder("a\nb", Fixture.POLICY, f.fleet));
  }
}
