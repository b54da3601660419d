/**
 * Policies that are ready to be used: profiles, those of other autoscalers, and those in their
 * formats. Reads JSON (with jackson-core) and properties; of I/O it knows only the reading of a
 * file of properties.
 */
@NullMarked
package dev.steelyard.autoscale.profile;

import org.jspecify.annotations.NullMarked;
