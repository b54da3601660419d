/**
 * Runs a policy over a load, recorded or made up, in virtual time, and says what it would have
 * done: how well it followed the demand, what it cost, and where another policy would have done
 * something else.
 *
 * <p>Nothing here has a clock or a thread, and chance comes from a seed: the same policy, trace and
 * model give the same bytes. Only reading a trace and writing a report touch files.
 */
@NullMarked
package dev.steelyard.autoscale.replay;

import org.jspecify.annotations.NullMarked;
