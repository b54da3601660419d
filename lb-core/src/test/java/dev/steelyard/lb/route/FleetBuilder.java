package dev.steelyard.lb.route;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selectors;
import java.util.ArrayList;
import java.util.List;

/** Members by the dozen, and what tests do with them. */
final class FleetBuilder {
  final List<Member> members = new ArrayList<>();

  FleetBuilder add(int count, InstanceStatus status, double weight, String zone, String... data) {
    for (int i = 0; i < count; i++) {
      Instance instance = Instance.of("host-" + members.size() + ":80").withZone(zone);
      for (int j = 0; j < data.length; j += 2) {
        instance = instance.withMetadata(data[j], data[j + 1]);
      }
      members.add(new Member(instance, status, weight));
    }
    return this;
  }

  FleetBuilder up(int count, String zone, String... data) {
    return add(count, InstanceStatus.UP, 1, zone, data);
  }

  FleetBuilder degraded(int count, String zone, String... data) {
    return add(count, InstanceStatus.DEGRADED, 1, zone, data);
  }

  FleetBuilder down(int count, String zone, String... data) {
    return add(count, InstanceStatus.DOWN, 1, zone, data);
  }

  FleetBuilder tier(int number, int up, int degraded, int down, int starting) {
    String[] data = {"tier", String.valueOf(number)};
    return up(up, null, data)
        .degraded(degraded, null, data)
        .down(down, null, data)
        .add(starting, InstanceStatus.STARTING, 1, null, data);
  }

  RoutePlan plan(Routing routing) {
    return RoutePlanner.plan(routing, members);
  }

  /** The plan of the only group. */
  GroupPlan group(Routing routing) {
    return plan(routing).groups().get(0);
  }

  double zoneShare(Routing routing, String zone) {
    return group(routing).zoneShares().getOrDefault(zone, 0.0);
  }

  List<FakeEndpoint> endpoints() {
    return members.stream().map(member -> new FakeEndpoint(member.instance())).toList();
  }

  Picker picker(Routing routing, List<FakeEndpoint> endpoints) {
    return RoutePickers.prepare(
        plan(routing), Selectors.random(), endpoints, RandomSource.seeded(42), null);
  }

  Picker picker(Routing routing) {
    return picker(routing, endpoints());
  }

  static Endpoint pick(Picker picker, RequestContext request) {
    return picker.pick(request, Exclusions.none(), 0);
  }

  static Endpoint pick(Picker picker) {
    return pick(picker, RequestContext.empty());
  }
}
