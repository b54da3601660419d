package dev.steelyard.simulator;

import dev.steelyard.lb.LoadBalancerBuilder;

/** How a simulated client sets its balancer up: as the program does that is to be tested. */
@FunctionalInterface
public interface ClientSetup {

  /**
   * Sets a balancer up. Clock, chance and timers are set.
   *
   * @param balancer a builder with the defaults
   * @param client what the client has; only settings that need it look at it
   * @return the builder to build
   */
  LoadBalancerBuilder apply(LoadBalancerBuilder balancer, ClientEnvironment client);
}
