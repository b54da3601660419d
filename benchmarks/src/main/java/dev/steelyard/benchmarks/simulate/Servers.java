package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.Behaviour;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Reads servers, and what they do with requests. */
final class Servers {
  private static final int MOST = 100_000;
  private static final int DEFAULT_ERROR_STATUS = 500;
  private static final List<String> DEEDS = List.of("answer", "refuse", "break", "swallow");

  private final Draws draws;
  private final List<String> endpoints;

  Servers(Draws draws, List<String> endpoints) {
    this.draws = draws;
    this.endpoints = endpoints;
  }

  /**
   * A server, or several equal ones.
   *
   * @param name as in the file
   * @param count 0: one, of that name; else so many, each with its number behind the name
   */
  record Group(String name, int count, Server template) {

    List<Server> servers() {
      return count == 0
          ? List.of(template)
          : IntStream.rangeClosed(1, count)
              .mapToObj(number -> template.withName(name + '-' + number))
              .toList();
    }
  }

  /** Reads what a server or a group of servers is; when they come is not for this. */
  Group group(Fields fields) {
    String name = fields.need("name", "a text").text();
    int count =
        fields.orElse(
            "count",
            0,
            value -> {
              int number = value.whole();
              if (number < 1 || number > MOST) {
                throw value.refuse("1.." + MOST);
              }
              return number;
            });
    Server server = doing(name, fields);
    server = fields.change("cores", server, (what, value) -> what.withCores(value.whole()));
    server = fields.change("speed", server, (what, value) -> what.withSpeed(value.number()));
    server = fields.change("weight", server, (what, value) -> what.withWeight(value.number()));
    server = fields.change("zone", server, (what, value) -> what.withZone(value.text()));
    server =
        fields.change(
            "reports_load", server, (what, value) -> value.flag() ? what.reportingLoad() : what);
    server = fields.change("max_in_flight", server, Servers::limited);
    server = fields.change("cold_start", server, Servers::cold);
    server = fields.change("pauses", server, this::pausing);
    server = fields.change("antagonist", server, this::disturbed);
    return new Group(name, count, server);
  }

  private static Server limited(Server server, Value limit) {
    return limit.object(
        fields ->
            server.withMaxInFlight(
                fields.need("requests", "a whole number").whole(),
                fields.need("status", "200..599").whole()));
  }

  private static Server cold(Server server, Value cold) {
    return cold.object(
        fields ->
            server.startingCold(
                fields.need("factor", "a number").number(),
                fields.need("requests", "a whole number").whole()));
  }

  private Server pausing(Server server, Value pauses) {
    Server changed = server;
    for (Value each : pauses.oneOrMore()) {
      Server before = changed;
      changed =
          each.object(fields -> before.withPauses(draw(fields, "every"), draw(fields, "length")));
    }
    return changed;
  }

  private Server disturbed(Server server, Value antagonists) {
    Server changed = server;
    for (Value each : antagonists.oneOrMore()) {
      Server before = changed;
      changed =
          each.object(
              fields ->
                  before.withAntagonist(
                      draw(fields, "every"),
                      draw(fields, "length"),
                      fields.need("speed", "a number").number()));
    }
    return changed;
  }

  private Distribution draw(Fields fields, String key) {
    return fields.need(key, "an object", draws::duration);
  }

  // ---------------------------------------------------------------------------- what they do

  private Server doing(String name, Fields fields) {
    Value phases = fields.find("phases");
    if (phases == null) {
      return Refusal.locating(fields.path(), () -> Server.named(name, behaviour(fields)));
    }
    List<Value> all = phases.nonEmptyList();
    Server server = Server.named(name, Behaviour.refuses());
    for (int i = 0; i < all.size(); i++) {
      boolean isLast = i == all.size() - 1;
      Server before = server;
      server = all.get(i).object(phase -> phase(before, phase, isLast));
    }
    return server;
  }

  private Server phase(Server server, Fields phase, boolean isLast) {
    Value until = phase.find("until_s");
    if (isLast && until != null) {
      throw until.refuse("null in the last phase, which is for ever");
    }
    if (!isLast) {
      phase.need("until_s", "a time, since only the last phase is for ever");
    }
    Value named = phase.find("endpoints");
    Map<String, Behaviour> doing =
        named == null
            ? Map.of(Server.ANY_ENDPOINT, behaviour(phase))
            : named.object(this::byEndpoint);
    if (until == null) {
      return server.finallyDoing(doing);
    }
    return until.to(
        value -> {
          Duration end = value.seconds();
          return server.until(end, doing);
        });
  }

  private Map<String, Behaviour> byEndpoint(Fields fields) {
    Map<String, Behaviour> doing = new LinkedHashMap<>();
    for (String name : fields.names()) {
      if (!name.equals(Server.ANY_ENDPOINT) && !endpoints.contains(name)) {
        throw Refusal.of(
            fields.path(name), "no such endpoint (expected: \"*\" or one of " + endpoints + ")");
      }
      doing.put(name, fields.need(name, "an object", this::behaviour));
    }
    for (String endpoint : endpoints) {
      if (!doing.containsKey(endpoint) && !doing.containsKey(Server.ANY_ENDPOINT)) {
        throw Refusal.of(
            fields.path(), "nothing for " + endpoint + " (expected: it, or \"*\" for all others)");
      }
    }
    return doing;
  }

  /** Reads what a server does at an endpoint. */
  Behaviour behaviour(Value value) {
    return value.object(this::behaviour);
  }

  private Behaviour behaviour(Fields fields) {
    String deed = fields.orElse("does", "answer", value -> value.oneOf(DEEDS));
    return switch (deed) {
      case "refuse" -> Behaviour.refuses();
      case "swallow" -> Behaviour.swallows();
      case "break" -> Behaviour.breaks(latency(fields));
      default -> answer(fields);
    };
  }

  private Distribution latency(Fields fields) {
    return fields.orElse("latency", Distribution.fixed(Duration.ZERO), draws::work);
  }

  private Behaviour answer(Fields fields) {
    Behaviour answer = Behaviour.answers(latency(fields));
    answer = fields.change("status", answer, (what, value) -> what.withStatus(value.whole()));
    answer = fields.change("over_capacity", answer, Servers::overCapacity);
    answer =
        fields.change(
            "retry_after_s", answer, (what, value) -> what.withRetryAfter(value.seconds()));
    Value rate = fields.find("error_rate");
    if (rate == null) {
      return answer;
    }
    int status = fields.orElse("error_status", DEFAULT_ERROR_STATUS, Value::whole);
    Behaviour plain = answer;
    Value work = fields.find("error_latency");
    return work == null
        ? rate.to(value -> plain.withErrors(value.number(), status))
        : rate.to(value -> plain.withErrors(value.number(), status, draws.work(work)));
  }

  private static Behaviour overCapacity(Behaviour answer, Value value) {
    return value.object(
        fields ->
            answer.withErrorsAbove(
                fields.need("above_in_flight", "a whole number").whole(),
                fields.need("status", "200..599").whole()));
  }
}
