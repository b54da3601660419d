@NullMarked
package dev.steelyard.examples.kubernetes;

import org.jspecify.annotations.NullMarked;
