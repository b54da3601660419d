package dev.steelyard.examples.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.LongToIntFunction;
import org.junit.jupiter.api.Test;

/** Each case: 200 requests a second at four instances, a row every 10 ms, the last one is bad. */
class SharesTest {
  private static final long MILLI = 1_000_000;
  private static final int BAD = 3;

  @Test
  void anInstanceThatGetsNothingIsAwayFromTheMomentOfItsLastAttempt() {
    // A little before the last attempt: a window with less than 1 % in it is one of them.
    Shares shares = rows(6_000, millis -> millis < 2_300 || millis > 4_000 ? 25 : 0);

    assertEquals(275, shares.awayMillis(2_000 * MILLI, 4_000 * MILLI, BAD), 25);
    assertEquals(0, shares.share(3_000 * MILLI, 4_000 * MILLI, BAD), 1e-9);
  }

  @Test
  void oneThatGoesOnGettingItsShareIsNeverAway() {
    Shares shares = rows(6_000, millis -> 25);

    assertEquals(Shares.NEVER, shares.awayMillis(2_000 * MILLI, 4_000 * MILLI, BAD));
    assertEquals(0.25, shares.share(3_000 * MILLI, 4_000 * MILLI, BAD), 0.01);
  }

  @Test
  void awayThatDoesNotLastCountsFromTheLastTimeThatTrafficCameBack() {
    Shares shares =
        rows(8_000, millis -> millis < 2_100 || (millis >= 3_000 && millis < 3_500) ? 25 : 0);

    assertEquals(1_475, shares.awayMillis(2_000 * MILLI, 6_000 * MILLI, BAD), 25);
  }

  @Test
  void singleAttemptsAreProbes() {
    Shares shares = rows(10_000, millis -> millis < 2_000 ? 25 : millis % 2_000 == 0 ? 50 : 0);

    assertEquals(0, shares.awayMillis(2_000 * MILLI, 9_000 * MILLI, BAD), 15);
  }

  @Test
  void itIsBackAtTheBeginningOfTheFirstSecondWithFourFifthsOfItsFairShare() {
    Shares shares = rows(9_000, millis -> millis < 5_000 ? 0 : millis < 6_000 ? 10 : 21);

    long back = shares.backMillis(4_000 * MILLI, BAD);

    // 20 % of the attempts are asked for; a second that begins 90 ms early has 20.01 %.
    assertEquals(1_910, back, 30);
  }

  @Test
  void itIsNotBackWhenTheRunEndsBeforeAWholeSecond() {
    Shares shares = rows(5_900, millis -> millis < 5_000 ? 0 : 21);

    assertEquals(Shares.NEVER, shares.backMillis(4_000 * MILLI, BAD));
  }

  @Test
  void withAllInstancesGoneItIsTheAnswersThatComeBack() {
    Shares shares = new Shares();
    long good = 0;
    for (long millis = 0; millis <= 8_000; millis += 10) {
      good += millis >= 4_500 ? 2 : 0;
      shares.add(new Shares.Row(millis * MILLI, new long[4], millis / 5, good));
    }

    assertEquals(300, shares.answeringMillis(4_000 * MILLI), 15);
  }

  @Test
  void aShortFaultIsLookedAtFromItsMiddle() {
    assertEquals(3_000 * MILLI, Shares.settled(2_000 * MILLI, 5_000 * MILLI));
    assertEquals(2_400 * MILLI, Shares.settled(2_000 * MILLI, 2_800 * MILLI));
  }

  /** The bad one gets a percentage of all attempts that depends on the time. */
  private static Shares rows(long until, LongToIntFunction badPercent) {
    Shares shares = new Shares();
    double bad = 0;
    double others = 0;
    for (long millis = 0; millis <= until; millis += 10) {
      int percent = badPercent.applyAsInt(millis);
      bad += 2 * percent / 100.0;
      others += 2 * (100 - percent) / 100.0;
      long each = (long) (others * 100);
      shares.add(new Shares.Row(millis * MILLI, new long[] {each, 0, 0, (long) (bad * 100)}, 0, 0));
    }
    return shares;
  }
}
