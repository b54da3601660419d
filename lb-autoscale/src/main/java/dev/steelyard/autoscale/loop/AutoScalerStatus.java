package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A loop at the end of its last round.
 *
 * @param state what the next decision goes by
 * @param lastDecision the last decision; null before the first
 * @param rounds how often it has looked
 * @param skippedTicks ticks left out because a round took longer than the interval
 * @param readFailures values that could not be read, all rounds together
 * @param saveFailures how often the state could not be saved
 * @param listenerFailures how often a listener threw
 * @param actionFailures failed actions in a row
 * @param retryAt no action before this time; null if the last one did not fail
 */
public record AutoScalerStatus(
    ScalingState state,
    @Nullable ScalingDecision lastDecision,
    long rounds,
    long skippedTicks,
    long readFailures,
    long saveFailures,
    long listenerFailures,
    int actionFailures,
    @Nullable Instant retryAt) {}
