package dev.steelyard.examples;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.steelyard.lb.BalancerSnapshot;
import dev.steelyard.lb.EndpointSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run, as it is written for programs.
 *
 * @param requests how many were to be sent
 * @param answered how many got a response, of whatever status
 * @param lost how many got neither a response nor an exception
 * @param callerErrors how many got an exception
 * @param retries how many attempts the balancer made beside the first ones
 * @param failoverMillis how long the killed instance got traffic, see {@link FailoverWatch}
 * @param afterDrain how many requests reached the drained server after its drain was over, by the
 *     server's own count; {@link #UNKNOWN} if the run was given up before
 * @param p50Micros the median time to an answer
 * @param p99Micros the time that 1 % of the answers exceeded
 * @param p999Micros the time that 0.1 % of the answers exceeded
 * @param instances the instances, in order of registration
 */
@JsonPropertyOrder({
  "requests",
  "answered",
  "lost",
  "callerErrors",
  "retries",
  "failoverMillis",
  "afterDrain",
  "p50Micros",
  "p99Micros",
  "p999Micros",
  "instances"
})
record Report(
    long requests,
    long answered,
    long lost,
    long callerErrors,
    long retries,
    long failoverMillis,
    long afterDrain,
    long p50Micros,
    long p99Micros,
    long p999Micros,
    List<InstanceReport> instances) {

  /** In place of a count that the run did not come to. */
  static final long UNKNOWN = -1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * One instance.
   *
   * @param id its id
   * @param state its status in the registry, or KILLED
   * @param requests how many attempts the balancer sent it, retries included
   * @param share its part of the attempts at all instances
   */
  @JsonPropertyOrder({"id", "state", "requests", "share"})
  record InstanceReport(String id, String state, long requests, double share) {}

  /** Puts together what was counted in different places. */
  static Report of(
      Workload.Counts counts,
      BalancerSnapshot snapshot,
      @Nullable String killed,
      FailoverWatch.Failover failover,
      long afterDrain,
      Histogram latencyMicros) {
    return new Report(
        counts.requests(),
        counts.answered(),
        counts.lost(),
        counts.callerErrors(),
        snapshot.retries(),
        failover.millis(),
        afterDrain,
        latencyMicros.getValueAtPercentile(50),
        latencyMicros.getValueAtPercentile(99),
        latencyMicros.getValueAtPercentile(99.9),
        instances(snapshot, killed));
  }

  /** What the balancer knows of its instances, with the one that nobody told it was killed. */
  static List<InstanceReport> instances(BalancerSnapshot snapshot, @Nullable String killed) {
    long all = snapshot.endpoints().stream().mapToLong(EndpointSnapshot::requests).sum();
    return snapshot.endpoints().stream()
        .map(
            endpoint -> {
              String id = endpoint.instance().id();
              String state = id.equals(killed) ? "KILLED" : endpoint.status().name();
              double share = all == 0 ? 0 : (double) endpoint.requests() / all;
              return new InstanceReport(id, state, endpoint.requests(), share);
            })
        .toList();
  }

  /** Whether every request was answered: what the exit status says. */
  boolean complete() {
    return lost == 0 && callerErrors == 0;
  }

  void write(Path file) throws IOException {
    JSON.writeValue(file.toFile(), this);
  }
}
