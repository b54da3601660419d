package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Behaviour;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationControl;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/** Reads what happens during a run. */
final class Events {
  private static final List<String> DEEDS =
      List.of(
          "join",
          "leave",
          "drain",
          "kill",
          "start",
          "speed",
          "pause",
          "behave",
          "weigh",
          "partition",
          "heal",
          "rolling_deploy");

  private record Timed(Duration at, Value value) {}

  private final Scenario.Builder scenario;
  private final Servers servers;
  private final Fleet fleet;
  private final List<String> clientZones;

  Events(Scenario.Builder scenario, Servers servers, Fleet fleet, List<String> clientZones) {
    this.scenario = scenario;
    this.servers = servers;
    this.fleet = fleet;
    this.clientZones = clientZones;
  }

  /** Reads all, in the order of time, in which servers come and go. */
  void read(Value events) {
    events.list().stream()
        .map(event -> new Timed(time(event), event))
        .sorted(Comparator.comparing(Timed::at))
        .forEachOrdered(event -> add(event.at(), event.value()));
  }

  private static Duration time(Value event) {
    if (!event.node().isObject()) {
      throw event.refuse("an object");
    }
    return new Fields(event.path(), event.node()).need("at_s", "seconds").seconds();
  }

  private void add(Duration at, Value event) {
    var unused =
        event.object(
            fields -> {
              fields.need("at_s", "seconds");
              add(at, fields);
              return at;
            });
  }

  private void add(Duration at, Fields event) {
    String deed = event.need("do", "one of " + String.join(", ", DEEDS)).oneOf(DEEDS);
    switch (deed) {
      case "join" -> join(at, event);
      case "leave" -> leave(at, server(event));
      case "drain" -> {
        positive(event, "timeout_s");
        Duration timeout = event.need("timeout_s", "seconds").seconds();
        plan(at, fleet.leaving(server(event), at), (run, name) -> run.drain(name, timeout));
      }
      case "kill" -> plan(at, event, SimulationControl::kill);
      case "start" -> plan(at, event, SimulationControl::start);
      case "speed" -> {
        double factor = positive(event, "factor");
        plan(at, event, (run, name) -> run.speed(name, factor));
      }
      case "pause" -> {
        positive(event, "for_s");
        Duration length = event.need("for_s", "seconds").seconds();
        plan(at, event, (run, name) -> run.pause(name, length));
      }
      case "behave" -> behave(at, event);
      case "weigh" -> {
        double weight = event.need("weight", "a number").numberWithin(0, 1_000_000);
        plan(at, event, (run, name) -> run.weigh(name, weight));
      }
      case "partition" -> partition(at, event);
      case "heal" -> scenario.at(at, SimulationControl::heal);
      default -> deploy(at, event);
    }
  }

  private static Value server(Fields event) {
    return event.need("server", "the name of a server, or a list");
  }

  private void plan(Duration at, Fields event, BiConsumer<SimulationControl, String> deed) {
    plan(at, fleet.namedAt(server(event), at), deed);
  }

  private void plan(Duration at, List<String> names, BiConsumer<SimulationControl, String> deed) {
    scenario.at(at, run -> names.forEach(name -> deed.accept(run, name)));
  }

  private static double positive(Fields event, String key) {
    Value value = event.need(key, "a number");
    if (value.number() <= 0) {
      throw value.refuse("above 0");
    }
    return value.number();
  }

  private void join(Duration at, Fields event) {
    List<Server> joining = event.need("server", "an object").object(fields -> joining(at, fields));
    scenario.at(at, run -> joining.forEach(run::join));
  }

  private List<Server> joining(Duration at, Fields fields) {
    Servers.Group group = servers.group(fields);
    List<Server> members = group.servers();
    fleet.add(group.name(), members, at);
    return members;
  }

  /** Has servers leave. */
  void leave(Duration at, Value names) {
    plan(at, fleet.leaving(names, at), SimulationControl::leave);
  }

  private void behave(Duration at, Fields event) {
    Value value = event.find("behaviour");
    if (value == null) {
      plan(at, event, (run, name) -> run.behave(name, null));
    } else {
      Behaviour behaviour = servers.behaviour(value);
      plan(at, event, (run, name) -> run.behave(name, behaviour));
    }
  }

  private void partition(Duration at, Fields event) {
    Value zone = event.find("client_zone");
    if (zone == null) {
      plan(at, event, (run, name) -> run.partition(null, name));
    } else if (clientZones.contains(zone.text())) {
      plan(at, event, (run, name) -> run.partition(zone.text(), name));
    } else {
      throw zone.refuse("one of client_zones, " + clientZones);
    }
  }

  /** One server after the other: with a drain a new one takes its place, else it is restarted. */
  private void deploy(Duration at, Fields event) {
    positive(event, "each_s");
    Duration each = event.need("each_s", "seconds").seconds();
    Duration down = event.need("down_s", "seconds").seconds();
    Value drain = event.find("drain_s");
    Value only = event.find("server");
    List<String> names = only == null ? fleet.thereAt(at) : fleet.namedAt(only, at);
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      Duration begin = at.plus(each.multipliedBy(i));
      if (drain == null) {
        scenario.at(begin, run -> run.kill(name));
        scenario.at(begin.plus(down), run -> run.start(name));
      } else {
        positive(event, "drain_s");
        Duration timeout = drain.seconds();
        Duration end = begin.plus(timeout);
        fleet.leave(name, begin, only == null ? drain : only);
        Server next = fleet.replace(name, end.plus(down));
        scenario.at(begin, run -> run.drain(name, timeout));
        scenario.at(end, run -> run.kill(name));
        scenario.at(end.plus(down), run -> run.join(next));
      }
    }
  }
}
