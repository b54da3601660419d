package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.BalancerSnapshot;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run: a discrete-event simulation in which all that is simulated is what is around the
 * balancers. Clients, servers and network are here; the balancers, with their breakers, health
 * monitors, retries, limits and sessions, are those of the library, under a clock, timers and
 * chance of the run.
 *
 * <p><b>Repeatable</b>, because there is one thread, time comes from events, events of one time are
 * in the order in which they were planned, and every part draws its chance from a stream of its
 * own. How much work a request is depends on the seed and its number alone, so strategies are
 * compared on the same work.
 */
final class Engine implements SimulationControl {
  /** Not 0: code under test that takes 0 for "never" should be found out. */
  private static final long START = Duration.ofHours(1).toNanos();

  private static final int MOST_ENDPOINTS_SAMPLED = 20_000;
  private static final long ARRIVALS = 1;
  private static final long WHICH_CLIENT = 2;
  private static final long REQUESTS = 3;
  private static final long NETWORK = 4;
  private static final long DISCOVERY = 5;
  private static final long DEMAND = 6;
  private static final long CLIENTS = 1L << 32;
  private static final long SERVERS = 1L << 33;

  private final Scenario scenario;
  private final long seed;
  private final @Nullable ClientSetup setup;
  private final EventQueue events = new EventQueue(START);
  private final VirtualTime time = new VirtualTime(events);
  private final Map<String, ServerNode> nodes = new HashMap<>();
  private final List<ServerNode> inOrder = new ArrayList<>();
  private final LinkedHashMap<String, ServerNode> present = new LinkedHashMap<>();
  private final OpenRequests open = new OpenRequests();
  private final ClientNode[] clients;
  private final @Nullable CentralQueue central;
  private final Recorder recorder;
  private final Stream whichClient;
  private final Stream requestChance;
  private final Stream networkChance;
  private final Stream discoveryChance;
  private final long demandSeed;
  private long number;
  private boolean comesMore = true;
  private long[] sampledAttempts = {};

  Engine(Scenario scenario, long seed, @Nullable ClientSetup setup) {
    this.scenario = scenario;
    this.seed = seed;
    this.setup = setup;
    this.recorder = new Recorder(START + scenario.measureFromNanos);
    this.whichClient = Stream.of(seed, WHICH_CLIENT);
    this.requestChance = Stream.of(seed, REQUESTS);
    this.networkChance = Stream.of(seed, NETWORK);
    this.discoveryChance = Stream.of(seed, DISCOVERY);
    this.demandSeed = Stream.of(seed, DEMAND).nextLong();
    this.central = setup == null ? new CentralQueue() : null;
    this.clients = new ClientNode[scenario.clients];
    for (int i = 0; i < clients.length; i++) {
      List<String> zones = scenario.clientZones;
      String zone = zones.isEmpty() ? null : zones.get(i % zones.size());
      clients[i] = new ClientNode(this, i, clients.length, zone, Stream.of(seed, CLIENTS + i));
    }
    List<Instance> first = new ArrayList<>();
    for (Server server : scenario.servers) {
      if (server.joinsAtNanos == 0) {
        first.add(add(server).instance());
      } else {
        later(server.joinsAtNanos, () -> join(server));
      }
    }
    for (ClientNode client : clients) {
      client.registry().replaceAll(first);
    }
  }

  // ---------------------------------------------------------------------------- the run

  SimulationResult run() {
    try {
      ClientSetup how = setup;
      for (ClientNode client : clients) {
        if (how != null) {
          client.build(scenario.name, how);
        }
      }
      plan();
      while (comesMore || !open.isEmpty()) {
        if (events.nextTime() - START > scenario.abortNanos) {
          events.passTo(START + scenario.abortNanos);
          break;
        }
        events.next().run();
      }
      return result();
    } finally {
      for (ClientNode client : clients) {
        client.close();
      }
    }
  }

  private void plan() {
    for (Scenario.Planned each : scenario.planned) {
      later(each.atNanos(), () -> each.action().accept(this));
    }
    for (Scenario.Repeated each : scenario.repeated) {
      repeat(each.everyNanos(), () -> each.action().accept(this));
    }
    repeat(scenario.sampleNanos, this::sample);
    new Arriving(scenario.arrivals.begin(Stream.of(seed, ARRIVALS))).planNext();
  }

  private SimulationResult result() {
    long end = events.now();
    open.forEach(each -> recorder.unanswered(each.sentNanos, end - each.sentNanos));
    open.clear(); // closing the balancers may end some, which is no answer
    sample();
    long attempts = inOrder.stream().mapToLong(ServerNode::attempts).sum();
    return recorder.result(
        scenario.name,
        seed,
        Duration.ofNanos(end - START),
        inOrder.stream().map(node -> node.result(attempts)).toList(),
        attempts);
  }

  private void repeat(long interval, Runnable action) {
    Event event =
        new Event() {
          @Override
          void run() {
            if (elapsed() <= scenario.durationNanos) {
              action.run();
              planIn(interval, this);
            }
          }
        };
    planIn(interval, event);
  }

  /** The next request. */
  private final class Arriving extends Event {
    private final Arrivals.Course process;

    Arriving(Arrivals.Course process) {
      this.process = process;
    }

    void planNext() {
      long next = process.next(elapsed());
      comesMore = next < scenario.durationNanos;
      if (comesMore) {
        events.plan(START + next, this);
      }
    }

    @Override
    void run() {
      begin();
      planNext();
    }
  }

  private void begin() {
    ClientNode client = clients[whichClient.nextInt(clients.length)];
    List<String> endpoints = scenario.endpoints;
    String endpoint =
        endpoints.size() == 1
            ? endpoints.get(0)
            : endpoints.get(requestChance.nextInt(endpoints.size()));
    RequestContext context = scenario.requests.next(number, requestChance);
    Request request = new Request(this, client, endpoint, Stream.seed(demandSeed, number));
    number++;
    open.add(request);
    recorder.sent(request.sentNanos);
    CentralQueue queue = central;
    if (queue == null) {
      request.call(client.balancer().attempts(context));
    } else {
      later(scenario.network.delay(false, networkChance), () -> queue.send(request));
    }
  }

  /** A request has ended. */
  void ended(Request request, @Nullable Answer answer, @Nullable Throwable failure) {
    if (open.remove(request)) {
      recorder.ended(request.sentNanos, events.now() - request.sentNanos, answer, failure);
    }
  }

  private void sample() {
    List<Integer> attempts = new ArrayList<>(inOrder.size());
    List<Integer> inFlight = new ArrayList<>(inOrder.size());
    long[] now = new long[inOrder.size()];
    for (int i = 0; i < now.length; i++) {
      ServerNode node = inOrder.get(i);
      now[i] = node.attempts();
      long before = i < sampledAttempts.length ? sampledAttempts[i] : 0;
      attempts.add((int) (now[i] - before));
      inFlight.add(node.inFlight());
    }
    sampledAttempts = now;
    int asked =
        Math.min(clients.length, Math.max(MOST_ENDPOINTS_SAMPLED / Math.max(now.length, 1), 1));
    int ejected = 0;
    for (int i = 0; i < asked && central == null; i++) {
      ejected += clients[i].balancer().snapshot().ejected().instances();
    }
    recorder.sample(attempts, inFlight, ejected, elapsed());
  }

  // ---------------------------------------------------------------------------- for the parts

  int clients() {
    return clients.length;
  }

  VirtualTime time() {
    return time;
  }

  long nanos() {
    return events.now();
  }

  /** Since the start of the run. */
  long elapsed() {
    return events.now() - START;
  }

  Network network() {
    return scenario.network;
  }

  void planIn(long delayNanos, Event event) {
    events.planIn(delayNanos, event);
  }

  void cancel(Event event) {
    events.cancel(event);
  }

  void later(long delayNanos, Runnable action) {
    planIn(
        delayNanos,
        new Event() {
          @Override
          void run() {
            action.run();
          }
        });
  }

  long delay(@Nullable String clientZone, ServerNode node) {
    String serverZone = node.server().zone;
    boolean isAcross = clientZone != null && serverZone != null && !clientZone.equals(serverZone);
    return scenario.network.delay(isAcross, networkChance);
  }

  ServerNode nodeOf(String name) {
    ServerNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException(
          "server: \"" + name + "\" (expected: one that has joined)");
    }
    return node;
  }

  void hasRoom(ServerNode node) {
    if (central != null && present.containsKey(node.name())) {
      central.hasRoom();
    }
  }

  // ---------------------------------------------------------------------------- the control

  private ServerNode add(Server server) {
    Checks.check(
        !nodes.containsKey(server.name), "server", '"' + server.name + '"', "a name not in use");
    ServerNode node =
        new ServerNode(this, server, inOrder.size(), Stream.of(seed, SERVERS + inOrder.size()));
    nodes.put(server.name, node);
    inOrder.add(node);
    present.put(server.name, node);
    if (central != null) {
      central.joined(node);
    }
    return node;
  }

  private void tell(ServerNode node, Consumer<ClientNode> change) {
    for (ClientNode client : clients) {
      Distribution delay = scenario.discoveryDelay;
      if (delay == null) {
        change.accept(client);
      } else {
        long drawn = delay.draw(discoveryChance, 0);
        later(node.toldAfter(client.index(), drawn), () -> change.accept(client));
      }
    }
  }

  @Override
  public Duration now() {
    return Duration.ofNanos(elapsed());
  }

  @Override
  public List<String> servers() {
    return List.copyOf(present.keySet());
  }

  @Override
  public void join(Server server) {
    ServerNode node = add(server);
    Instance instance = node.instance();
    tell(node, client -> client.registry().register(instance));
    if (central != null) {
      central.hasRoom();
    }
  }

  private ServerNode remove(String server) {
    ServerNode node = present.remove(server);
    Checks.check(node != null, "server", '"' + server + '"', "one that is there");
    if (central != null) {
      central.left(requireNonNull(node));
    }
    return requireNonNull(node);
  }

  @Override
  public void leave(String server) {
    tell(remove(server), client -> client.registry().deregister(server));
  }

  @Override
  public void drain(String server, Duration timeout) {
    Checks.positiveNanos(timeout, "drain.timeout");
    tell(
        remove(server),
        client -> {
          var unused =
              client
                  .registry()
                  .drain(server, timeout)
                  .thenRun(() -> client.registry().deregister(server));
        });
  }

  @Override
  public void kill(String server) {
    nodeOf(server).kill();
  }

  @Override
  public void start(String server) {
    nodeOf(server).start();
  }

  @Override
  public void speed(String server, double factor) {
    nodeOf(server).factor(Checks.positive(factor, "speed"));
  }

  @Override
  public void pause(String server, Duration length) {
    nodeOf(server).pause(Checks.positiveNanos(length, "pause"));
  }

  @Override
  public void behave(String server, @Nullable Behaviour behaviour) {
    nodeOf(server).behave(behaviour);
  }

  @Override
  public void weigh(String server, double weight) {
    ServerNode node = nodeOf(server);
    Instance heavier = node.instance().withWeight(weight);
    tell(node, client -> client.registry().update(heavier));
  }

  @Override
  public void partition(@Nullable String clientZone, String server) {
    Checks.check(
        clientZone == null || scenario.clientZones.contains(clientZone),
        "partition.clientZone",
        '"' + clientZone + '"',
        "one of " + scenario.clientZones);
    nodeOf(server).cut(clientZone);
  }

  @Override
  public void heal() {
    inOrder.forEach(ServerNode::heal);
  }

  @Override
  public double utilisation(String server) {
    return nodeOf(server).utilisation();
  }

  @Override
  public int inFlight(String server) {
    return nodeOf(server).inFlight();
  }

  @Override
  public long sent() {
    return number;
  }

  @Override
  public BalancerSnapshot balancer(int client) {
    Checks.check(
        client >= 0 && client < clients.length, "client", client, "0.." + (clients.length - 1));
    return clients[client].balancer().snapshot();
  }
}
