package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which servers there are when, so that what events and expectations name can be checked. */
final class Fleet {
  private static final class Member {
    final Server server;
    final Duration joins;
    @Nullable Duration leaves;

    Member(Server server, Duration joins) {
      this.server = server;
      this.joins = joins;
    }
  }

  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Map<String, List<String>> groups = new LinkedHashMap<>();

  /** Adds servers under one name. */
  void add(String name, List<Server> servers, Duration joins) {
    for (Server server : servers) {
      if (members.putIfAbsent(server.name(), new Member(server, joins)) != null) {
        throw new IllegalArgumentException(
            "name: \"" + server.name() + "\" (expected: a name that no other server has)");
      }
    }
    if (groups.putIfAbsent(name, servers.stream().map(Server::name).toList()) != null) {
      throw new IllegalArgumentException(
          "name: \"" + name + "\" (expected: a name that no other servers have)");
    }
  }

  /** Adds the stand-in of a server. */
  Server replace(String name, Duration joins) {
    Server old = member(name).server;
    int generation = 2;
    while (members.containsKey(name + '.' + generation)) {
      generation++;
    }
    Server stand = old.withName(name + '.' + generation);
    members.put(stand.name(), new Member(stand, joins));
    groups.put(stand.name(), List.of(stand.name()));
    return stand;
  }

  /** The names that are there at a time, and stay. */
  List<String> thereAt(Duration time) {
    List<String> names = new ArrayList<>();
    members.forEach(
        (name, member) -> {
          if (member.joins.compareTo(time) <= 0 && member.leaves == null) {
            names.add(name);
          }
        });
    return names;
  }

  /** The servers that a value names: one, a group, or a list of such. */
  List<String> named(Value value) {
    List<String> names = new ArrayList<>();
    for (Value each : value.oneOrMore()) {
      List<String> group = groups.get(each.text());
      if (group != null) {
        names.addAll(group);
      } else if (members.containsKey(each.text())) {
        names.add(each.text());
      } else {
        String near = Nearest.of(each.text(), groups.keySet());
        throw each.refuse(
            "the name of a server" + (near == null ? "" : "; did you mean " + near + "?"));
      }
    }
    return names;
  }

  /** As {@link #named}, of servers that have joined by then. */
  List<String> namedAt(Value value, Duration time) {
    List<String> names = named(value);
    for (String name : names) {
      Duration joins = member(name).joins;
      if (joins.compareTo(time) > 0) {
        throw value.refuse("a server that has joined; " + name + " joins at " + joins);
      }
    }
    return names;
  }

  /** Notes that servers leave. */
  List<String> leaving(Value value, Duration time) {
    List<String> names = namedAt(value, time);
    for (String name : names) {
      leave(name, time, value);
    }
    return names;
  }

  void leave(String name, Duration time, Value value) {
    Member member = member(name);
    if (member.leaves != null) {
      throw value.refuse("a server that stays; " + name + " leaves at " + member.leaves);
    }
    member.leaves = time;
  }

  private Member member(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new IllegalArgumentException("server: \"" + name + "\" (expected: one of the fleet)");
    }
    return member;
  }
}
