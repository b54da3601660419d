@NullMarked
package dev.steelyard.examples;

import org.jspecify.annotations.NullMarked;
