package dev.steelyard.simulator;

import dev.steelyard.lb.BalancerSnapshot;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hand in a running simulation: what events of a scenario do, and what a loop that watches it
 * asks. For use within {@link Scenario.Builder#at} and {@link Scenario.Builder#every} only; not
 * thread-safe.
 *
 * <p>Methods that take the name of a server throw an {@link IllegalArgumentException} if there is
 * none of that name.
 */
public interface SimulationControl {

  /**
   * Returns the time.
   *
   * @return since the start of the run
   */
  Duration now();

  /**
   * Returns which servers there are.
   *
   * @return the names of those that have joined and not left, in the order in which they joined
   */
  List<String> servers();

  /**
   * Starts a server and has clients told of it.
   *
   * @param server of a name that no other has or had
   */
  void join(Server server);

  /**
   * Has clients told that a server has left. What it has, it finishes.
   *
   * @param server its name
   */
  void leave(String server);

  /**
   * Has clients told to send a server nothing new, and deregisters it at each of them when what was
   * in flight is done.
   *
   * @param server its name
   * @param timeout after which it is deregistered anyhow, above 0
   */
  void drain(String server, Duration timeout);

  /**
   * Ends a server's process: what it has breaks, and connections are refused. Clients are not told.
   *
   * @param server its name
   */
  void kill(String server);

  /**
   * Starts the process of a server that was killed, cold if it starts cold.
   *
   * @param server its name
   */
  void start(String server);

  /**
   * Changes how fast a server is, times what its description says.
   *
   * @param server its name
   * @param factor above 0; 1 is as described
   */
  void speed(String server, double factor);

  /**
   * Has a server stand still.
   *
   * @param server its name
   * @param length how long, above 0
   */
  void pause(String server, Duration length);

  /**
   * Changes what a server does with requests, from now on and for ever, at all endpoints.
   *
   * @param server its name
   * @param behaviour what it does; null for what its description says
   */
  void behave(String server, @Nullable Behaviour behaviour);

  /**
   * Changes the weight of a server's instance.
   *
   * @param server its name
   * @param weight finite, at least 0
   */
  void weigh(String server, double weight);

  /**
   * Cuts the network between clients and a server, both ways: nothing arrives any more.
   *
   * @param clientZone the clients of this zone; null for all
   * @param server its name
   */
  void partition(@Nullable String clientZone, String server);

  /** Mends all partitions. What was lost is lost. */
  void heal();

  /**
   * Returns how busy a server has been since this was asked last, for this server, or since it
   * joined.
   *
   * @param server its name
   * @return the share of its cores, 0 to 1
   * @throws IllegalStateException if it has any number of cores
   */
  double utilisation(String server);

  /**
   * Returns how many requests are at a server, waiting or being worked on.
   *
   * @param server its name
   * @return at least 0
   */
  int inFlight(String server);

  /**
   * Returns how many requests have been sent by clients so far, retries not counted.
   *
   * @return at least 0
   */
  long sent();

  /**
   * Returns what a client's balancer looks like.
   *
   * @param client 0 for the first
   * @return its snapshot
   */
  BalancerSnapshot balancer(int client);
}
