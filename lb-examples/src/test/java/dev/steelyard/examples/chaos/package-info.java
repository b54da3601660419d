@NullMarked
package dev.steelyard.examples.chaos;

import org.jspecify.annotations.NullMarked;
