package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server: what it does when, and what it does it with. Immutable.
 *
 * <p>A request that arrives is refused, broken or swallowed if the {@link Behaviour} of its time
 * says so; else it is turned away if there are too many ({@link #withMaxInFlight}); else it waits,
 * first come, first served, for a core, and keeps that until its work is done. A core does a second
 * of work in a second at speed 1. Without {@link #withCores} nothing waits.
 */
public final class Server {
  /** Any endpoint that is not named: {@value}. */
  public static final String ANY_ENDPOINT = "*";

  /**
   * What it does until a time.
   *
   * @param untilNanos since the start of the run; Long.MAX_VALUE for ever
   */
  record Phase(long untilNanos, Map<String, Behaviour> endpoints) {
    Behaviour of(String endpoint) {
      Behaviour own = endpoints.get(endpoint);
      return own == null ? requireNonNull(endpoints.get(ANY_ENDPOINT)) : own;
    }
  }

  /** From time to time something else takes place, as garbage collection or a neighbour does. */
  record Disturbance(Distribution every, Distribution length, double speed) {}

  final String name;
  int cores = Integer.MAX_VALUE;
  int maxInFlight = Integer.MAX_VALUE;
  int maxInFlightStatus;
  double speed = 1;
  double weight = 1;
  @Nullable String zone;
  long joinsAtNanos;
  double coldFactor = 1;
  int warmAfter;
  boolean reportsLoad;
  List<Phase> phases = List.of();
  List<Disturbance> disturbances = List.of();

  private Server(String name) {
    this.name = name;
  }

  private Server(String name, Server other) {
    this(name);
    this.cores = other.cores;
    this.maxInFlight = other.maxInFlight;
    this.maxInFlightStatus = other.maxInFlightStatus;
    this.speed = other.speed;
    this.weight = other.weight;
    this.zone = other.zone;
    this.joinsAtNanos = other.joinsAtNanos;
    this.coldFactor = other.coldFactor;
    this.warmAfter = other.warmAfter;
    this.reportsLoad = other.reportsLoad;
    this.phases = other.phases;
    this.disturbances = other.disturbances;
  }

  /**
   * A server that answers.
   *
   * @param name not blank, unique in its scenario: the id of its instance
   * @param work the work of a request
   * @return the server
   */
  public static Server named(String name, Distribution work) {
    return named(name, Behaviour.answers(work));
  }

  /**
   * A server that always does the same.
   *
   * @param name not blank, unique in its scenario
   * @param behaviour what it does
   * @return the server
   */
  public static Server named(String name, Behaviour behaviour) {
    Server server = new Server(Checks.named(name, "server"));
    server.phases = List.of(lasting(behaviour));
    return server;
  }

  private static Phase lasting(Behaviour behaviour) {
    return new Phase(Long.MAX_VALUE, Map.of(ANY_ENDPOINT, requireNonNull(behaviour, "behaviour")));
  }

  /**
   * The same server under another name.
   *
   * @param newName not blank, unique in its scenario
   * @return the changed server
   */
  public Server withName(String newName) {
    return new Server(Checks.named(newName, "server"), this);
  }

  private Server copy() {
    return new Server(name, this);
  }

  /**
   * Inserts a phase before what it does for ever: the phases follow one another in the order of
   * these calls.
   *
   * @param until when it ends, since the start of the run; later than the phase before
   * @param behaviour what it does until then
   * @return the changed server
   * @throws IllegalArgumentException if it does not end later than the phase before
   */
  public Server until(Duration until, Behaviour behaviour) {
    return until(until, Map.of(ANY_ENDPOINT, behaviour));
  }

  /**
   * Inserts a phase that treats endpoints differently.
   *
   * @param until when it ends, since the start of the run; later than the phase before
   * @param endpoints what it does by the name of the endpoint; {@value #ANY_ENDPOINT} for all
   *     others, needed unless all endpoints of the scenario are there
   * @return the changed server
   * @throws IllegalArgumentException if it does not end later than the phase before
   */
  public Server until(Duration until, Map<String, Behaviour> endpoints) {
    long end = Checks.positiveNanos(until, "until");
    long before = phases.size() < 2 ? 0 : phases.get(phases.size() - 2).untilNanos();
    Checks.check(
        end > before, "until", until, "later than the phase before, " + Duration.ofNanos(before));
    Server changed = copy();
    List<Phase> more = new ArrayList<>(phases);
    more.add(more.size() - 1, new Phase(end, Map.copyOf(endpoints)));
    changed.phases = List.copyOf(more);
    return changed;
  }

  /**
   * Changes what it does after the last phase, for ever.
   *
   * @param endpoints as in {@link #until(Duration, Map)}
   * @return the changed server
   */
  public Server finallyDoing(Map<String, Behaviour> endpoints) {
    Server changed = copy();
    List<Phase> other = new ArrayList<>(phases);
    other.set(other.size() - 1, new Phase(Long.MAX_VALUE, Map.copyOf(endpoints)));
    changed.phases = List.copyOf(other);
    return changed;
  }

  /**
   * Sets how many requests it works on at a time. Default: any number.
   *
   * @param number at least 1
   * @return the changed server
   * @throws IllegalArgumentException if out of range
   */
  public Server withCores(int number) {
    Checks.check(number >= 1, "cores", number, "at least 1");
    Server changed = copy();
    changed.cores = number;
    return changed;
  }

  /**
   * Turns requests away at once while so many are there, waiting or being worked on. Default:
   * never.
   *
   * @param requests at least 1
   * @param code the status they get, 200 to 599
   * @return the changed server
   * @throws IllegalArgumentException if out of range
   */
  public Server withMaxInFlight(int requests, int code) {
    Checks.check(requests >= 1, "maxInFlight", requests, "at least 1");
    Server changed = copy();
    changed.maxInFlight = requests;
    changed.maxInFlightStatus = Checks.status(code, "maxInFlight.status");
    return changed;
  }

  /**
   * Sets how fast its cores are. Default: 1.
   *
   * @param factor above 0
   * @return the changed server
   * @throws IllegalArgumentException if out of range
   */
  public Server withSpeed(double factor) {
    Server changed = copy();
    changed.speed = Checks.positive(factor, "speed");
    return changed;
  }

  /**
   * Sets the weight of its instance. Default: 1.
   *
   * @param newWeight finite, at least 0
   * @return the changed server
   * @throws IllegalArgumentException if out of range
   */
  public Server withWeight(double newWeight) {
    Checks.check(
        newWeight >= 0 && newWeight <= Double.MAX_VALUE, "weight", newWeight, "finite and >= 0");
    Server changed = copy();
    changed.weight = newWeight;
    return changed;
  }

  /**
   * Sets where it is. Default: nowhere.
   *
   * @param newZone the zone of its instance
   * @return the changed server
   */
  public Server withZone(String newZone) {
    Server changed = copy();
    changed.zone = Checks.named(newZone, "zone");
    return changed;
  }

  /**
   * Has it join later. Default: it is there when the run starts.
   *
   * @param time since the start of the run
   * @return the changed server
   * @throws IllegalArgumentException if negative
   */
  public Server joiningAt(Duration time) {
    Server changed = copy();
    changed.joinsAtNanos = Checks.nanos(time, "joiningAt");
    return changed;
  }

  /**
   * Has it stand still from time to time, all cores at once, as garbage collection does.
   *
   * @param every from the end of a pause to the next
   * @param length how long a pause is
   * @return the changed server
   */
  public Server withPauses(Distribution every, Distribution length) {
    return disturbed(every, length, 0);
  }

  /**
   * Has something else slow it down from time to time, as neighbours on the same machine do.
   *
   * @param every from the end of a slow time to the next
   * @param length how long a slow time is
   * @param factor the speed meanwhile, times that of the cores: above 0, below 1
   * @return the changed server
   * @throws IllegalArgumentException if out of range
   */
  public Server withAntagonist(Distribution every, Distribution length, double factor) {
    Checks.check(factor > 0 && factor < 1, "antagonist.speed", factor, "above 0, below 1");
    return disturbed(every, length, factor);
  }

  private Server disturbed(Distribution every, Distribution length, double factor) {
    Server changed = copy();
    List<Disturbance> more = new ArrayList<>(disturbances);
    more.add(
        new Disturbance(requireNonNull(every, "every"), requireNonNull(length, "length"), factor));
    changed.disturbances = List.copyOf(more);
    return changed;
  }

  /**
   * Has it start cold: its first request means so much more work, and what is more decays by the
   * requests it has worked on, to a 20th after the given number. It is cold again after a restart.
   * Default: it is warm.
   *
   * @param factor at least 1
   * @param requests at least 1
   * @return the changed server
   * @throws IllegalArgumentException if out of range
   */
  public Server startingCold(double factor, int requests) {
    Checks.check(factor >= 1 && factor <= Double.MAX_VALUE, "cold.factor", factor, "at least 1");
    Checks.check(requests >= 1, "cold.requests", requests, "at least 1");
    Server changed = copy();
    changed.coldFactor = factor;
    changed.warmAfter = requests;
    return changed;
  }

  /**
   * Has it say in its answers how busy it is, for {@link
   * dev.steelyard.lb.LoadBalancerBuilder#reportedLoad}. Default: it does not.
   *
   * @return the changed server
   */
  public Server reportingLoad() {
    Server changed = copy();
    changed.reportsLoad = true;
    return changed;
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "Server[" + name + ']';
  }
}
