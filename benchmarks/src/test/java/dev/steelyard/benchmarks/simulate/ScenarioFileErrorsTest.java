package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioFileErrorsTest {

  /** Of a whole file: quotes are single, to be read. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          [] => [] (expected: at least one)
          3 => 3 (expected: an object)
          'text' => "text" (expected: an object)
          null => null (expected: an object)
          [7] => [0]: 7 (expected: an object)
          {} => name: missing (expected: a text)
          {'scenarios': {}} => scenarios: {} (expected: a list)
          {'scenarios': []} => scenarios: [] (expected: at least one)
          {'scenarios': [[]]} => scenarios[0]: [] (expected: an object)
          {'scenarios': [{}], 'souce': 1} => souce: no such key, or without effect here (did you mean source?)
          {'name': ' '} => name: " " (expected: not blank)
          {'name': 3} => name: 3 (expected: a text)
          {'name': null} => name: missing (expected: a text)
          {'name': 'a', 'name': 'b'} => line 1, column 21: Duplicate field 'name'
          {'name': 'a'} {} => line 1, column 15: more text after the end
          {'name': 'a', => line 1, column 14: Unexpected end-of-input within/between Object entries
          {name: 1} => line 1, column 2: Unexpected character ('n' (code 110)): was expecting double-quote to start field name
          {'name': NaN} => line 1, column 13: Non-standard token 'NaN'
          """)
  void aFileThatIsNoScenarioIsRefused(String json, String message) {
    assertEquals(message, refusal(json));
  }

  /** Of a good scenario, in which one key is set otherwise. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          'what': 1 => what: 1 (expected: a text)
          'cilents': 10 => cilents: no such key, or without effect here (did you mean clients?)
          'clients': 0 => clients: 0 (expected: at least 1)
          'clients': 1.5 => clients: 1.5 (expected: a whole number of at most 2147483647)
          'clients': '3' => clients: "3" (expected: a number)
          'clients': 1e99 => clients: 1.0E99 (expected: a whole number of at most 2147483647)
          'requests_per_second': 0 => requests_per_second: even.perSecond: 0.0 (expected: finite and above 0)
          'requests_per_second': null => requests_per_second: missing (expected: a number, or arrivals)
          'requests_per_second': null, 'request_per_second': 5 => request_per_second: no such key, or without effect here (did you mean requests_per_second?)
          'arrivals': {'kind': 'even', 'per_second': 5} => requests_per_second: 100 (expected: not set beside arrivals, which say it)
          'send_for_s': 0 => send_for_s: lasts: PT0S (expected: above 0, at most 400 days)
          'send_for_s': -1 => send_for_s: -1 (expected: not negative)
          'send_for_s': 1e9 => send_for_s: lasts: PT277777H46M40S (expected: above 0, at most 400 days)
          'send_for_s': 1e-12 => send_for_s: 1.0E-12 (expected: 0, or at least a nanosecond)
          'abort_after_s': 1 => abort_after_s: 1 (expected: at least send_for_s)
          'measure_from_s': 5 => measure_from_s: 5 (expected: below send_for_s)
          'sample_every_s': 0 => sample_every_s: sampleEvery: PT0S (expected: above 0, at most 400 days)
          'endpoints': [] => endpoints: [] (expected: at least one)
          'endpoints': ['a', 'a'] => endpoints: [a, a] (expected: unique)
          'client_zones': 'a' => client_zones: "a" (expected: a list)
          'keys': {'count': 0} => keys: 0 (expected: 1..10000000)
          'keys': {'exponent': 1} => keys.count: missing (expected: a whole number)
          'idempotent': 'no' => idempotent: "no" (expected: true or false)
          'discovery_delay': 5 => discovery_delay: 5 (expected: an object)
          'discovery_delay': {'kind': 'linear'} => discovery_delay.kind: "linear" (expected: one of fixed, uniform, exponential, log_normal, pareto, recorded)
          'network': {'one_way': {'kind': 'uniform', 'from_ms': 2, 'to_ms': 1}} => network.one_way: uniform.to: PT0.001S (expected: at least uniform.from, PT0.002S)
          'network': {'loss': {'probability': 1, 'retransmit_ms': 200}} => network.loss: 1.0 (expected: 0 to below 1)
          'servers': [] => servers: [] (expected: at least one)
          'servers': {} => servers: {} (expected: a list)
          'published': {'x': {'success_percent': 101, 'client_mean_s': 1}} => published.x.success_percent: 101 (expected: 0..100)
          'published': {'x': {'client_mean_s': 1}} => published.x.success_percent: missing (expected: 0..100)
          'expect': [{'metric': 'p99'}] => expect[0].metric: "p99" (expected: one of success_percent, mean_ms, p50_ms, p90_ms, p99_ms, p999_ms, attempts_per_request, sent, unanswered, busy_s, share, most_in_flight)
          'expect': [{'metric': 'p99_ms'}] => expect[0]: no bound (expected: at_least, at_most or at_most_times)
          'expect': [{'metric': 'p99_ms', 'at_least': 2, 'at_most': 1}] => expect[0].at_least: 2.0 (expected: not above at_most, 1.0)
          'expect': [{'metric': 'p99_ms', 'server': 's', 'at_most': 1}] => expect[0].server: no such key, or without effect here (expected: one of at_least, at_most, at_most_times, metric, strategies)
          'expect': [{'metric': 'share', 'server': 'x', 'at_most': 1}] => expect[0].server: "x" (expected: the name of a server; did you mean s?)
          'expect': [{'metric': 'share', 'server': 's', 'from_s': 3, 'to_s': 2, 'at_most': 1}] => expect[0].to_s: PT2S (expected: later than from_s, PT3S)
          'expect': [{'metric': 'p99_ms', 'at_most': 1, 'strategies': ['roundrobin']}] => expect[0].strategies[0]: strategy: "roundrobin" (expected: one of default, roundRobin, random, powerOfTwoChoices, peakEwma, leastRequests, leastResponseTime, prequal, maglev, rendezvous, ringHash, boundedLoad, failover, centralQueue; did you mean roundRobin?)
          'expect': [{'metric': 'p99_ms', 'at_most_times': {'strategy': 'random', 'factor': 0}}] => expect[0].at_most_times.factor: 0 (expected: above 0)
          'balancer': {'max_retries': 11} => balancer.max_retries: 11 (expected: 1..10; or withoutRetries())
          'balancer': {'max_retry': 1} => balancer.max_retry: no such key, or without effect here (did you mean max_retries?)
          'balancer': {'wait_queue': {'capacity': 1, 'max_wait_ms': 5}} => balancer: failurePolicy: waitQueue (expected: unset without maxInFlight and adaptiveConcurrency: nobody would ever wait)
          'balancer': {'circuit_breaker': true} => balancer.circuit_breaker: true (expected: false, or an object)
          'balancer': {'circuit_breaker': {'open_for_s': 40}} => balancer.circuit_breaker: CircuitBreaker instance: openBackoff: a maximum of PT30S leaves nothing to grow above openFor, PT40S (noBackoff() for openings of the same length)
          'balancer': {'slow_start_s': 0} => balancer.slow_start_s: slowStart.window: PT0S (expected: > 0 and at most 292 years)
          'balancer': {'slow_start_s': 1, 'slow_start': {'window_s': 1}} => balancer.slow_start_s: 1 (expected: not set beside slow_start, which says it)
          'balancer': {'zones': {}} => balancer.zones: no effect (expected: beside client_zones)
          'balancer': {'sticky': {}} => balancer.sticky: no effect (expected: beside keys, which name the sessions)
          'balancer': {'subset': 0} => balancer.subset: 0 (expected: at least 1)
          'balancer': {'health_checks': {'rise': 0}} => balancer.health_checks.rise: 0 (expected: 1..1000)
          'balancer': {'failure_policy': 'some'} => balancer.failure_policy: "some" (expected: one of standard, none)
          """)
  void aKeyThatIsWrongIsRefusedWithItsPlace(String keys, String message) {
    assertEquals(message, refusal("{" + good(keys) + "}"));
  }

  /** Of the server of a good scenario, beside its name. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          'coers': 2 => servers[0].coers: no such key, or without effect here (did you mean cores?)
          'cores': 0 => servers[0].cores: 0 (expected: at least 1)
          'count': 0 => servers[0].count: 0 (expected: 1..100000)
          'speed': 0 => servers[0].speed: 0.0 (expected: finite and above 0)
          'weight': -1 => servers[0].weight: -1.0 (expected: finite and >= 0)
          'zone': '' => servers[0].zone: "" (expected: not blank)
          'status': 600 => servers[0].status: 600 (expected: 200..599)
          'status': 200.5 => servers[0].status: 200.5 (expected: a whole number of at most 2147483647)
          'error_rate': 1.1 => servers[0].error_rate: errors.rate: 1.1 (expected: 0..1)
          'error_status': 500 => servers[0].error_status: no such key, or without effect here (expected: one of antagonist, cold_start, cores, count, does, error_rate, joins_at_s, latency, leaves_at_s, max_in_flight, name, over_capacity, pauses, phases, reports_load, retry_after_s, speed, status, weight, zone)
          'does': 'swallow', 'status': 500 => servers[0].status: no such key, or without effect here (expected: one of antagonist, cold_start, cores, count, does, joins_at_s, leaves_at_s, max_in_flight, name, pauses, phases, reports_load, speed, weight, zone)
          'does': 'explode' => servers[0].does: "explode" (expected: one of answer, refuse, break, swallow)
          'retry_after_s': 0 => servers[0].retry_after_s: retryAfter: PT0S (expected: above 0, at most 400 days)
          'over_capacity': {'status': 500} => servers[0].over_capacity.above_in_flight: missing (expected: a whole number)
          'max_in_flight': {'requests': 0, 'status': 429} => servers[0].max_in_flight: 0 (expected: at least 1)
          'latency': {} => servers[0].latency.kind: missing (expected: one of fixed, uniform, exponential, log_normal, pareto, recorded, linear)
          'latency': {'kind': 'fixed'} => servers[0].latency.base_ms: missing (expected: milliseconds)
          'latency': {'kind': 'fixed', 'base': 3} => servers[0].latency.base: no such key, or without effect here (did you mean base_ms?)
          'latency': {'kind': 'fixed', 'base_ms': '3'} => servers[0].latency.base_ms: "3" (expected: a number)
          'latency': {'kind': 'linear', 'base_ms': 3, 'capacity': 0} => servers[0].latency: linear.capacity: 0 (expected: at least 1)
          'latency': {'kind': 'pareto', 'minimum_ms': 3, 'alpha': 2, 'maximum_ms': 3} => servers[0].latency: pareto.maximum: PT0.003S (expected: above pareto.minimum, PT0.003S)
          'latency': {'kind': 'log_normal', 'median_ms': 3, 'p99_ms': 2} => servers[0].latency: logNormal.p99: PT0.002S (expected: at least logNormal.median, PT0.003S)
          'latency': {'kind': 'recorded'} => servers[0].latency: neither values_ms nor csv (expected: one of them)
          'latency': {'kind': 'fixed', 'base_ms': 3, 'scale': 0} => servers[0].latency.scale: times: 0.0 (expected: finite and above 0)
          'pauses': [] => servers[0].pauses: [] (expected: at least one)
          'pauses': {'every': {'kind': 'fixed', 'base_ms': 3}} => servers[0].pauses.length: missing (expected: an object)
          'cold_start': {'factor': 0.5, 'requests': 3} => servers[0].cold_start: cold.factor: 0.5 (expected: at least 1)
          'joins_at_s': 3, 'leaves_at_s': 2 => servers[0].leaves_at_s: 2 (expected: later than it joins, at PT3S)
          'phases': [] => servers[0].phases: [] (expected: at least one)
          'phases': [{'until_s': 3}] => servers[0].phases[0].until_s: 3 (expected: null in the last phase, which is for ever)
          'phases': [{}, {}] => servers[0].phases[0].until_s: missing (expected: a time, since only the last phase is for ever)
          'phases': [{'until_s': 2}, {'until_s': 2}, {}] => servers[0].phases[1].until_s: until: PT2S (expected: later than the phase before, PT2S)
          'phases': [{'until': 2}, {}] => servers[0].phases[0].until: no such key, or without effect here (did you mean until_s?)
          'phases': [{'endpoints': {}}] => servers[0].phases[0].endpoints: nothing for default (expected: it, or "*" for all others)
          'phases': [{'endpoints': {'x': {}}}] => servers[0].phases[0].endpoints.x: no such endpoint (expected: "*" or one of [default])
          'phases': [{'endpoints': {'*': {'latency': {'kind': 'fixd'}}}}] => servers[0].phases[0].endpoints.*.latency.kind: "fixd" (expected: one of fixed, uniform, exponential, log_normal, pareto, recorded, linear)
          'phases': [{}], 'status': 500 => servers[0].status: no such key, or without effect here (expected: one of antagonist, cold_start, cores, count, joins_at_s, leaves_at_s, max_in_flight, name, pauses, phases, reports_load, speed, weight, zone)
          """)
  void aServerThatIsWrongIsRefusedWithItsPlace(String keys, String message) {
    assertEquals(message, refusal("{" + good("'servers': [{'name': 's', " + keys + "}]") + "}"));
  }

  /** Of the only event of a good scenario. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          3 => events[0]: 3 (expected: an object)
          {'do': 'heal'} => events[0].at_s: missing (expected: seconds)
          {'at_s': 1} => events[0].do: missing (expected: one of join, leave, drain, kill, start, speed, pause, behave, weigh, partition, heal, rolling_deploy)
          {'at_s': 1, 'do': 'kill', 'server': 'S'} => events[0].server: "S" (expected: the name of a server; did you mean s?)
          {'at_s': 1, 'do': 'kill', 'server': 'late'} => events[0].server: "late" (expected: a server that has joined; late joins at PT2S)
          {'at_s': 1, 'do': 'heal', 'server': 's'} => events[0].server: no such key, or without effect here (expected: one of at_s, do)
          {'at_s': 1, 'do': 'speed', 'server': 's', 'factor': 0} => events[0].factor: 0 (expected: above 0)
          {'at_s': 1, 'do': 'pause', 'server': 's'} => events[0].for_s: missing (expected: a number)
          {'at_s': 1, 'do': 'weigh', 'server': 's', 'weight': -1} => events[0].weight: -1 (expected: 0..1000000)
          {'at_s': 1, 'do': 'partition', 'server': 's', 'client_zone': 'a'} => events[0].client_zone: "a" (expected: one of client_zones, [])
          {'at_s': 1, 'do': 'leave', 'server': ['s', 's']} => events[0].server: ["s","s"] (expected: a server that stays; s leaves at PT1S)
          {'at_s': 1, 'do': 'drain', 'server': 's', 'timeout_s': 0} => events[0].timeout_s: 0 (expected: above 0)
          {'at_s': 1, 'do': 'join', 'server': {'name': 's'}} => events[0].server: name: "s" (expected: a name that no other server has)
          {'at_s': 1, 'do': 'rolling_deploy', 'each_s': 0, 'down_s': 1} => events[0].each_s: 0 (expected: above 0)
          """)
  void anEventThatIsWrongIsRefusedWithItsPlace(String event, String message) {
    String servers = "'servers': [{'name': 's'}, {'name': 'late', 'joins_at_s': 2}], ";
    assertEquals(message, refusal("{" + good(servers + "'events': [" + event + "]") + "}"));
  }

  @Test
  void twoScenariosOfOneNameAreRefused() {
    assertEquals(
        "scenarios[1].name: \"a\" (expected: a name that no other scenario has)",
        refusal("{'scenarios': [{" + good("") + "}, {" + good("") + "}]}"));
  }

  @Test
  void aFileThatCannotBeReadIsRefusedByItsName(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing.json");
    Path binary = Files.write(folder.resolve("binary.json"), new byte[] {(byte) 0xff, 0});
    Path empty = Files.writeString(folder.resolve("empty.json"), " ");

    assertEquals(missing + ": cannot be read (no such file)", refusalOf(missing));
    assertEquals(binary + ": cannot be read (not in UTF-8)", refusalOf(binary));
    assertEquals(empty + ": nothing (expected: a scenario, or a list of them)", refusalOf(empty));
  }

  @Test
  void aCsvFileThatIsWrongIsRefusedWithItsLine(@TempDir Path folder) throws Exception {
    Path csv = Files.writeString(folder.resolve("a.csv"), "time,count\n1,5\n2,many\n");
    String start = "{'name': 'a', 'send_for_s': 5, 'servers': [{'name': 's'}], 'arrivals': ";
    String trace = "{'kind': 'recorded', 'interval_s': 1, 'csv': 'a.csv', 'column': %s}}";
    Path file = folder.resolve("a.json");

    Files.writeString(file, (start + trace.formatted("'count'")).replace('\'', '"'));
    assertEquals(
        file + ": arrivals.csv: " + csv + ", line 3: \"many\" (expected: a number of at least 0)",
        refusalOf(file));

    Files.writeString(file, (start + trace.formatted("'counts'")).replace('\'', '"'));
    assertEquals(
        file + ": arrivals.csv: " + csv + ": no column \"counts\" (expected: one of [time, count])",
        refusalOf(file));

    Files.writeString(file, (start + trace.formatted("0")).replace('\'', '"'));
    assertEquals(file + ": arrivals.column: 0 (expected: at least 1, or a name)", refusalOf(file));
  }

  private static String good(String keys) {
    StringBuilder all = new StringBuilder(keys);
    for (String standard :
        new String[] {
          "'name': 'a'",
          "'requests_per_second': 100",
          "'send_for_s': 5",
          "'servers': [{'name': 's'}]"
        }) {
      if (!keys.contains(standard.substring(0, standard.indexOf(':') + 1)) || isName(standard)) {
        all.append(all.isEmpty() ? "" : ", ").append(standard);
      }
    }
    return all.toString();
  }

  private static boolean isName(String standard) {
    return standard.startsWith("'name'");
  }

  private static String refusal(String json) {
    return assertThrows(
            IllegalArgumentException.class,
            () -> ScenarioFile.parse(json.replace('\'', '"'), Path.of("")))
        .getMessage();
  }

  private static String refusalOf(Path file) {
    return assertThrows(IllegalArgumentException.class, () -> ScenarioFile.read(file)).getMessage();
  }
}
