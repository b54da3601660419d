package dev.steelyard.lb;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.resilience.CircuitBreaker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint at one moment. Counts are since this incarnation was registered and are exact when
 * nothing is in flight; while requests end, they may be of moments a little apart.
 *
 * @param instance the instance
 * @param incarnation which registration of its id
 * @param status its status in the registry
 * @param weight what its weight is made of
 * @param inFlight leases that are open
 * @param requests leases that were given
 * @param successes leases that ended as SUCCESS
 * @param failures leases that ended as FAILURE
 * @param overloaded leases that ended as OVERLOADED
 * @param ignored leases that ended as IGNORED
 * @param cancelled leases that ended as CANCELLED
 * @param latency the peak-sensitive average latency as it has faded by now, or null if nothing was
 *     measured; of a sample of the requests if the selector does not ask for it
 * @param failureRate how much it failed lately, 0 to 1
 * @param unproven whether it has yet to answer
 * @param breaker the state of its circuit breaker, null if nothing is ejected. OPEN past its time
 *     becomes HALF_OPEN with the next request
 * @param maxInFlight how many requests may be in flight to it now, {@link Integer#MAX_VALUE} if any
 *     number may
 */
public record EndpointSnapshot(
    Instance instance,
    long incarnation,
    InstanceStatus status,
    WeightFactors weight,
    int inFlight,
    long requests,
    long successes,
    long failures,
    long overloaded,
    long ignored,
    long cancelled,
    @Nullable Duration latency,
    double failureRate,
    boolean unproven,
    CircuitBreaker.@Nullable State breaker,
    int maxInFlight) {}
