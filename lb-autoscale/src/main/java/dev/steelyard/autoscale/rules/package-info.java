/** The rules that ask for a number of instances. */
@NullMarked
package dev.steelyard.autoscale.rules;

import org.jspecify.annotations.NullMarked;
