/** What the HTTP wrapper adds to a request. */
@NullMarked
package dev.steelyard.benchmarks.http;

import org.jspecify.annotations.NullMarked;
