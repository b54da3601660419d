package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.Traffic.Service;
import dev.steelyard.lb.select.Strategy;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A host that fails at once has nothing in flight and answers fastest, so a naive balancer loves
 * it: Dubbo's shortestresponse sent it 1996 of 2000 requests, plain least-requests 11 to 20 % of
 * its traffic instead of a tenth (research, 8.4).
 */
@Timeout(120)
class BlackHoleTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static double share(long[] counts, int host) {
    return (double) counts[host] / Arrays.stream(counts).sum();
  }

  private static double failingShare(
      Strategy strategy, double perSecond, Duration duration, Service failing, Duration healthy) {
    Traffic traffic = new Traffic(strategy.selector(), 10, Service.answers(healthy));
    return share(traffic.host(0, failing).run(duration, perSecond), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "POWER_OF_TWO_CHOICES, 50", "POWER_OF_TWO_CHOICES, 500", "POWER_OF_TWO_CHOICES, 2000",
    "PEAK_EWMA, 50", "PEAK_EWMA, 500", "PEAK_EWMA, 2000",
    "LEAST_RESPONSE_TIME, 50", "LEAST_RESPONSE_TIME, 500", "LEAST_RESPONSE_TIME, 2000"
  })
  void aHostThatFailsFastGetsLessThanAFairShare(Strategy strategy, double perSecond) {
    double share =
        failingShare(
            strategy,
            perSecond,
            MINUTE,
            Service.fails(Duration.ofMillis(1)),
            Duration.ofMillis(20));
    assertTrue(share < 0.05, "share " + share);
  }

  @ParameterizedTest
  @CsvSource({"POWER_OF_TWO_CHOICES, 500", "PEAK_EWMA, 500", "LEAST_RESPONSE_TIME, 500"})
  void aHostThatRefusesConnectionsGetsLessThanAFairShare(Strategy strategy, double perSecond) {
    double share =
        failingShare(
            strategy,
            perSecond,
            MINUTE,
            Service.refuses(Duration.ofNanos(50_000)),
            Duration.ofMillis(20));
    assertTrue(share < 0.02, "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void aFleetOfSlowHostsDoesNotMakeAFastFailureAttractive(Strategy strategy) {
    double share =
        failingShare(
            strategy,
            50,
            Duration.ofMinutes(10),
            Service.fails(Duration.ofMillis(1)),
            Duration.ofSeconds(30));
    assertTrue(share < 0.05, "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void whileNoHostHasAnsweredYetTheOneThatFailsDoesNotGetEverything(Strategy strategy) {
    // It alone is idle and unproven; the others hold their one probe for 30 s.
    double share =
        failingShare(
            strategy,
            50,
            Duration.ofSeconds(25),
            Service.fails(Duration.ofMillis(1)),
            Duration.ofSeconds(30));
    assertTrue(share < 0.1, "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void aFleetOfSubMillisecondHostsDoesNotMakeAFastFailureAttractive(Strategy strategy) {
    // ServiceTalk: a failure below 1 ms costs nothing, the best score of all.
    double share =
        failingShare(
            strategy,
            2_000,
            MINUTE,
            Service.fails(Duration.ofNanos(20_000)),
            Duration.ofNanos(400_000));
    assertTrue(share < 0.05, "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void aHostThatFailsAfterALongTimeGetsLessThanAFairShare(Strategy strategy) {
    double share =
        failingShare(
            strategy, 500, MINUTE, Service.fails(Duration.ofSeconds(2)), Duration.ofMillis(20));
    assertTrue(share < 0.05, "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void dubboShortestResponseSent1996Of2000RequestsToTheHostThatFails(Strategy strategy) {
    Traffic traffic = new Traffic(strategy.selector(), 10, Service.answers(Duration.ofMillis(20)));
    traffic.host(0, Service.fails(Duration.ofNanos(400_000)));
    long[] counts = traffic.run(Duration.ofSeconds(4), 500);

    assertTrue(counts[0] <= 60, Arrays.toString(counts));
  }

  @ParameterizedTest
  @CsvSource({
    "POWER_OF_TWO_CHOICES, 50", "POWER_OF_TWO_CHOICES, 500",
    "PEAK_EWMA, 50", "PEAK_EWMA, 500",
    "LEAST_RESPONSE_TIME, 50", "LEAST_RESPONSE_TIME, 500"
  })
  void aHostThatStopsFailingIsBackAtItsShareWithinSixSeconds(Strategy strategy, double perSecond) {
    Service healthy = Service.answers(Duration.ofMillis(20));
    Traffic traffic = new Traffic(strategy.selector(), 10, healthy);
    traffic.run(Duration.ofSeconds(5), perSecond);
    traffic.host(0, Service.refuses(Duration.ofMillis(1))).run(Duration.ofSeconds(30), perSecond);
    traffic.host(0, healthy);
    traffic.run(Duration.ofSeconds(6), perSecond);

    assertEquals(0.1, share(traffic.run(MINUTE, perSecond), 0), 0.02);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void aHostThatFailsOneRequestInAHundredKeepsMostOfItsShare(Strategy strategy) {
    Service healthy = Service.answers(Duration.ofMillis(20));
    Traffic traffic = new Traffic(strategy.selector(), 10, healthy);
    int[] requests = new int[1];
    traffic.host(
        0,
        new Service(
            healthy.nanos(),
            lease -> {
              if (++requests[0] % 100 == 0) {
                lease.fail();
              } else {
                lease.succeed();
              }
            }));
    double share = share(traffic.run(MINUTE, 500), 0);
    assertTrue(share > 0.08 && share < 0.11, "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void aHostThatIsTenTimesSlowerGetsLess(Strategy strategy) {
    Traffic traffic = new Traffic(strategy.selector(), 10, Service.answers(Duration.ofMillis(20)));
    traffic.host(0, Service.answers(Duration.ofMillis(200)));
    double share = share(traffic.run(MINUTE, 500), 0);
    assertTrue(share < (strategy == Strategy.POWER_OF_TWO_CHOICES ? 0.06 : 0.02), "share " + share);
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void equalHostsShareEqually(Strategy strategy) {
    Traffic traffic = new Traffic(strategy.selector(), 10, Service.answers(Duration.ofMillis(20)));
    long[] counts = traffic.run(MINUTE, 500);
    for (int host = 0; host < 10; host++) {
      assertEquals(0.1, share(counts, host), 0.01, Arrays.toString(counts));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER_OF_TWO_CHOICES", "PEAK_EWMA", "LEAST_RESPONSE_TIME"})
  void whereEveryHostFailsTheTrafficIsStillSpread(Strategy strategy) {
    Traffic traffic = new Traffic(strategy.selector(), 10, Service.fails(Duration.ofMillis(5)));
    long[] counts = traffic.run(MINUTE, 500);
    for (int host = 0; host < 10; host++) {
      assertEquals(0.1, share(counts, host), 0.02, Arrays.toString(counts));
    }
  }
}
