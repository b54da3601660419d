/**
 * Steelyard's client-side load balancer: registry, selection, and the facade that ties them to
 * calls.
 *
 * <p>The floors, lowest first: {@code env}, {@code registry} and {@code request}, {@code select}
 * and {@code resilience}, {@code health} and {@code sticky}, {@code lb}, {@code http}. A package
 * imports only from lower floors.
 */
module dev.steelyard.lb {
  requires static transitive org.jspecify;
  requires org.slf4j;
  requires com.github.benmanes.caffeine;
  requires transitive java.net.http;

  exports dev.steelyard.lb;
  exports dev.steelyard.lb.env;
  exports dev.steelyard.lb.health;
  exports dev.steelyard.lb.http;
  exports dev.steelyard.lb.registry;
  exports dev.steelyard.lb.request;
  exports dev.steelyard.lb.resilience;
  exports dev.steelyard.lb.select;
  exports dev.steelyard.lb.sticky;
}
