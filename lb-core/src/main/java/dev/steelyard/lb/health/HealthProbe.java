package dev.steelyard.lb.health;

import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.internal.Checks;
import dev.steelyard.lb.registry.Instance;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Asks an instance whether it works. One line is enough for one's own:
 *
 * <pre>{@code
 * HealthProbe probe = instance -> asyncClient.get(instance.uri()).thenApply("ok"::equals);
 * }</pre>
 *
 * <p>Implementations are thread-safe. A {@link HealthMonitor} calls {@link #check} on a thread that
 * is there for it, so it may block: if it does for longer than the timeout, the thread is
 * interrupted, the check has failed, and other instances do not notice.
 */
@FunctionalInterface
public interface HealthProbe {

  /**
   * Begins a check, or makes it.
   *
   * @param instance whom to ask
   * @return completes with true if the instance works; with false or a failure, whose message is
   *     the reason that people will read, if it does not. Cancelled when the check takes too long
   * @throws Exception if the instance does not work; the message is the reason
   */
  CompletionStage<Boolean> check(Instance instance) throws Exception;

  /**
   * Returns a probe by HTTP or HTTPS: {@code GET} of the instance's URI and a path; an answer of
   * status 200 to 299 is good. The methods of the probe say otherwise.
   *
   * @param path what to ask for below the instance's URI, beginning with a slash; a query may
   *     follow
   * @return the probe
   * @throws IllegalArgumentException if the path does not begin with a slash, or is no part of a
   *     URI
   */
  static HttpHealthProbe http(String path) {
    return HttpHealthProbe.of(path);
  }

  /**
   * Returns a probe that connects to the instance's host and port, and closes the connection. It
   * says that somebody listens, not that he works: a process that hangs still accepts, because the
   * operating system does.
   *
   * <p>Blocks its thread; an interrupt ends it, except while it resolves a host name.
   *
   * @return the probe
   */
  static HealthProbe tcp() {
    return NetworkProbes::connect;
  }

  /**
   * Returns a probe that sends an echo request to the instance's host ({@link
   * java.net.InetAddress#isReachable(int)}). It says that the host is there, nothing about the
   * service. Without the privilege to send ICMP (root, or {@code CAP_NET_RAW}) the JDK connects to
   * TCP port 7 instead and takes a refusal as an answer too, which firewalls that drop packets do
   * not give: prefer {@link #tcp}.
   *
   * <p>Blocks its thread for up to the timeout; no interrupt ends it.
   *
   * @param timeout how long to wait for an answer: 1 ms to 1 h. Choose it below the monitor's
   * @return the probe
   * @throws IllegalArgumentException if the timeout is out of range
   */
  static HealthProbe ping(Duration timeout) {
    positiveNanos(timeout, "timeout");
    long millis = timeout.toMillis();
    Checks.check(
        millis >= 1 && millis <= Duration.ofHours(1).toMillis(), "timeout", timeout, "1 ms..1 h");
    return instance -> NetworkProbes.ping(instance, (int) millis);
  }

  /**
   * Returns a probe by the gRPC health protocol ({@code grpc.health.v1.Health/Check}), over the
   * stub of the caller's: this library brings no gRPC. The instance works if the status is {@code
   * SERVING}; {@code UNKNOWN}, {@code NOT_SERVING}, {@code SERVICE_UNKNOWN} and a call that fails,
   * {@code UNIMPLEMENTED} too, say that it does not.
   *
   * @param serving makes the call; the stage has the serving status: the generated enum constant,
   *     its name, or its number (1 is {@code SERVING})
   * @return the probe
   */
  static HealthProbe grpc(Function<? super Instance, ? extends CompletionStage<?>> serving) {
    requireNonNull(serving, "serving");
    return instance -> NetworkProbes.serving(serving.apply(instance));
  }

  /**
   * Returns a probe that asks a blocking function on an executor of the caller's. The function is
   * interrupted when the check takes too long. What waits in the executor's queue counts as part of
   * the check, so the executor has to be large enough; without one of one's own, block in {@link
   * #check} instead.
   *
   * @param works whether the instance works; an exception says that it does not
   * @param executor runs the function
   * @return the probe
   */
  static HealthProbe blocking(Predicate<? super Instance> works, Executor executor) {
    requireNonNull(works, "works");
    requireNonNull(executor, "executor");
    return instance -> NetworkProbes.blocking(instance, works, executor);
  }
}
