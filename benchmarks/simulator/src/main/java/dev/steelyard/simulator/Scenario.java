package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Clients, servers, the network between them, and what happens: everything a run needs but its
 * seed. Immutable; may be run any number of times, on several threads at once.
 *
 * <pre>{@code
 * SimulationResult result =
 *     Scenario.named("one of five goes slow")
 *         .servers(5, Server.named("s", Distribution.logNormal(ofMillis(20), ofMillis(80))).withCores(4))
 *         .arrivals(Arrivals.poisson(300))
 *         .lasts(ofSeconds(20))
 *         .at(ofSeconds(5), control -> control.speed("s-1", 0.05))
 *         .balancer((balancer, client) -> balancer.failurePolicy(mine))
 *         .build()
 *         .run();
 * assertTrue(result.percentile(99).toMillis() < 300, result::toString);
 * }</pre>
 *
 * <p>A run has one thread, the caller's, and takes as long as it has requests: about a million per
 * second and core. Same scenario, same seed: the same result, on any machine on which {@link
 * Math#exp} gives the same bits, which the balancer's averages use.
 */
public final class Scenario {
  /** How long after the last request a run is broken off that has no end, in seconds: {@value}. */
  public static final int DEFAULT_GRACE_SECONDS = 60;

  /** How many samples there are of a run, unless {@link Builder#sampleEvery} says it: {@value}. */
  public static final int DEFAULT_SAMPLES = 100;

  /** The endpoint of all requests, unless {@link Builder#endpoints} names some: {@value}. */
  public static final String DEFAULT_ENDPOINT = "default";

  /** Makes the requests that the balancer is told of. */
  @FunctionalInterface
  public interface Requests {

    /**
     * Makes one.
     *
     * @param number 0 for the first of the run
     * @param random the chance of this run
     * @return what the request brings
     */
    RequestContext next(long number, RandomSource random);
  }

  record Planned(long atNanos, Consumer<? super SimulationControl> action) {}

  record Repeated(long everyNanos, Consumer<? super SimulationControl> action) {}

  final String name;
  final int clients;
  final List<String> clientZones;
  final List<String> endpoints;
  final List<Server> servers;
  final Network network;
  final Arrivals arrivals;
  final Requests requests;
  final long durationNanos;
  final long abortNanos;
  final long measureFromNanos;
  final long sampleNanos;
  final @Nullable Distribution discoveryDelay;
  final List<Planned> planned;
  final List<Repeated> repeated;
  private final ClientSetup setup;

  private Scenario(Builder builder, Arrivals arrivals, long durationNanos) {
    this.name = builder.name;
    this.clients = builder.clients;
    this.clientZones = List.copyOf(builder.clientZones);
    this.endpoints = List.copyOf(builder.endpoints);
    this.servers = List.copyOf(builder.servers);
    this.network = builder.network;
    this.arrivals = arrivals;
    this.requests = builder.isIdempotent ? builder.requests : once(builder.requests);
    this.durationNanos = durationNanos;
    this.abortNanos =
        builder.abortNanos > 0
            ? builder.abortNanos
            : durationNanos + Duration.ofSeconds(DEFAULT_GRACE_SECONDS).toNanos();
    this.measureFromNanos = builder.measureFromNanos;
    this.sampleNanos =
        builder.sampleNanos > 0
            ? builder.sampleNanos
            : Math.max(durationNanos / DEFAULT_SAMPLES, 1);
    this.discoveryDelay = builder.discoveryDelay;
    this.planned = List.copyOf(builder.planned);
    this.repeated = List.copyOf(builder.repeated);
    this.setup = builder.setup;
  }

  private static Requests once(Requests requests) {
    return (number, random) -> requests.next(number, random).idempotent(false);
  }

  /**
   * Begins to describe a scenario.
   *
   * @param name for reports; not blank
   * @return a builder
   */
  public static Builder named(String name) {
    return new Builder(Checks.named(name, "scenario"));
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Runs it with seed 1.
   *
   * @return what came of it
   */
  public SimulationResult run() {
    return run(1);
  }

  /**
   * Runs it.
   *
   * @param seed of all chance; the same requests come at the same times under every setup
   * @return what came of it
   */
  public SimulationResult run(long seed) {
    return run(seed, setup);
  }

  /**
   * Runs it with balancers that are set up otherwise.
   *
   * @param seed of all chance
   * @param otherSetup in place of the scenario's
   * @return what came of it
   */
  public SimulationResult run(long seed, ClientSetup otherSetup) {
    return new Engine(this, seed, requireNonNull(otherSetup, "setup")).run();
  }

  /**
   * Runs it with one queue for all servers in place of balancers: a request waits until any server
   * has a core to spare, and goes to the fastest such. What no balancer that does not know how long
   * a request will take does much better than.
   *
   * @param seed of all chance
   * @return what came of it
   * @throws IllegalStateException if a server has any number of cores
   */
  public SimulationResult runCentralQueue(long seed) {
    for (Server server : servers) {
      if (server.cores == Integer.MAX_VALUE) {
        throw new IllegalStateException(
            server.name + ": has any number of cores (expected: withCores, for a central queue)");
      }
    }
    return new Engine(this, seed, null).run();
  }

  /**
   * Returns the set-up of the balancers.
   *
   * @return the set-up, for others that begin with it
   */
  public ClientSetup setup() {
    return setup;
  }

  @Override
  public String toString() {
    return "Scenario[" + name + ']';
  }

  /** Collects a scenario; not thread-safe. */
  public static final class Builder {
    private final String name;
    private int clients = 1;
    private List<String> clientZones = List.of();
    private List<String> endpoints = List.of(DEFAULT_ENDPOINT);
    private final List<Server> servers = new ArrayList<>();
    private Network network = Network.ideal();
    private @Nullable Arrivals arrivals;
    private Requests requests = repeatable();
    private boolean isIdempotent = true;
    private long durationNanos;
    private long abortNanos;
    private long measureFromNanos;
    private long sampleNanos;
    private @Nullable Distribution discoveryDelay;
    private ClientSetup setup = (balancer, client) -> balancer;
    private final List<Planned> planned = new ArrayList<>();
    private final List<Repeated> repeated = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    private static Requests repeatable() {
      RequestContext request = RequestContext.empty().idempotent(true);
      return (number, random) -> request;
    }

    /**
     * Sets how many clients there are, each with a balancer of its own, which knows nothing of the
     * others. Each request is one of them's, at random. Default: 1.
     *
     * @param number at least 1
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder clients(int number) {
      Checks.check(number >= 1, "clients", number, "at least 1");
      this.clients = number;
      return this;
    }

    /**
     * Sets where the clients are, in turn: the first in the first zone, and so on. Default:
     * nowhere.
     *
     * @param zones at least one
     * @return this builder
     * @throws IllegalArgumentException if there is none, or one is blank
     */
    public Builder clientZones(String... zones) {
      Checks.check(zones.length > 0, "clientZones", "none", "at least one");
      this.clientZones = List.of(zones);
      clientZones.forEach(zone -> Checks.named(zone, "clientZones"));
      return this;
    }

    /**
     * Names the kinds of requests, of which each request is one at random. Default: one, {@value
     * #DEFAULT_ENDPOINT}.
     *
     * @param names at least one, unique
     * @return this builder
     * @throws IllegalArgumentException if there is none, or one is blank or there twice
     */
    public Builder endpoints(String... names) {
      Checks.check(names.length > 0, "endpoints", "none", "at least one");
      this.endpoints = List.of(names);
      endpoints.forEach(each -> Checks.named(each, "endpoints"));
      Checks.check(
          new HashSet<>(endpoints).size() == names.length, "endpoints", endpoints, "unique");
      return this;
    }

    /**
     * Adds a server.
     *
     * @param server of a name that no other has
     * @return this builder
     */
    public Builder server(Server server) {
      servers.add(requireNonNull(server, "server"));
      return this;
    }

    /**
     * Adds equal servers, named after the template: {@code name-1}, {@code name-2} and so on.
     *
     * @param number at least 1
     * @param template what they are
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder servers(int number, Server template) {
      Checks.check(number >= 1, "servers", number, "at least 1");
      for (int i = 1; i <= number; i++) {
        servers.add(template.withName(template.name + '-' + i));
      }
      return this;
    }

    /**
     * Sets the network. Default: {@link Network#ideal}.
     *
     * @param between what lies between clients and servers
     * @return this builder
     */
    public Builder network(Network between) {
      this.network = requireNonNull(between, "network");
      return this;
    }

    /**
     * Sets when requests come. There is no default.
     *
     * @param when the arrivals of all clients together
     * @return this builder
     */
    public Builder arrivals(Arrivals when) {
      this.arrivals = requireNonNull(when, "arrivals");
      return this;
    }

    /**
     * Sets for how long requests come. There is no default.
     *
     * @param time above 0
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder lasts(Duration time) {
      this.durationNanos = Checks.positiveNanos(time, "lasts");
      return this;
    }

    /**
     * Sets when the run is broken off if requests are still open then. Default: {@value
     * #DEFAULT_GRACE_SECONDS} s after the last one may come.
     *
     * @param time since the start; not before the last request may come
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder abortAfter(Duration time) {
      this.abortNanos = Checks.positiveNanos(time, "abortAfter");
      return this;
    }

    /**
     * Leaves requests before a time out of the counts and times of the result. Default: none.
     *
     * @param time since the start, less than the run lasts
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder measureFrom(Duration time) {
      this.measureFromNanos = Checks.nanos(time, "measureFrom");
      return this;
    }

    /**
     * Sets how long samples are. Default: a {@value #DEFAULT_SAMPLES}th of the time for which
     * requests come.
     *
     * @param time above 0
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder sampleEvery(Duration time) {
      this.sampleNanos = Checks.positiveNanos(time, "sampleEvery");
      return this;
    }

    /**
     * Sets what requests bring: keys, hints, whether they may be repeated. Default: nothing, and
     * they may.
     *
     * @param factory makes them
     * @return this builder
     */
    public Builder requests(Requests factory) {
      this.requests = requireNonNull(factory, "requests");
      return this;
    }

    /**
     * Has requests bring keys: some more often than others, as words in a text (Zipf).
     *
     * @param keys how many there are, 1 to 10 000 000
     * @param exponent how unequal, 0 for equally often; the k-th is asked for k^-exponent times as
     *     often as the first
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder keys(int keys, double exponent) {
      Checks.check(keys >= 1 && keys <= 10_000_000, "keys", keys, "1..10000000");
      Checks.check(exponent >= 0 && exponent <= 10, "keys.exponent", exponent, "0..10");
      return requests(new ZipfKeys(keys, exponent));
    }

    /**
     * Says whether requests may be sent a second time when it is not known whether the first one
     * was carried out. Default: what the requests themselves say, which without {@link #requests}
     * is that they may.
     *
     * @param mayBeRepeated false: none may, whatever requests say
     * @return this builder
     */
    public Builder idempotent(boolean mayBeRepeated) {
      this.isIdempotent = mayBeRepeated;
      return this;
    }

    /**
     * Sets how long it takes until a client knows that a server has joined or left; drawn for each
     * client. Default: no time.
     *
     * @param delay the delay
     * @return this builder
     */
    public Builder discoveryDelay(Distribution delay) {
      this.discoveryDelay = requireNonNull(delay, "discoveryDelay");
      return this;
    }

    /**
     * Sets how clients set their balancers up. Default: as it is by default.
     *
     * @param how the set-up
     * @return this builder
     */
    public Builder balancer(ClientSetup how) {
      this.setup = requireNonNull(how, "balancer");
      return this;
    }

    /**
     * Has something happen.
     *
     * @param time since the start
     * @param action what
     * @return this builder
     * @throws IllegalArgumentException if negative
     */
    public Builder at(Duration time, Consumer<? super SimulationControl> action) {
      planned.add(new Planned(Checks.nanos(time, "at"), requireNonNull(action, "action")));
      return this;
    }

    /**
     * Has something happen again and again while requests come, the first time after one interval.
     *
     * @param time the interval, above 0
     * @param action what
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder every(Duration time, Consumer<? super SimulationControl> action) {
      repeated.add(
          new Repeated(Checks.positiveNanos(time, "every"), requireNonNull(action, "action")));
      return this;
    }

    /**
     * Builds the scenario.
     *
     * @return the scenario
     * @throws IllegalStateException if something is missing or contradicts itself
     */
    public Scenario build() {
      Arrivals when = arrivals;
      need(when != null, "arrivals: none");
      need(durationNanos > 0, "lasts: not set");
      need(!servers.isEmpty(), "servers: none");
      need(
          abortNanos == 0 || abortNanos >= durationNanos,
          "abortAfter: before the last request may come");
      need(measureFromNanos < durationNanos, "measureFrom: not before the end");
      Set<String> names = new HashSet<>();
      for (Server server : servers) {
        need(names.add(server.name), "server \"" + server.name + "\": there twice");
        for (Server.Phase phase : server.phases) {
          need(
              phase.endpoints().containsKey(Server.ANY_ENDPOINT)
                  || endpoints.stream().allMatch(phase.endpoints()::containsKey),
              "server \"" + server.name + "\": a phase does not say what it does at all endpoints");
        }
      }
      return new Scenario(this, requireNonNull(when), durationNanos);
    }

    private void need(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalStateException("scenario \"" + name + "\": " + otherwise);
      }
    }
  }
}
