/** Policies that are ready to be used: profiles, and those of other autoscalers. */
@NullMarked
package dev.steelyard.autoscale.profile;

import org.jspecify.annotations.NullMarked;
