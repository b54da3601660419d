package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.simulator.Sample;
import dev.steelyard.simulator.SimulationResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a key says is seen in the result. */
class ScenarioFileEffectsTest {
  private static final String TEN_MS = "'latency': {'kind': 'fixed', 'base_ms': 10}";

  /** Of the work of requests of which nothing waits. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          {'kind': 'fixed', 'base_ms': 7.5} => 7.5 => 7.5
          {'kind': 'fixed', 'base_ms': 7.5, 'scale': 2} => 15 => 15
          {'kind': 'uniform', 'from_ms': 2, 'to_ms': 4} => 2.9 => 3.1
          {'kind': 'exponential', 'mean_ms': 5} => 4.4 => 5.6
          {'kind': 'log_normal', 'median_ms': 5, 'p99_ms': 5} => 4.99 => 5.01
          {'kind': 'pareto', 'minimum_ms': 4, 'alpha': 3, 'maximum_ms': 1000} => 5.5 => 6.5
          {'kind': 'recorded', 'values_ms': [1, 3]} => 1.8 => 2.2
          {'kind': 'linear', 'base_ms': 5, 'capacity': 1} => 10 => 10
          """)
  void theMeanFollowsTheDistribution(String latency, double least, double most) {
    SimulationResult result =
        Scenarios.run("'servers': [{'name': 's', 'latency': " + latency + "}]");

    double millis = result.meanSeconds() * 1e3;
    assertTrue(millis >= least - 1e-9 && millis <= most + 1e-9, "mean " + millis);
  }

  @Test
  void evenAndPoissonArrivalsComeAtTheirRate() {
    String poisson = "'arrivals': {'kind': 'poisson', 'per_second': 400}";

    assertEquals(500, Scenarios.run("'what': 'x'").counts().sent());
    assertEquals(2000, Scenarios.run(poisson).counts().sent(), 200);
  }

  @Test
  void burstsAreQuietFirst() {
    SimulationResult result =
        Scenarios.run(
            "'sample_every_s': 1, 'arrivals': {'kind': 'bursts', 'quiet_per_second': 0,"
                + "'quiet': {'kind': 'fixed', 'base_ms': 3000}, 'busy_per_second': 500,"
                + "'busy': {'kind': 'fixed', 'base_ms': 1000}}");

    List<Long> sent = result.samples().stream().map(Sample::sent).toList();
    assertEquals(List.of(0L, 0L, 0L), sent.subList(0, 3));
    assertEquals(500, sent.get(3), 100);
    assertEquals(0, sent.get(4));
  }

  @Test
  void aTraceGivesTheRatesFromAListOrAFile(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("day.csv"), "# a day\ntime,requests\n0,100\n1,0\n\n2,400\n");
    String start = "'sample_every_s': 1, 'arrivals': {'kind': 'recorded', ";
    for (String source :
        List.of(
            "'interval_s': 1, 'rates': [100, 0, 400]}",
            "'interval_s': 1, 'csv': 'day.csv', 'column': 'requests'}",
            "'interval_s': 1, 'csv': 'day.csv', 'column': 2, 'unit': 'per_second'}",
            "'interval_s': 1, 'csv': 'day.csv', 'column': 2, 'scale': 1.0}")) {
      ScenarioFile.Entry entry = Scenarios.read(start + source, folder);
      List<Long> sent =
          Strategies.run(entry, "default", 1).samples().stream().map(Sample::sent).toList();

      assertEquals(100, sent.get(0), 40, source);
      assertEquals(0, sent.get(1), source);
      assertEquals(400, sent.get(2), 80, source);
    }
    String slow = "'interval_s': 2, 'rates': [100, 0], 'scale': 4}"; // 100 in 2 s, times 4
    assertEquals(400, Scenarios.run(start + slow).counts().sent(), 80);
  }

  @Test
  void durationsMayComeFromAFile(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("times.csv"), "0.004\n0.006\n");
    ScenarioFile.Entry entry =
        Scenarios.read(
            "'servers': [{'name': 's', 'latency': {'kind': 'recorded', 'csv': 'times.csv', 'unit': 's'}}]",
            folder);

    assertEquals(5, Strategies.run(entry, "default", 1).meanSeconds() * 1e3, 0.2);
  }

  /** Of a server beside a healthy one, under round robin and without failure handling. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          'status': 500 => 50
          'status': 201 => 100
          'status': 404 => 50
          'does': 'refuse' => 99
          'does': 'break' => 50
          'error_rate': 1 => 50
          'error_rate': 0.5, 'error_status': 503 => 75
          'latency': {'kind': 'fixed', 'base_ms': 15}, 'over_capacity': {'above_in_flight': 0, 'status': 500} => 100
          'latency': {'kind': 'fixed', 'base_ms': 25}, 'over_capacity': {'above_in_flight': 0, 'status': 500} => 50
          'latency': {'kind': 'fixed', 'base_ms': 100}, 'max_in_flight': {'requests': 1, 'status': 429} => 60
          'phases': [{'until_s': 1, 'status': 500}, {}] => 90
          'phases': [{'until_s': 1}, {'until_s': 2, 'endpoints': {'default': {'status': 500}}}, {'endpoints': {'*': {}}}] => 90
          'joins_at_s': 2.5, 'status': 500 => 75
          'leaves_at_s': 2.5, 'status': 500 => 75
          """)
  void theSuccessFollowsWhatAServerDoes(String server, double percent) {
    SimulationResult result =
        Scenarios.run(
            "roundRobin",
            "'servers': [{'name': 'well'}, {'name': 's', "
                + server
                + "}], 'balancer': {'failure_policy': 'none'}");

    assertEquals(percent, result.successPercent(), 5, result::toString);
  }

  @Test
  void aServerThatSwallowsLeavesRequestsWithoutAnAnswer() {
    SimulationResult result =
        Scenarios.run("'servers': [{'name': 's', 'does': 'swallow'}], 'abort_after_s': 6");

    assertEquals(500, result.failures().get("unanswered"));
    assertTrue(result.lasted().toMillis() <= 6000, result.lasted()::toString);
  }

  /** Of the mean time in milliseconds on one server, whose work is 10 ms. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          'speed': 2 => 5 => 5
          'cores': 2 => 10 => 10
          'cores': 1, 'speed': 0.5 => 1000 => 10000
          'cold_start': {'factor': 100, 'requests': 100} => 20 => 300
          'pauses': {'every': {'kind': 'fixed', 'base_ms': 100}, 'length': {'kind': 'fixed', 'base_ms': 100}} => 30 => 60
          'antagonist': [{'every': {'kind': 'fixed', 'base_ms': 1}, 'length': {'kind': 'fixed', 'base_ms': 100000}, 'speed': 0.5}] => 19 => 20
          'error_rate': 1, 'error_status': 404, 'error_latency': {'kind': 'fixed', 'base_ms': 1} => 1 => 1
          """)
  void theMeanFollowsWhatAServerIs(String server, double least, double most) {
    SimulationResult result =
        Scenarios.run("'servers': [{'name': 's', " + TEN_MS + ", " + server + "}]");

    double millis = result.meanSeconds() * 1e3;
    assertTrue(millis >= least - 1e-6 && millis <= most + 1e-6, "mean " + millis);
  }

  /** Of the mean time in milliseconds; the work is 10 ms. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          'network': {'one_way': {'kind': 'fixed', 'base_ms': 2}} => 14 => 14
          'network': {'one_way': {'kind': 'fixed', 'base_ms': 2}, 'loss': {'probability': 0.5, 'retransmit_ms': 100}} => 100 => 10000
          'client_zones': ['b'], 'network': {'across_zones': {'kind': 'fixed', 'base_ms': 5}}, 'servers': [{'name': 's', 'zone': 'a', 'latency': {'kind': 'fixed', 'base_ms': 10}}] => 20 => 20
          'client_zones': ['a'], 'network': {'across_zones': {'kind': 'fixed', 'base_ms': 5}}, 'servers': [{'name': 's', 'zone': 'a', 'latency': {'kind': 'fixed', 'base_ms': 10}}] => 10 => 10
          'events': [{'at_s': 0, 'do': 'speed', 'server': 's', 'factor': 0.5}] => 20 => 20
          'events': [{'at_s': 1, 'do': 'pause', 'server': 's', 'for_s': 1}] => 100 => 120
          """)
  void theMeanFollowsTheNetworkAndEvents(String keys, double least, double most) {
    double millis = Scenarios.run(keys).meanSeconds() * 1e3;

    assertTrue(millis >= least - 1e-6 && millis <= most + 1e-6, "mean " + millis);
  }

  /** Of the share of s-1 of two, under round robin without failure handling. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          {'at_s': 2.5, 'do': 'leave', 'server': 's-1'} => 25 => 100
          {'at_s': 2.5, 'do': 'drain', 'server': 's-1', 'timeout_s': 1} => 25 => 100
          {'at_s': 0, 'do': 'weigh', 'server': 's-1', 'weight': 3} => 75 => 100
          {'at_s': 2.5, 'do': 'join', 'server': {'name': 't', 'count': 2}} => 37.5 => 100
          {'at_s': 2.5, 'do': 'behave', 'server': 's', 'behaviour': {'status': 500}} => 50 => 50
          {'at_s': 2.5, 'do': 'behave', 'server': 's', 'behaviour': {'status': 500}}, {'at_s': 3.5, 'do': 'behave', 'server': ['s']} => 50 => 80
          {'at_s': 3.5, 'do': 'start', 'server': 's-1'}, {'at_s': 2.5, 'do': 'behave', 'server': 's-1', 'behaviour': {'does': 'break'}} => 50 => 75
          """)
  void sharesAndSuccessFollowEvents(String events, double sharePercent, double successPercent) {
    SimulationResult result =
        Scenarios.run(
            "roundRobin",
            "'servers': [{'name': 's', 'count': 2}], 'balancer': {'failure_policy': 'none'}, 'events': ["
                + events
                + "]");

    assertEquals(sharePercent, 100 * result.share("s-1"), 2, result::toString);
    assertEquals(successPercent, result.successPercent(), 2, result::toString);
  }

  @Test
  void aKilledServerRefusesUntilItIsStarted() {
    SimulationResult result =
        Scenarios.run(
            "'balancer': {'failure_policy': 'none'}, 'events': [{'at_s': 1, 'do': 'kill', 'server': 's'},"
                + "{'at_s': 2, 'do': 'start', 'server': 's'}]");

    assertTrue(result.successPercent() > 55 && result.successPercent() <= 80, result::toString);
  }

  @Test
  void aPartitionCutsTheClientsOfAZoneUntilItIsHealed() {
    SimulationResult result =
        Scenarios.run(
            "'clients': 2, 'client_zones': ['a', 'b'], 'balancer': {'failure_policy': 'none'},"
                + "'network': {'connect_timeout_ms': 10}, 'events': ["
                + "{'at_s': 0, 'do': 'partition', 'server': 's', 'client_zone': 'a'},"
                + "{'at_s': 2, 'do': 'heal'}]");

    assertTrue(result.successPercent() > 70 && result.successPercent() < 90, result::toString);
  }

  @Test
  void aRollingDeployReplacesOneServerAfterTheOtherOrRestartsIt() {
    String deploy =
        "'servers': [{'name': 's', 'count': 3, 'latency': {'kind': 'fixed', 'base_ms': 10}}], 'events': ["
            + "{'at_s': 1, 'do': 'rolling_deploy', 'each_s': 1, 'down_s': 0.2%s}]";
    SimulationResult replaced = Scenarios.run(deploy.formatted(", 'drain_s': 0.5"));
    SimulationResult restarted = Scenarios.run(deploy.formatted(""));

    assertEquals(100, replaced.successPercent());
    assertEquals(6, replaced.servers().size());
    assertTrue(replaced.server("s-3.2").attempts() > 0, replaced::toString);
    assertEquals(0, replaced.share("s-1", Duration.ofSeconds(2), Duration.ofSeconds(5)));
    assertEquals(3, restarted.servers().size());
    assertTrue(restarted.share("s-1", Duration.ofSeconds(3), Duration.ofSeconds(5)) > 0.1);
    assertTrue(restarted.attemptsPerRequest() > 1, restarted::toString);
  }

  @Test
  void clientsLearnLateOfServersWhenDiscoveryIsSlow() {
    String late = "'servers': [{'name': 'a'}, {'name': 'b', 'joins_at_s': 1}]";
    String slow = ", 'discovery_delay': {'kind': 'fixed', 'base_ms': 2000}";

    assertEquals(0.4, Scenarios.run("roundRobin", late).share("b"), 0.02);
    assertEquals(0.2, Scenarios.run("roundRobin", late + slow).share("b"), 0.02);
  }

  @Test
  void keysStayOnTheirServersAndSessionsToo() {
    String servers = "'servers': [{'name': 's', 'count': 4}], 'keys': {'count': 1}";

    SimulationResult hashed = Scenarios.run("maglev", servers);
    SimulationResult sticky =
        Scenarios.run("roundRobin", servers + ", 'balancer': {'sticky': {'idle_s': 60}}");
    SimulationResult plain = Scenarios.run("roundRobin", servers);

    assertEquals(1, mostShare(hashed));
    assertEquals(1, mostShare(sticky), 0.01);
    assertEquals(0.25, mostShare(plain), 0.01);
  }

  private static double mostShare(SimulationResult result) {
    return result.servers().stream().mapToDouble(server -> server.share()).max().orElseThrow();
  }

  @Test
  void requestsThatMayNotBeRepeatedAreNot() {
    String broken = "'servers': [{'name': 'a'}, {'name': 'b', 'does': 'break'}]";

    assertEquals(100, Scenarios.run("roundRobin", broken).successPercent());
    assertTrue(
        Scenarios.run("roundRobin", broken + ", 'idempotent': false").successPercent() < 100);
  }

  @Test
  void whatIsMeasuredBeginsLaterAndSamplesAreAsLongAsSaid() {
    SimulationResult result = Scenarios.run("'measure_from_s': 3, 'sample_every_s': 0.5");

    assertEquals(200, result.counts().sent());
    assertEquals(Duration.ofMillis(500), result.samples().get(1).from());
  }

  @Test
  void eachEndpointIsTreatedAsItsNameSays() {
    SimulationResult result =
        Scenarios.run(
            "'endpoints': ['a', 'b'], 'servers': [{'name': 's', 'phases': [{'endpoints':"
                + "{'a': {'status': 404}, '*': {}}}]}]");

    assertEquals(50, result.successPercent(), 8);
  }

  /** Of attempts per request; s-1 of two fails, under round robin. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          {'failure_policy': 'none'} => 1 => 1
          {'max_retries': 0} => 1 => 1
          {'max_retries': 1, 'circuit_breaker': false} => 1.15 => 1.6
          {'max_retries': 1, 'circuit_breaker': {'consecutive_failures': 2, 'open_for_s': 30}, 'outlier_detection': false} => 1.001 => 1.03
          {'circuit_breaker': false, 'retry_budget': {'ratio': 0, 'per_second': 1}} => 1 => 1.02
          """)
  void attemptsFollowThePolicy(String policy, double least, double most) {
    SimulationResult result =
        Scenarios.run(
            "roundRobin",
            "'servers': [{'name': 's', 'status': 500}, {'name': 'well'}], 'balancer': " + policy);

    double attempts = result.attemptsPerRequest();
    assertTrue(attempts >= least && attempts <= most, result::toString);
  }

  /**
   * Of the slowest answers in milliseconds; one of two servers takes a second, under round robin.
   */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          {'circuit_breaker': false} => 1000 => 1001
          {'circuit_breaker': false, 'per_try_timeout_ms': 100, 'retry_budget': {'ratio': 1, 'per_second': 100}} => 100 => 120
          {'circuit_breaker': false, 'adaptive_per_try_timeout': {'factor': 2, 'min_ms': 20, 'max_ms': 200}, 'retry_budget': {'ratio': 1, 'per_second': 100}} => 100 => 220
          {'circuit_breaker': false, 'overall_timeout_ms': 300} => 300 => 301
          {'circuit_breaker': false, 'max_in_flight': 4} => 1000 => 1001
          {'circuit_breaker': false, 'rate_limit': {'per_second': 1, 'burst': 1}} => 10 => 1001
          """)
  void theSlowestFollowsThePolicy(String policy, double least, double most) {
    SimulationResult result =
        Scenarios.run(
            "roundRobin",
            "'servers': [{'name': 's', 'latency': {'kind': 'fixed', 'base_ms': 1000}}, {'name': 'well', "
                + TEN_MS
                + "}], 'balancer': "
                + policy);

    double millis = result.percentile(100).toNanos() / 1e6;
    assertTrue(millis >= least * 0.999 && millis <= most * 1.001, result::toString);
  }

  @Test
  void limitsAndQueuesBoundWhatIsInFlight() {
    String slow =
        "'servers': [{'name': 's', 'latency': {'kind': 'fixed', 'base_ms': 100}}], 'balancer': ";

    SimulationResult bounded = Scenarios.run(slow + "{'max_in_flight': 2}");
    SimulationResult queued =
        Scenarios.run(
            slow + "{'max_in_flight': 2, 'wait_queue': {'capacity': 1000, 'max_wait_ms': 60000}}");
    SimulationResult adapted =
        Scenarios.run(slow + "{'adaptive_concurrency': {'min': 1, 'max': 3}}");
    SimulationResult limited =
        Scenarios.run(slow + "{'rate_limit': {'per_second': 10, 'burst': 1}}");

    assertEquals(2, bounded.server("s").mostInFlight());
    assertEquals(20, bounded.successPercent(), 2);
    assertEquals(2, queued.server("s").mostInFlight());
    assertEquals(100, queued.successPercent());
    assertTrue(adapted.server("s").mostInFlight() <= 3, adapted::toString);
    assertEquals(10, limited.successPercent(), 1);
  }

  @Test
  void hedgesAddAttemptsAndCutTheTail() {
    String tail =
        "'servers': [{'name': 's', 'count': 2, 'pauses': {'every': {'kind': 'exponential', 'mean_ms': 500},"
            + "'length': {'kind': 'fixed', 'base_ms': 100}}, 'latency': {'kind': 'fixed', 'base_ms': 10}}]";
    SimulationResult plain = Scenarios.run("roundRobin", tail);
    SimulationResult hedged =
        Scenarios.run(
            "roundRobin",
            tail + ", 'balancer': {'hedging': {'quantile': 0.8, 'max_extra_load': 0.3}}");

    assertTrue(hedged.attemptsPerRequest() > plain.attemptsPerRequest(), hedged::toString);
    assertTrue(hedged.meanSeconds() < plain.meanSeconds(), hedged::toString);
  }

  @Test
  void clientsPreferTheirZoneAndUseTheirSubset() {
    String zones =
        "'clients': 2, 'client_zones': ['a'], 'servers': ["
            + "{'name': 'near', 'count': 4, 'zone': 'a'}, {'name': 'far', 'count': 4, 'zone': 'b'}]";
    String subset = "'servers': [{'name': 's', 'count': 10}], 'balancer': {'subset': 3}";
    SimulationResult own = Scenarios.run("roundRobin", zones + ", 'balancer': {'zones': {}}");
    SimulationResult any = Scenarios.run("roundRobin", zones);
    long used =
        Scenarios.run("roundRobin", subset).servers().stream()
            .filter(server -> server.attempts() > 0)
            .count();

    assertEquals(0, own.share("far-1"));
    assertEquals(0.125, any.share("far-1"), 0.01);
    assertEquals(3, used);
  }

  @Test
  void slowStartLimitsNewServers() {
    String joins = "'servers': [{'name': 'a'}, {'name': 'b', 'joins_at_s': 1}]";
    double plain = Scenarios.run("roundRobin", joins).share("b");
    double slow =
        Scenarios.run("roundRobin", joins + ", 'balancer': {'slow_start_s': 4}").share("b");
    double sooner =
        Scenarios.run(
                "roundRobin",
                joins + ", 'balancer': {'slow_start': {'window_s': 4, 'aggression': 10}}")
            .share("b");

    assertEquals(0.4, plain, 0.01);
    assertTrue(slow < 0.35, "share " + slow);
    assertTrue(sooner > slow, "share " + sooner);
  }

  @Test
  void healthChecksTakeADeadServerOut() {
    String dead =
        "'servers': [{'name': 's', 'count': 2}], 'events': [{'at_s': 1, 'do': 'pause', 'server': 's-1', 'for_s': 100}],"
            + "'abort_after_s': 5, 'balancer': {'failure_policy': 'none'%s}";
    SimulationResult plain = Scenarios.run("roundRobin", dead.formatted(""));
    SimulationResult checked =
        Scenarios.run(
            "roundRobin",
            dead.formatted(", 'health_checks': {'interval_s': 0.2, 'timeout_s': 0.1, 'fall': 1}"));

    assertTrue(checked.share("s-1") < 0.5 * plain.share("s-1"), checked::toString);
  }
}
