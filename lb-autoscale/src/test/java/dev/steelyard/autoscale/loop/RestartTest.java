package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.loop.ScalingEvent.Status;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a loop leaves to the one after it. */
class RestartTest {
  private static final ScalingPolicy WINDOWED =
      ScalingPolicy.builder()
          .bounds(1, 10)
          .rule(TargetTracking.of(Metric.CPU, 50))
          .scaleDown(DirectionLimits.none().window(Duration.ofSeconds(300)))
          .build();

  private final Fixture f = new Fixture();

  /** A listener that makes the action, and only the action, hang. */
  private AutoScalerListener hangingActions() {
    return new AutoScalerListener() {
      @Override
      public void onDecision(ScalingDecision decision) {
        if (decision.action() != ScalingAction.HOLD) {
          f.time.holdCalls();
        }
      }
    };
  }

  @Test
  void aRestartInTheMiddleOfAWindowKeepsTheWindow() {
    AutoScaler first = f.start(f.builder(WINDOWED));
    f.cpu = 100;
    f.seconds(15);
    assertEquals(8, f.fleet.count);
    f.cpu = 10;
    f.seconds(100);
    first.close();
    f.seconds(0);
    f.seconds(20);

    f.start(f.builder(WINDOWED));
    f.seconds(179);
    assertEquals(8, f.fleet.count, "until 315 s, 300 s after the last large recommendation");
    f.seconds(1);
    assertEquals(List.of(8, 2), f.fleet.asked);
  }

  @Test
  void aRestartInTheMiddleOfACooldownKeepsTheCooldown() {
    ScalingPolicy cooling =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(TargetTracking.of(Metric.CPU, 50))
            .scaleUp(DirectionLimits.none().cooldown(Duration.ofSeconds(120)))
            .build();
    AutoScaler first = f.start(f.builder(cooling));
    f.cpu = 100;
    f.seconds(15);
    assertEquals(List.of(8), f.fleet.asked);
    f.seconds(45);
    first.close();
    f.seconds(0);
    f.seconds(30);

    f.start(f.builder(cooling));
    f.seconds(44);
    assertEquals(List.of(8), f.fleet.asked, "until 135 s, 120 s after the change");
    f.seconds(1);
    assertEquals(List.of(8, 16), f.fleet.asked);
  }

  @Test
  void aFirstStartTakesThePresentNumberForARecommendation() {
    f.cpu = 10;
    f.start(f.builder(WINDOWED));
    f.seconds(299);
    assertEquals(List.of(), f.fleet.asked);
    f.seconds(1);
    assertEquals(List.of(1), f.fleet.asked);
  }

  @Test
  void whatPeopleHaveSetSurvives() {
    AutoScaler first = f.start();
    first.disable();
    first.manual(9, f.at(600), "sale");
    f.seconds(1);
    first.close();
    f.seconds(0);

    AutoScaler second = f.start();
    f.seconds(15);
    assertFalse(second.status().state().isEnabled());
    assertEquals(List.of(), f.fleet.asked);
    second.enable();
    f.seconds(1);
    assertEquals(List.of(9), f.fleet.asked);
  }

  private void startAndCutOffAnAction() {
    AutoScaler first = f.start(f.builder().listener(hangingActions()));
    f.cpu = 100;
    f.seconds(15);
    assertEquals(1, f.time.heldCalls());
    first.close();
    f.seconds(0);
    f.cpu = 50;
    f.time.releaseCalls();
    f.seconds(0);
    assertEquals(List.of(), f.fleet.asked, "given up before it began");
    f.seconds(30);
  }

  @Test
  void anActionThatWasCutOffAndIsFoundDoneIsRemembered() {
    startAndCutOffAnAction();
    f.fleet.count = 8;
    AutoScaler second = f.start(f.builder(Fixture.REMEMBERING));

    ScalingState state = second.status().state();
    assertEquals(1, state.events().size());
    assertEquals(4, state.events().value(0));
    assertEquals(f.at(15).toEpochMilli(), state.events().time(0), "when it was begun");
    ScalingEvent event = second.history().latest(1).get(0);
    assertEquals(Status.APPLIED, event.status());
    assertEquals(List.of(4, 8, 8), List.of(event.from(), event.wanted(), event.to()));
  }

  @Test
  void anActionThatWasCutOffAndIsFoundHalfDoneIsRememberedAsFarAsItGot() {
    startAndCutOffAnAction();
    f.fleet.count = 6;
    AutoScaler second = f.start(f.builder(Fixture.REMEMBERING));

    assertEquals(2, second.status().state().events().value(0));
    assertEquals(Status.LIMITED, second.history().latest(1).get(0).status());
  }

  @Test
  void anActionThatWasCutOffAndIsFoundNotDoneNeverHappened() {
    startAndCutOffAnAction();
    AutoScaler second = f.start();

    assertEquals(0, second.status().state().events().size());
    assertEquals(List.of(), second.history().latest(9));
  }

  @Test
  void aStateOfTheFutureIsForgottenAndOneOfAMomentAheadIsNot() {
    AutoScaler first = f.start();
    f.seconds(600);
    first.close();
    f.seconds(0);
    f.time.stepClock(Duration.ofSeconds(-100));
    f.cpu = 100;
    f.start();
    assertEquals(f.at(600), f.recorder.last().metrics().time());
    assertEquals(8, f.fleet.count);

    f.time.stepClock(Duration.ofDays(-9));
    f.cpu = 25;
    f.seconds(15);
    assertEquals(4, f.fleet.count, "it does not wait nine days");
  }

  @Test
  void aBrokenStateStopsTheStartAndSaysWhy() {
    AutoScaler first = f.start();
    first.close();
    f.seconds(0);
    String good = f.store.text;
    String[][] broken = {
      {"", "not the state of a loop"},
      {"garbage", "not the state of a loop"},
      {good.substring(0, good.length() - 9), "the checksum is wrong"},
      {good.replace("enabled true", "enabled false"), "the checksum is wrong"},
      {
        good.replace("steelyard-autoscaler 1", "steelyard-autoscaler 2"), "version 2 cannot be read"
      },
      {
        good.replace("steelyard-autoscaler 1", "steelyard-autoscaler 0"), "version 0 cannot be read"
      },
    };
    for (String[] one : broken) {
      f.store.text = one[0];
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> f.builder().build().start());
      assertTrue(refused.getMessage().contains(one[1]), refused.getMessage());
      assertTrue(refused.getMessage().contains("orders"), refused.getMessage());
      assertEquals(one[0], f.store.text, "and is left as it is");
    }
  }

  @Test
  void aStateOfALaterVersionOfTheFunctionIsRefusedToo() {
    Saved saved = new Saved("orders", f.at(0), ScalingState.initial(), null);
    String body =
        saved
            .toText()
            .lines()
            .skip(2)
            .reduce("", (a, b) -> a + b + "\n")
            .replace("steelyard-scaling-state 1", "steelyard-scaling-state 7");
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    String text =
        "steelyard-autoscaler 1\nchecksum " + Long.toHexString(crc.getValue()) + "\n" + body;

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Saved.parse(text, "orders"));
    assertTrue(refused.getMessage().contains("version 7"), refused.getMessage());
  }

  @Test
  void theStateOfAnotherLoopIsRefused() {
    f.start();
    f.seconds(0);

    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () ->
                AutoScaler.builder("billing", Fixture.POLICY, f.fleet)
                    .stateStore(f.store)
                    .build()
                    .start());
    assertTrue(
        refused.getMessage().contains("it is the state of 'orders', not of 'billing'"),
        refused.getMessage());
  }

  @Test
  void aColdStartIsMadeWhereItIsAskedForAndOverwritesTheBrokenState() {
    f.store.text = "garbage";
    AutoScaler scaler = f.start(f.builder(WINDOWED).coldStartIfUnreadable(true));
    f.cpu = 10;
    f.seconds(285);

    assertEquals(List.of(), f.fleet.asked, "as at a first start: the window has to pass");
    assertTrue(f.store.text.startsWith("steelyard-autoscaler 1"));
    assertEquals(20, scaler.status().rounds());
  }

  @Test
  void aStateThatCannotBeSavedIsToldAndStopsNothing() {
    AutoScaler scaler = f.start();
    f.store.fails = true;
    f.cpu = 100;
    f.seconds(15);

    assertEquals(List.of(8), f.fleet.asked);
    assertEquals("disk full", f.recorder.saveFailures.get(0).getMessage());
    assertEquals(2, scaler.status().saveFailures(), "before the action and after it");
  }

  @Test
  void theStateIsSavedBeforeAnActionAndSaysThatItIsUnderWay() {
    f.start(f.builder().listener(hangingActions()));
    f.cpu = 100;
    f.seconds(15);

    Saved saved = Saved.parse(f.store.text, "orders");
    assertEquals(new Saved.Pending(f.at(15), 4, 8), saved.pending());
    assertEquals(0, saved.state().events().size());
    f.time.releaseCalls();
    f.seconds(0);
    saved = Saved.parse(f.store.text, "orders");
    assertEquals(null, saved.pending());
    assertEquals(1, saved.state().events().size());
  }

  @Test
  void aFileIsReplacedAndNothingIsLeftBesideIt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("orders.state");
    StateStore store = StateStore.file(file);
    assertEquals(Optional.empty(), store.load());
    store.save("one\n");
    store.save("two \u00e9\n");

    assertEquals(Optional.of("two \u00e9\n"), store.load());
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aFolderThatIsNotThereIsAnError(@TempDir Path folder) {
    StateStore store = StateStore.file(folder.resolve("no").resolve("orders.state"));

    assertThrows(IOException.class, () -> store.save("x"));
  }

  @Test
  void aFileThatCannotBeReplacedKeepsTheOldText(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("orders.state");
    Files.createDirectory(file);
    Files.writeString(file.resolve("child"), "in the way");
    StateStore store = StateStore.file(file);

    assertThrows(IOException.class, () -> store.save("x"));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing is left beside it");
    }
    assertThrows(IOException.class, store::load);
  }
}
