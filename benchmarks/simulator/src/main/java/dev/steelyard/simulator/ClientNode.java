package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.health.HealthMonitor;
import dev.steelyard.lb.health.HealthProbe;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.LoadReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A client: its own list of instances, its own balancer, its own chance. */
final class ClientNode implements ClientEnvironment {
  private final Engine engine;
  private final int index;
  private final int clients;
  private final @Nullable String zone;
  private final Stream random;
  private final InstanceRegistry registry;
  private final List<HealthMonitor> monitors = new ArrayList<>();
  private @Nullable LoadBalancer balancer;

  ClientNode(Engine engine, int index, int clients, @Nullable String zone, Stream random) {
    this.engine = engine;
    this.index = index;
    this.clients = clients;
    this.zone = zone;
    this.random = random;
    this.registry = InstanceRegistry.builder().scheduler(engine.time()).build();
  }

  void build(String name, ClientSetup setup) {
    balancer =
        setup
            .apply(
                LoadBalancer.builder(name + '-' + index, registry)
                    .classifier(StatusClassifier.INSTANCE)
                    .ticker(engine.time())
                    .scheduler(engine.time())
                    .random(random),
                this)
            .build();
  }

  LoadBalancer balancer() {
    return requireNonNull(balancer);
  }

  void close() {
    monitors.forEach(HealthMonitor::close);
    if (balancer != null) {
      balancer.close();
    }
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public int clients() {
    return clients;
  }

  @Override
  public @Nullable String zone() {
    return zone;
  }

  @Override
  public InstanceRegistry registry() {
    return registry;
  }

  @Override
  public Ticker ticker() {
    return engine.time();
  }

  @Override
  public Scheduler scheduler() {
    return engine.time();
  }

  @Override
  public RandomSource random() {
    return random;
  }

  @Override
  public Function<Instance, CompletionStage<LoadReport>> loadProbe() {
    return instance -> new Probing<>(engine.nodeOf(instance.id()), ServerNode::probed).begin();
  }

  @Override
  public HealthProbe healthProbe() {
    return instance -> new Probing<>(engine.nodeOf(instance.id()), node -> true).begin();
  }

  @Override
  public HealthMonitor monitor(UnaryOperator<HealthMonitor.Builder> settings) {
    HealthMonitor monitor =
        settings
            .apply(
                HealthMonitor.builder(registry, healthProbe())
                    .ticker(engine.time())
                    .scheduler(engine.time())
                    .random(random)
                    .executor(Runnable::run))
            .build();
    monitors.add(monitor);
    monitor.start();
    return monitor;
  }

  /** A question that a server answers at once: there, and back. */
  private final class Probing<T> extends Event {
    private final ServerNode node;
    private final Function<ServerNode, T> question;
    private final CompletableFuture<T> stage = new CompletableFuture<>();
    private boolean timesOut;
    private boolean wasThere;
    private @Nullable T answer;

    Probing(ServerNode node, Function<ServerNode, T> question) {
      this.node = node;
      this.question = question;
    }

    CompletableFuture<T> begin() {
      timesOut = node.isCutFrom(zone);
      engine.planIn(
          timesOut ? engine.network().connectTimeoutNanos : engine.delay(zone, node), this);
      return stage;
    }

    @Override
    void run() {
      if (!timesOut && node.isCutFrom(zone)) {
        return; // lost under way
      }
      if (wasThere || timesOut) {
        T known = answer;
        if (known == null) {
          stage.completeExceptionally(new Failures.NotConnected(node.name()));
        } else {
          stage.complete(known);
        }
      } else if (!node.isStanding()) {
        wasThere = true;
        answer = node.isUp() ? question.apply(node) : null;
        engine.planIn(engine.delay(zone, node), this);
      }
    }
  }
}
