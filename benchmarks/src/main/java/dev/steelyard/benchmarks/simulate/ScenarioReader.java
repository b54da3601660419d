package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Network;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one scenario. */
final class ScenarioReader {
  private final Fields fields;
  private final Draws draws;
  private final Scenario.Builder builder;
  private final Fleet fleet = new Fleet();

  ScenarioReader(Path folder, Fields fields) {
    this.fields = fields;
    this.draws = new Draws(folder);
    this.builder = fields.need("name", "a text", value -> Scenario.named(value.text()));
  }

  ScenarioFile.Entry read() {
    fields.ifThere("what", Value::text);
    builder.arrivals(arrivals());
    readTimes();
    fields.ifThere("clients", value -> builder.clients(value.whole()));
    List<String> zones = texts("client_zones");
    if (!zones.isEmpty()) {
      builder.clientZones(zones.toArray(String[]::new));
    }
    List<String> endpoints = texts("endpoints");
    if (endpoints.isEmpty()) {
      endpoints = List.of(Scenario.DEFAULT_ENDPOINT);
    }
    List<String> named = endpoints;
    fields.ifThere("endpoints", value -> builder.endpoints(named.toArray(String[]::new)));
    boolean hasKeys = readRequests();
    fields.ifThere("network", value -> builder.network(value.object(this::network)));
    fields.ifThere("discovery_delay", value -> builder.discoveryDelay(draws.duration(value)));
    readServers(new Servers(draws, endpoints), zones);
    fields.ifThere(
        "balancer",
        value -> builder.balancer(value.object(it -> new Policy(it, zones, hasKeys).read())));
    Value expect = fields.find("expect");
    Value published = fields.find("published");
    Scenario scenario = builder.build();
    return new ScenarioFile.Entry(
        scenario,
        expect == null ? List.of() : expectations(scenario, expect),
        published == null ? Map.of() : published.object(ScenarioReader::published));
  }

  private Arrivals arrivals() {
    Value even = fields.find("requests_per_second");
    Value other = fields.find("arrivals");
    if (other == null) {
      return fields.need(
          "requests_per_second", "a number, or arrivals", value -> Arrivals.even(value.number()));
    }
    if (even != null) {
      throw even.refuse("not set beside arrivals, which say it");
    }
    return other.to(draws::arrivals);
  }

  private void readTimes() {
    Duration sends =
        fields.need(
            "send_for_s",
            "seconds",
            value -> {
              builder.lasts(value.seconds());
              return value.seconds();
            });
    fields.ifThere(
        "abort_after_s",
        value -> {
          if (value.seconds().compareTo(sends) < 0) {
            throw value.refuse("at least send_for_s");
          }
          builder.abortAfter(value.seconds());
        });
    fields.ifThere(
        "measure_from_s",
        value -> {
          if (value.seconds().compareTo(sends) >= 0) {
            throw value.refuse("below send_for_s");
          }
          builder.measureFrom(value.seconds());
        });
    fields.ifThere("sample_every_s", value -> builder.sampleEvery(value.seconds()));
  }

  private List<String> texts(String key) {
    return fields.orElse(
        key, List.of(), value -> value.nonEmptyList().stream().map(Value::text).toList());
  }

  private boolean readRequests() {
    fields.ifThere("idempotent", value -> builder.idempotent(value.flag()));
    fields.ifThere(
        "keys",
        value -> {
          var unused =
              value.object(
                  keys ->
                      builder.keys(
                          keys.need("count", "a whole number").whole(),
                          keys.orElse("exponent", 0.0, Value::number)));
        });
    return fields.has("keys");
  }

  private Network network(Fields network) {
    Network made =
        network.orElse("one_way", Network.ideal(), value -> Network.of(draws.duration(value)));
    made =
        network.change(
            "across_zones", made, (what, value) -> what.withAcrossZones(draws.duration(value)));
    made =
        network.change(
            "loss",
            made,
            (what, value) ->
                value.object(
                    loss ->
                        what.withLoss(
                            loss.need("probability", "0 to below 1").number(),
                            loss.need("retransmit_ms", "milliseconds").millis())));
    return network.change(
        "connect_timeout_ms", made, (what, value) -> what.withConnectTimeout(value.millis()));
  }

  private void readServers(Servers servers, List<String> zones) {
    Events events = new Events(builder, servers, fleet, zones);
    for (Value each : fields.need("servers", "a list").nonEmptyList()) {
      Value leaves = each.object(server -> add(servers.group(server), server));
      if (leaves != null) {
        events.leave(leaves.seconds(), new Value(each.path(), each.node().get("name")));
      }
    }
    fields.ifThere("events", events::read);
  }

  private @Nullable Value add(Servers.Group group, Fields server) {
    Duration joins = server.orElse("joins_at_s", Duration.ZERO, Value::seconds);
    List<Server> members = group.servers();
    fleet.add(group.name(), members, joins);
    members.forEach(member -> builder.server(member.joiningAt(joins)));
    Value leaves = server.find("leaves_at_s");
    if (leaves != null && leaves.seconds().compareTo(joins) <= 0) {
      throw leaves.refuse("later than it joins, at " + joins);
    }
    return leaves;
  }

  // ---------------------------------------------------------------------------- what is expected

  private List<Expectation> expectations(Scenario scenario, Value expect) {
    List<Expectation> all = new ArrayList<>();
    for (Value each : expect.nonEmptyList()) {
      all.add(each.object(it -> expectation(scenario, it)));
    }
    return all;
  }

  private Expectation expectation(Scenario scenario, Fields expected) {
    Metric metric = Metric.read(expected, fleet);
    double atLeast = expected.orElse("at_least", Double.NEGATIVE_INFINITY, Value::number);
    double atMost = expected.orElse("at_most", Double.POSITIVE_INFINITY, Value::number);
    Value relative = expected.find("at_most_times");
    if (relative == null && !expected.has("at_least") && !expected.has("at_most")) {
      throw Refusal.of(expected.path(), "no bound (expected: at_least, at_most or at_most_times)");
    }
    if (atLeast > atMost) {
      throw Refusal.of(expected.path("at_least"), atLeast, "not above at_most, " + atMost);
    }
    List<String> strategies =
        expected.orElse(
            "strategies",
            List.of(),
            value -> value.nonEmptyList().stream().map(ScenarioReader::strategy).toList());
    return new Expectation(
        scenario,
        metric,
        atLeast,
        atMost,
        relative == null ? null : relative.object(ScenarioReader::relative),
        strategies);
  }

  private static Expectation.Relative relative(Fields fields) {
    Value factor = fields.need("factor", "a number");
    if (factor.number() <= 0) {
      throw factor.refuse("above 0");
    }
    return new Expectation.Relative(
        strategy(fields.need("strategy", "the name of a strategy")), factor.number());
  }

  private static String strategy(Value value) {
    return value.to(name -> Strategies.checked(name.text()));
  }

  private static Map<String, Published> published(Fields fields) {
    Map<String, Published> all = new LinkedHashMap<>();
    for (String name : fields.names()) {
      all.put(name, fields.need(name, "an object").object(Published::read));
    }
    return all;
  }
}
