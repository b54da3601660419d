@NullMarked
package dev.steelyard.examples.autoscale;

import org.jspecify.annotations.NullMarked;
