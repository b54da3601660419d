/** The command {@code java -jar lb-autoscale-….jar}: replays, compares, tunes, explains. */
@NullMarked
package dev.steelyard.autoscale.cli;

import org.jspecify.annotations.NullMarked;
