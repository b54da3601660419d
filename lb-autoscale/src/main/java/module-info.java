/** The pure decision function that says how many instances a service should have. */
module dev.steelyard.autoscale {
  requires static transitive org.jspecify;
}
