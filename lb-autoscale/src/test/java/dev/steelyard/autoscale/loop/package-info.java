@NullMarked
package dev.steelyard.autoscale.loop;

import org.jspecify.annotations.NullMarked;
