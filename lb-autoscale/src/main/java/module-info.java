/**
 * A pure function that says how many instances a service should have, and why; beside it a replay,
 * a linter and a loop.
 *
 * <p>The floors, lowest first: {@code forecast} and {@code schedule}, the function itself, {@code
 * rules}, {@code profile}, then {@code lint}, {@code replay} and {@code loop}. A package imports
 * only from lower floors. Only {@code loop} has a clock, threads and I/O.
 */
@SuppressWarnings(
    "requires-automatic") // cron-utils has a fixed name in its manifest, no descriptor
module dev.steelyard.autoscale {
  requires static transitive org.jspecify;
  requires java.management;
  requires transitive java.net.http;
  requires jdk.management;
  requires org.slf4j;
  requires com.cronutils;
  requires com.fasterxml.jackson.core;
  requires static info.picocli;

  exports dev.steelyard.autoscale;
  exports dev.steelyard.autoscale.forecast;
  exports dev.steelyard.autoscale.limits;
  exports dev.steelyard.autoscale.lint;
  exports dev.steelyard.autoscale.loop;
  exports dev.steelyard.autoscale.profile;
  exports dev.steelyard.autoscale.replay;
  exports dev.steelyard.autoscale.rules;
  exports dev.steelyard.autoscale.schedule;

  opens dev.steelyard.autoscale.cli to
      info.picocli;
}
