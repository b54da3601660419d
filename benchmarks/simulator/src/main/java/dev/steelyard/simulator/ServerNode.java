package dev.steelyard.simulator;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.select.LoadReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A running server.
 *
 * <p>Its speed may change while it works: work that is under way keeps what is left of it and when
 * that was so, and its end is planned anew. A speed of 0 is standing still.
 */
final class ServerNode {
  private static final int OK = 200;
  private static final double LN_20 = 2.995732273553991;

  private final Engine engine;
  private final Server server;
  private final int index;
  private final Instance instance;
  private final Stream chance;
  private final Stream demand = new Stream(0);
  private final ArrayDeque<Trip> waiting = new ArrayDeque<>();
  private final List<Trip> running = new ArrayList<>();
  private final List<Trip> swallowed = new ArrayList<>();
  private final Set<@Nullable String> cuts = new HashSet<>();
  private final Answer ok;
  private LoadSense sense = new LoadSense();

  private boolean up = true;
  private double factor = 1;
  private double speed;
  private int pauses;
  private int present;
  private long begun;
  private @Nullable Behaviour behaviour;
  private long[] told = {};
  private final List<Turns> turns = new ArrayList<>();

  // What is reported.
  private long attempts;
  private long responses;
  private double busyNanos;
  private int mostInFlight;
  private double coreNanos;
  private long coreUpdated;
  private double coreNanosAsked;
  private long askedNanos;

  ServerNode(Engine engine, Server server, int index, Stream chance) {
    this.engine = engine;
    this.server = server;
    this.index = index;
    this.chance = chance;
    this.ok = new Answer(server.name, OK, Duration.ZERO);
    this.speed = server.speed;
    this.coreUpdated = engine.nanos();
    this.askedNanos = engine.nanos();
    String host = "10." + (index >>> 16 & 255) + '.' + (index >>> 8 & 255) + '.' + (index & 255);
    Instance made =
        Instance.of("http://" + host + ":8080").withId(server.name).withWeight(server.weight);
    this.instance = server.zone == null ? made : made.withZone(server.zone);
    for (Server.Disturbance each : server.disturbances) {
      Turns those = new Turns(each);
      turns.add(those);
      those.planNext();
    }
  }

  String name() {
    return server.name;
  }

  Server server() {
    return server;
  }

  int index() {
    return index;
  }

  Instance instance() {
    return instance;
  }

  Answer ok() {
    return ok;
  }

  int inFlight() {
    return present;
  }

  boolean isUp() {
    return up;
  }

  boolean isStanding() {
    return speed == 0;
  }

  double speed() {
    return speed;
  }

  long attempts() {
    return attempts;
  }

  ServerResult result(long allAttempts) {
    double share = allAttempts == 0 ? 0 : (double) attempts / allAttempts;
    return new ServerResult(server.name, attempts, share, responses, busyNanos / 1e9, mostInFlight);
  }

  /** A client has chosen it. */
  void chosen() {
    attempts++;
  }

  // ---------------------------------------------------------------------------- requests

  /** Whether it would begin to work on a request at once. */
  boolean hasRoom() {
    return up && speed > 0 && running.size() < server.cores && waiting.isEmpty();
  }

  void arrive(Trip trip) {
    trip.arrivedNanos = engine.nanos();
    if (!up) {
      trip.sendBackBroken(true);
      return;
    }
    Behaviour now = behaviour(trip.endpoint);
    if (now.kind == Behaviour.Kind.REFUSE) {
      trip.sendBackBroken(true);
    } else if (now.kind == Behaviour.Kind.SWALLOW) {
      present++; // for ever, as far as anybody can see
      swallowed.add(trip);
      mostInFlight = Math.max(mostInFlight, present);
    } else if (now.kind == Behaviour.Kind.ANSWER && present >= server.maxInFlight) {
      trip.sendBack(answer(server.maxInFlightStatus, now));
      responses++;
    } else {
      accept(trip, now);
    }
  }

  private void accept(Trip trip, Behaviour now) {
    trip.others = present++;
    mostInFlight = Math.max(mostInFlight, present);
    demand.restart(trip.seed);
    Distribution time = now.time;
    int status = now.status;
    if (trip.others > now.aboveInFlight) {
      status = now.aboveStatus;
    } else if (now.errorRate > 0 && Stream.ofAttempt(trip.seed, trip.number) < now.errorRate) {
      status = now.errorStatus;
      if (now.errorTime != null) {
        time = now.errorTime;
      }
    }
    trip.breaks = now.kind == Behaviour.Kind.BREAK;
    trip.outcome(answer(status, now));
    trip.workLeft = time.draw(demand, present);
    if (running.size() < server.cores) {
      begin(trip);
    } else {
      waiting.add(trip);
    }
  }

  private Answer answer(int status, Behaviour now) {
    if (status == OK) {
      return ok;
    }
    boolean says =
        now.retryAfterNanos > 0
            && (status == StatusClassifier.TOO_MANY_REQUESTS
                || status == StatusClassifier.UNAVAILABLE);
    return new Answer(
        server.name, status, says ? Duration.ofNanos(now.retryAfterNanos) : Duration.ZERO);
  }

  private Behaviour behaviour(String endpoint) {
    Behaviour own = behaviour;
    if (own != null) {
      return own;
    }
    long now = engine.elapsed();
    for (Server.Phase phase : server.phases) {
      if (now < phase.untilNanos()) {
        return phase.of(endpoint);
      }
    }
    throw new AssertionError("the last phase is for ever");
  }

  /** How much more work a request is because caches are empty and code is not compiled. */
  private double cold() {
    return server.warmAfter == 0
        ? 1
        : 1 + (server.coldFactor - 1) * StrictMath.exp(-LN_20 * begun / server.warmAfter);
  }

  private void begin(Trip trip) {
    countCores();
    trip.workLeft *= cold();
    begun++;
    trip.slot = running.size();
    running.add(trip);
    trip.workedUntil = engine.nanos();
    planEnd(trip);
  }

  private void planEnd(Trip trip) {
    if (speed > 0) {
      trip.workFor((long) Math.ceil(trip.workLeft / speed));
    }
  }

  /** The work is done. */
  void worked(Trip trip) {
    countCores();
    Trip last = running.remove(running.size() - 1);
    if (!last.equals(trip)) {
      running.set(trip.slot, last);
      last.slot = trip.slot;
    }
    present--;
    long time = engine.nanos() - trip.arrivedNanos;
    busyNanos += time;
    responses++;
    sense.answered(time, trip.others + 1);
    if (trip.breaks) {
      trip.sendBackBroken(false);
    } else {
      trip.sendBack(trip.outcome());
    }
    Trip next = waiting.poll();
    if (next != null) {
      begin(next);
    } else {
      engine.hasRoom(this);
    }
  }

  // ---------------------------------------------------------------------------- what happens to it

  void factor(double newFactor) {
    factor = newFactor;
    changeSpeed();
  }

  void behave(@Nullable Behaviour newBehaviour) {
    behaviour = newBehaviour;
  }

  void pause(long nanos) {
    pauses++;
    changeSpeed();
    engine.later(
        nanos,
        () -> {
          pauses--;
          changeSpeed();
        });
  }

  private void changeSpeed() {
    double before = speed;
    speed = pauses > 0 ? 0 : server.speed * factor;
    for (Turns each : turns) {
      speed *= each.speed();
    }
    if (speed == before) {
      return;
    }
    long now = engine.nanos();
    for (Trip trip : running) {
      trip.workLeft = Math.max(trip.workLeft - (now - trip.workedUntil) * before, 0);
      trip.workedUntil = now;
      engine.cancel(trip);
      planEnd(trip);
    }
    if (before == 0) {
      engine.hasRoom(this);
    }
  }

  void kill() {
    if (!up) {
      return;
    }
    countCores();
    up = false;
    present = 0;
    List<Trip> broken = new ArrayList<>(running);
    broken.addAll(waiting);
    broken.addAll(swallowed);
    running.clear();
    waiting.clear();
    swallowed.clear();
    for (Trip trip : broken) {
      engine.cancel(trip);
      trip.sendBackBroken(false);
    }
  }

  void start() {
    if (!up) {
      up = true;
      begun = 0;
      sense = new LoadSense();
      engine.hasRoom(this);
    }
  }

  /**
   * When a client is told what has become of it, if that alone would take so long: not before it is
   * told what was so before, or it would hold on to a server that has left.
   */
  long toldAfter(int client, long delayNanos) {
    if (told.length == 0) {
      told = new long[engine.clients()];
    }
    long now = engine.nanos();
    told[client] = Math.max(told[client], Checks.sum(now, delayNanos));
    return told[client] - now;
  }

  void cut(@Nullable String clientZone) {
    cuts.add(clientZone);
  }

  void heal() {
    cuts.clear();
  }

  boolean isCutFrom(@Nullable String clientZone) {
    return !cuts.isEmpty() && (cuts.contains(null) || cuts.contains(clientZone));
  }

  // ---------------------------------------------------------------------------- what it says

  private void countCores() {
    long now = engine.nanos();
    coreNanos += (double) (now - coreUpdated) * running.size();
    coreUpdated = now;
  }

  /** The share of its cores that was busy since this was asked last. */
  double utilisation() {
    if (server.cores == Integer.MAX_VALUE) {
      throw new IllegalStateException(
          server.name + ": has any number of cores (expected: withCores, to have a utilisation)");
    }
    countCores();
    double time = (double) (coreUpdated - askedNanos) * server.cores;
    double used = coreNanos - coreNanosAsked;
    coreNanosAsked = coreNanos;
    askedNanos = coreUpdated;
    return time == 0 ? 0 : used / time;
  }

  /** What it answers to a probe. */
  LoadReport probed() {
    return new LoadReport(
        0,
        0,
        0,
        0,
        0,
        Map.of(
            LoadReport.REQUESTS_IN_FLIGHT,
            (double) present,
            LoadReport.LATENCY_MILLIS,
            sense.latencyNanos(present) / 1e6));
  }

  /** What it says in its answers; null if it says nothing. */
  @Nullable LoadReport report() {
    return server.reportsLoad
        ? sense.report(engine.nanos(), running.size(), server.cores, present)
        : null;
  }

  /** Slow or standing times, by turns with others. */
  private final class Turns extends Event {
    private final Server.Disturbance what;
    private boolean isOn;

    Turns(Server.Disturbance what) {
      this.what = what;
    }

    double speed() {
      return isOn ? what.speed() : 1;
    }

    void planNext() {
      long wait = (isOn ? what.length() : what.every()).draw(chance, 0);
      engine.planIn(Math.max(wait, 1), this);
    }

    @Override
    void run() {
      isOn = !isOn;
      changeSpeed();
      planNext();
    }
  }
}
