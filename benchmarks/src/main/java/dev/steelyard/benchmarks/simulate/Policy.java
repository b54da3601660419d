package dev.steelyard.benchmarks.simulate;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.LoadBalancerBuilder;
import dev.steelyard.lb.health.HealthMonitor;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.sticky.StickySessionTable;
import dev.steelyard.simulator.ClientEnvironment;
import dev.steelyard.simulator.ClientSetup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads how clients set their balancers up, but for the strategy. */
final class Policy {
  private final Fields fields;
  private final List<String> zones;
  private final boolean hasKeys;
  private final List<ClientSetup> steps = new ArrayList<>();

  Policy(Fields fields, List<String> clientZones, boolean hasKeys) {
    this.fields = fields;
    this.zones = clientZones;
    this.hasKeys = hasKeys;
  }

  ClientSetup read() {
    FailurePolicy failures = new FailureReader(fields).read();
    // What contradicts itself is refused when a balancer is built, so one is.
    trial().failurePolicy(failures).build().close();
    steps.add((balancer, client) -> balancer.failurePolicy(failures));
    readWeights();
    readRouting();
    fields.ifThere("sticky", this::sticky);
    fields.ifThere("health_checks", this::healthChecks);
    List<ClientSetup> all = List.copyOf(steps);
    return (balancer, client) -> {
      LoadBalancerBuilder built = balancer;
      for (ClientSetup step : all) {
        built = step.apply(built, client);
      }
      return built;
    };
  }

  private static LoadBalancerBuilder trial() {
    return LoadBalancer.builder("trial", InstanceRegistry.of("http://localhost:1"));
  }

  /** Adds what is the same for all clients; refused here and now, not in a run. */
  private void add(UnaryOperator<LoadBalancerBuilder> step) {
    var unused = step.apply(trial());
    steps.add((balancer, client) -> step.apply(balancer));
  }

  private void readWeights() {
    fields.ifThere(
        "slow_start",
        value -> {
          var unused = value.object(this::slowStart);
        });
    fields.ifThere(
        "slow_start_s",
        value -> {
          if (fields.has("slow_start")) {
            throw value.refuse("not set beside slow_start, which says it");
          }
          Duration window = value.seconds();
          add(balancer -> balancer.slowStart(window));
        });
    fields.ifThere(
        "latency_decay_s",
        value -> {
          Duration decay = value.seconds();
          add(balancer -> balancer.latencyDecay(decay));
        });
    fields.ifThere(
        "reported_load",
        value -> {
          if (value.flag()) {
            add(LoadBalancerBuilder::reportedLoad);
          }
        });
  }

  private Fields slowStart(Fields start) {
    Duration window = start.need("window_s", "seconds").seconds();
    double aggression = start.orElse("aggression", 1.0, Value::number);
    double minimum = start.orElse("minimum", 0.1, Value::number);
    add(balancer -> balancer.slowStart(window, aggression, minimum));
    return start;
  }

  // ---------------------------------------------------------------------------- routing

  /** What of the routing depends on the client. */
  @FunctionalInterface
  private interface Rule {
    Routing apply(Routing routing, ClientEnvironment client);
  }

  private void readRouting() {
    List<Rule> rules = new ArrayList<>();
    fields.ifThere("zones", value -> rules.add(value.object(this::zones)));
    fields.ifThere(
        "subset",
        value -> {
          int size = value.whole();
          if (size < 1) {
            throw value.refuse("at least 1");
          }
          rules.add((routing, client) -> routing.clientSubset(size, "client-" + client.index()));
        });
    if (!rules.isEmpty()) {
      steps.add(
          (balancer, client) -> {
            Routing routing = Routing.none();
            for (Rule rule : rules) {
              routing = rule.apply(routing, client);
            }
            return balancer.routing(routing);
          });
    }
  }

  private Rule zones(Fields own) {
    if (zones.isEmpty()) {
      throw Refusal.of(own.path(), "no effect (expected: beside client_zones)");
    }
    boolean isAware = own.orElse("aware_of_clients", false, Value::flag);
    Value minimum = own.find("minimum");
    Value factor = own.find("overprovisioning");
    Map<String, Double> clients = new TreeMap<>();
    zones.forEach(zone -> clients.merge(zone, 1.0, Double::sum));
    int least = minimum == null ? Routing.DEFAULT_ZONE_MINIMUM : minimum.whole();
    double over = factor == null ? Routing.DEFAULT_OVERPROVISIONING : factor.number();
    Rule rule =
        (routing, client) -> {
          Routing zoned = routing.zone(String.valueOf(client.zone()));
          zoned = isAware ? zoned.clientZones(clients) : zoned;
          zoned = minimum == null ? zoned : zoned.zoneMinimum(least);
          return factor == null ? zoned : zoned.overprovisioning(over);
        };
    check(zones.get(0), isAware ? clients : null, minimum, factor);
    return rule;
  }

  /** Refuses here and now what routing does not take. */
  private static void check(
      String zone,
      @Nullable Map<String, Double> clients,
      @Nullable Value minimum,
      @Nullable Value factor) {
    Routing plain = Routing.none().zone(zone);
    Routing aware = clients == null ? plain : plain.clientZones(clients);
    if (minimum != null) {
      var unused = minimum.to(value -> aware.zoneMinimum(value.whole()));
    }
    if (factor != null) {
      var unused = factor.to(value -> aware.overprovisioning(value.number()));
    }
  }

  // ---------------------------------------------------------------------------- beside it

  private void sticky(Value value) {
    if (!hasKeys) {
      throw Refusal.of(value.path(), "no effect (expected: beside keys, which name the sessions)");
    }
    var unused =
        value.object(
            sticky -> {
              List<UnaryOperator<StickySessionTable.Builder>> knobs = new ArrayList<>();
              sticky.ifThere(
                  "idle_s",
                  idle -> {
                    Duration time = idle.seconds();
                    addKnob(knobs, table -> table.idleExpiry(time));
                  });
              sticky.ifThere(
                  "maximum_size",
                  size -> {
                    int most = size.whole();
                    addKnob(knobs, table -> table.maximumSize(most));
                  });
              sticky.ifThere(
                  "max_share",
                  share -> {
                    double most = share.number();
                    addKnob(knobs, table -> table.maxShare(most));
                  });
              boolean isStrict = sticky.orElse("strict", false, Value::flag);
              steps.add(
                  (balancer, client) -> {
                    StickySessionTable.Builder table =
                        StickySessionTable.builder().strict(isStrict).ticker(client.ticker());
                    for (UnaryOperator<StickySessionTable.Builder> knob : knobs) {
                      table = knob.apply(table);
                    }
                    return balancer.stickySessions(table.build());
                  });
              return sticky;
            });
  }

  private static void addKnob(
      List<UnaryOperator<StickySessionTable.Builder>> knobs,
      UnaryOperator<StickySessionTable.Builder> knob) {
    var unused = knob.apply(StickySessionTable.builder());
    knobs.add(knob);
  }

  private void healthChecks(Value value) {
    var unused =
        value.object(
            checks -> {
              UnaryOperator<HealthMonitor.Builder> settings = new HealthReader(checks).read();
              steps.add((balancer, client) -> balancer.healthMonitor(client.monitor(settings)));
              return checks;
            });
  }
}
