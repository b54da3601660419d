package dev.steelyard.examples;

import dev.steelyard.examples.ServerProfile.Role;
import dev.steelyard.lb.registry.DrainResult;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * What happens to the servers while requests are sent: at 30 % of them one is killed, at 50 % one
 * is drained, at 70 % one joins.
 */
final class Scenario {
  private static final double KILL_AT = 0.3;
  private static final double DRAIN_AT = 0.5;
  private static final double JOIN_AT = 0.7;

  /** Longer than any run has requests in flight to one server, even an overloaded one. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofMinutes(5);

  private final ServerFleet fleet;
  private final InstanceRegistry registry;
  private final FailoverWatch watch;
  private final Consumer<String> log;
  // For questions to servers, beside the balancer.
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final CompletableFuture<Void> killTime;
  private final CompletableFuture<Void> drainTime;
  private final CompletableFuture<Void> joinTime;

  Scenario(
      ServerFleet fleet,
      InstanceRegistry registry,
      FailoverWatch watch,
      Workload workload,
      Consumer<String> log) {
    this.fleet = fleet;
    this.registry = registry;
    this.watch = watch;
    this.log = log;
    this.killTime = workload.reached(KILL_AT);
    this.drainTime = workload.reached(DRAIN_AT);
    this.joinTime = workload.reached(JOIN_AT);
  }

  /**
   * How the drain ended.
   *
   * @param id the server
   * @param millis how long it took
   * @param servedAtEnd how many requests had arrived at the server when it was over
   */
  record Drained(String id, long millis, long servedAtEnd) {}

  /** Plays it; returns when the last step is made and the drain is over. */
  Drained play() throws InterruptedException, ExecutionException {
    killTime.get();
    kill();
    drainTime.get();
    CompletableFuture<Drained> drained = drain();
    joinTime.get();
    join();
    return drained.get();
  }

  /** The registry is not told: to notice is the balancer's business. */
  private void kill() {
    ServerProcess server = fleet.withRole(Role.KILLED);
    watch.watch(server.profile().id());
    server.close();
    log.accept("killed " + server.profile().id() + " (SIGKILL); the registry still says UP");
  }

  private CompletableFuture<Drained> drain() {
    ServerProcess server = fleet.withRole(Role.DRAINED);
    String id = server.profile().id();
    log.accept("draining " + id);
    long start = System.nanoTime();
    return registry
        .drain(id, DRAIN_TIMEOUT)
        .thenCompose(
            result -> {
              if (result != DrainResult.DRAINED) {
                throw new IllegalStateException(id + ": drain ended as " + result);
              }
              long millis = (System.nanoTime() - start) / 1_000_000;
              // Asked in the very moment: what arrives from now on arrives after the drain.
              return server.served(http).thenApply(served -> new Drained(id, millis, served));
            })
        .whenComplete(
            (drained, failure) -> {
              if (drained != null) {
                log.accept("drained " + id + " in " + drained.millis() + " ms");
              }
            });
  }

  private void join() {
    ServerProcess server = fleet.withRole(Role.JOINS);
    registry.register(server.instance());
    log.accept("registered " + server.profile().id());
  }

  /** How many requests have arrived at the drained server since its drain was over. */
  long afterDrain(Drained drained) throws InterruptedException, ExecutionException {
    return fleet.withRole(Role.DRAINED).served(http).get() - drained.servedAtEnd();
  }
}
