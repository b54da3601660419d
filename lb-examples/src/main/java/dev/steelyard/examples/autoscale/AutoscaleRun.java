package dev.steelyard.examples.autoscale;

import static dev.steelyard.autoscale.ScalingAction.SCALE_DOWN;
import static dev.steelyard.autoscale.ScalingAction.SCALE_UP;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.loop.AutoScaler;
import dev.steelyard.autoscale.loop.AutoScalerListener;
import dev.steelyard.autoscale.loop.LocalProcesses;
import dev.steelyard.autoscale.loop.MetricsSource;
import dev.steelyard.autoscale.loop.ReadyCheck;
import dev.steelyard.autoscale.loop.ScalingEvent;
import dev.steelyard.autoscale.loop.ScalingEvent.Status;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.examples.JavaProcess;
import dev.steelyard.lb.EndpointSnapshot;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.http.BalancedHttpClient;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** One run: servers, the balancer in front of them, callers, and the loop that ties them. */
final class AutoscaleRun {
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final long POLL_MILLIS = 50;

  private final Settings settings;
  private final PrintWriter out;
  private final AtomicInteger decisions = new AtomicInteger();
  private final AtomicInteger fewest = new AtomicInteger(Integer.MAX_VALUE);
  private final AtomicInteger most = new AtomicInteger();

  /**
   * What the command line says.
   *
   * @param rush callers in the rush
   * @param patience how long the fleet may take to grow, and to shrink
   */
  record Settings(int min, int max, int perServer, int rush, Duration patience) {}

  /**
   * A run that has ended.
   *
   * @param lost requests that ended neither with an answer nor with an error
   * @param ignored changes that were wanted and not made, or not fully
   * @param grewAndShrank whether the fleet did what the load asked for
   */
  record Result(
      long requests,
      long answered,
      long errors,
      long lost,
      int fewest,
      int most,
      int started,
      long crashes,
      int decisions,
      long changes,
      long ignored,
      boolean grewAndShrank) {
    boolean complete() {
      return grewAndShrank && errors == 0 && lost == 0 && crashes == 0;
    }
  }

  AutoscaleRun(Settings settings, PrintWriter out) {
    this.settings = settings;
    this.out = out;
  }

  /** Seconds instead of minutes, so that a run can be watched. */
  private ScalingPolicy policy() {
    return ScalingPolicy.builder()
        .name("servers")
        .bounds(settings.min(), settings.max())
        .rule(TargetTracking.of(Metric.IN_FLIGHT, settings.perServer()))
        .scaleDown(DirectionLimits.none().window(Duration.ofSeconds(3)))
        .build();
  }

  Result run() throws Exception {
    InstanceRegistry registry = InstanceRegistry.builder().build();
    FleetInRegistry follower = new FleetInRegistry(registry, this::say);
    try (LocalProcesses servers =
            LocalProcesses.builder(
                    "server",
                    JavaProcess.command(
                        List.of("server", "--port={port}", "--service-micros=20000")))
                .readyCheck(ReadyCheck.http("/stats"))
                .listener(follower)
                .build();
        LoadBalancer balancer = LoadBalancer.builder("orders", registry).build()) {
      servers.scaleTo(settings.min());
      HttpClient.Builder plain = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
      HttpClient http = BalancedHttpClient.builder(plain).service("orders", balancer).build();
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/work")).build();
      try (Callers callers =
              new Callers(() -> http.send(request, BodyHandlers.ofString()).statusCode());
          AutoScaler scaler =
              AutoScaler.builder("servers", policy(), servers)
                  .source(MetricsSource.of(Metric.IN_FLIGHT, () -> inFlight(balancer)))
                  .source(servers)
                  .interval(INTERVAL)
                  .shortestWait(Duration.ofMillis(100))
                  .backoff(Duration.ofSeconds(1), Duration.ofSeconds(10))
                  .listener(new Reporter())
                  .build()) {
        boolean done = play(servers, callers, scaler);
        callers.end();
        return result(servers, callers, scaler, follower, done);
      }
    }
  }

  private static double inFlight(LoadBalancer balancer) {
    return balancer.snapshot().endpoints().stream().mapToInt(EndpointSnapshot::inFlight).sum();
  }

  private boolean play(LocalProcesses servers, Callers callers, AutoScaler scaler)
      throws InterruptedException {
    int enough =
        Math.min(
            settings.max(),
            Math.max(settings.min() + 1, settings.rush() / settings.perServer() - 1));
    say("quiet: 1 caller");
    callers.setNumber(1);
    scaler.start();
    await(Duration.ofSeconds(1), () -> false);
    say("rush: " + settings.rush() + " callers");
    callers.setNumber(settings.rush());
    boolean grew =
        await(settings.patience(), () -> changed(scaler, SCALE_UP) && servers.count() >= enough);
    await(Duration.ofSeconds(1), () -> false);
    say("quiet: 1 caller");
    callers.setNumber(1);
    return grew
        && await(
            settings.patience(),
            () -> changed(scaler, SCALE_DOWN) && servers.count() == settings.min());
  }

  /** Whether such a change is complete: the servers are ready, or drained and gone. */
  private static boolean changed(AutoScaler scaler, ScalingAction action) {
    return scaler
        .history()
        .between(Instant.EPOCH, Instant.MAX, Status.APPLIED, Status.LIMITED)
        .stream()
        .anyMatch(event -> event.action() == action);
  }

  private static boolean await(Duration time, BooleanSupplier condition)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0 || never.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  private Result result(
      LocalProcesses servers,
      Callers callers,
      AutoScaler scaler,
      FleetInRegistry follower,
      boolean grewAndShrank) {
    return new Result(
        callers.requests(),
        callers.answered(),
        callers.errors(),
        callers.lost(),
        fewest.get(),
        most.get(),
        follower.started(),
        servers.crashes(),
        decisions.get(),
        scaler.history().total(Status.APPLIED) + scaler.history().total(Status.LIMITED),
        scaler.history().total(Status.IGNORED) + scaler.history().total(Status.FAILED),
        grewAndShrank);
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Prints what changes something, and the history of it. */
  private final class Reporter implements AutoScalerListener {
    @Override
    public void onDecision(ScalingDecision decision) {
      decisions.incrementAndGet();
      fewest.accumulateAndGet(decision.current(), Math::min);
      most.accumulateAndGet(decision.current(), Math::max);
      if (decision.action() != ScalingAction.HOLD) {
        say(decision.explain().stripTrailing());
      }
    }

    @Override
    public void onEvent(ScalingEvent event) {
      if (event.times() == 1) {
        say(
            "=> "
                + event.status()
                + ", "
                + event.message()
                + event.failure().map(e -> ": " + e).orElse(""));
      }
    }
  }
}
