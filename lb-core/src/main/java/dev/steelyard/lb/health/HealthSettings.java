package dev.steelyard.lb.health;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.registry.Registration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a builder has collected, validated. */
record HealthSettings(
    HealthScale scale,
    Cadence cadence,
    DownGuard guard,
    long timeoutNanos,
    long startGraceNanos,
    int maxConcurrent,
    int passiveFailures,
    long unhealthyNanos,
    @Nullable Consumer<? super Registration> onUnhealthy,
    Ticker ticker,
    Scheduler scheduler,
    @Nullable Executor executor) {}
