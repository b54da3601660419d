package dev.steelyard.autoscale.loop;

import java.time.Instant;

/**
 * A server process on this machine.
 *
 * @param id its name, never used twice by one target, as {@code orders-3}
 * @param port the port that was given to it
 * @param pid the operating system's number of the process
 * @param startedAt when it was started
 */
public record LocalProcess(String id, int port, long pid, Instant startedAt) {}
