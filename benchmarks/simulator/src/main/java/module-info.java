/**
 * Runs balancers of {@code dev.steelyard.lb} against simulated clients, servers and networks, in
 * virtual time: a discrete-event simulator, repeatable to the last byte.
 */
@SuppressWarnings("requires-automatic") // HdrHistogram has neither a descriptor nor a fixed name
module dev.steelyard.simulator {
  requires static transitive org.jspecify;
  requires transitive dev.steelyard.lb;
  requires HdrHistogram;

  exports dev.steelyard.simulator;
}
