package dev.steelyard.simulator;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.health.HealthMonitor;
import dev.steelyard.lb.health.HealthProbe;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.LoadReport;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a simulated client has to build its balancer with. */
public interface ClientEnvironment {

  /**
   * Returns which client this is.
   *
   * @return 0 for the first
   */
  int index();

  /**
   * Returns how many clients there are.
   *
   * @return at least 1
   */
  int clients();

  /**
   * Returns where the client is.
   *
   * @return a zone, or null if the scenario has no zones of clients
   */
  @Nullable String zone();

  /**
   * Returns the instances, as this client knows them.
   *
   * @return the registry
   */
  InstanceRegistry registry();

  /**
   * Returns the virtual clock.
   *
   * @return the ticker
   */
  Ticker ticker();

  /**
   * Returns the timers of virtual time.
   *
   * @return the scheduler
   */
  Scheduler scheduler();

  /**
   * Returns this client's chance.
   *
   * @return the source
   */
  RandomSource random();

  /**
   * Returns a probe for {@link dev.steelyard.lb.select.Selectors#prequal}: over the simulated
   * network, answered by the server at once.
   *
   * @return the probe
   */
  Function<Instance, CompletionStage<LoadReport>> loadProbe();

  /**
   * Returns a health probe: over the simulated network, answered at once by a server that is up and
   * does not stand still, whatever it does with requests; refused by one that is down.
   *
   * @return the probe
   */
  HealthProbe healthProbe();

  /**
   * Builds and starts a health monitor of this client, in virtual time, which is closed when the
   * run ends.
   *
   * @param settings changes the settings of the monitor; the probe is {@link #healthProbe}
   * @return the monitor, for {@link dev.steelyard.lb.LoadBalancerBuilder#healthMonitor}
   */
  HealthMonitor monitor(UnaryOperator<HealthMonitor.Builder> settings);
}
