package dev.steelyard.examples;

import dev.steelyard.examples.FailoverWatch.Failover;
import dev.steelyard.examples.Scenario.Drained;
import dev.steelyard.examples.ServerProfile.Role;
import dev.steelyard.lb.BalancerSnapshot;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.http.BalancedHttpClient;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** One run: real servers, a balanced client, callers, and what happens meanwhile. */
final class Quickstart {
  private static final Duration REDRAW = Duration.ofMillis(250);

  private final Settings settings;
  private final Display display;

  /**
   * What the command line says.
   *
   * @param patience how long nothing may be answered before the run is given up
   */
  record Settings(
      int requests,
      int concurrency,
      int servers,
      Strategy strategy,
      long seed,
      Duration patience) {}

  /**
   * A run that has ended.
   *
   * @param errors what callers got, and how often
   * @param killed the killed instance, or null if the run did not come so far
   * @param drained null if the run did not come so far
   */
  record Result(
      Report report,
      Workload.Counts counts,
      Map<String, Long> errors,
      BalancerSnapshot snapshot,
      @Nullable String killed,
      Failover failover,
      @Nullable Drained drained,
      double seconds) {}

  Quickstart(Settings settings, Display display) {
    this.settings = settings;
    this.display = display;
  }

  Result run() throws IOException, InterruptedException, ExecutionException {
    // Every caller may have a connection to every server, and retries a second one.
    int connections = Math.max(200, 2 * settings.concurrency());
    try (ServerFleet fleet =
        ServerFleet.start(ServerProfile.of(settings.servers()), connections, settings.seed())) {
      InstanceRegistry registry = InstanceRegistry.builder().build();
      for (ServerProcess server : fleet.servers()) {
        if (server.profile().role() != Role.JOINS) {
          registry.register(server.instance());
        }
      }
      FailoverWatch watch = new FailoverWatch();
      try (LoadBalancer balancer =
              LoadBalancer.builder("orders", registry)
                  .selector(settings.strategy().selector())
                  .random(RandomSource.seeded(settings.seed()))
                  .build();
          AttemptPoller poller = new AttemptPoller(balancer, watch)) {
        poller.start();
        return drive(fleet, registry, balancer, watch);
      }
    }
  }

  private Result drive(
      ServerFleet fleet, InstanceRegistry registry, LoadBalancer balancer, FailoverWatch watch)
      throws InterruptedException, ExecutionException {
    HttpClient http = client(balancer);
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/work")).build();
    try (Workload workload =
        new Workload(
            () -> http.send(request, BodyHandlers.ofString()).statusCode(),
            settings.requests(),
            settings.concurrency())) {
      Scenario scenario = new Scenario(fleet, registry, watch, workload, display::event);
      FutureTask<Drained> story = new FutureTask<>(scenario::play);
      Thread teller = new Thread(story, "scenario");
      teller.setDaemon(true);
      teller.start();
      long start = System.nanoTime();
      workload.start();
      Workload.Counts counts = follow(workload, balancer, watch, start);
      double seconds = seconds(System.nanoTime() - start);
      display.end();
      // A run that was given up may not have come so far, or hangs in the server that is drained.
      Drained drained = counts.lost() == 0 || story.isDone() ? story.get() : null;
      teller.interrupt();
      long afterDrain = drained == null ? Report.UNKNOWN : scenario.afterDrain(drained);
      BalancerSnapshot snapshot = balancer.snapshot();
      Failover failover = watch.result();
      return new Result(
          Report.of(counts, snapshot, watch.victim(), failover, afterDrain, workload.latency()),
          counts,
          workload.errors(),
          snapshot,
          watch.victim(),
          failover,
          drained,
          seconds);
    }
  }

  /** The whole of what a program has to do to have its requests balanced. */
  private static HttpClient client(LoadBalancer balancer) {
    // The JDK's server speaks no HTTP/2: without this the client offers it with every connection.
    HttpClient.Builder http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    return BalancedHttpClient.builder(http).service("orders", balancer).build();
  }

  /** Shows the run until it is over, or until nothing has ended for longer than we wait. */
  private Workload.Counts follow(
      Workload workload, LoadBalancer balancer, FailoverWatch watch, long start)
      throws InterruptedException {
    long lastEnded = 0;
    long lastProgress = start;
    while (!workload.awaitEnd(REDRAW)) {
      Workload.Counts counts = workload.counts();
      long now = System.nanoTime();
      if (counts.ended() != lastEnded) {
        lastEnded = counts.ended();
        lastProgress = now;
      } else if (now - lastProgress > settings.patience().toNanos()) {
        display.event(
            "given up: no request has ended for " + settings.patience().toSeconds() + " s");
        return counts;
      }
      display.refresh(
          counts, seconds(now - start), InstanceTable.lines(balancer.snapshot(), watch.victim()));
    }
    return workload.counts();
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
