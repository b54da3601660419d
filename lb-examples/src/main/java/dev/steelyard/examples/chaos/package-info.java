/**
 * The failure run: real servers, real faults, a constant load, and the books on what callers saw of
 * it, for this library and for a peer.
 */
@NullMarked
package dev.steelyard.examples.chaos;

import org.jspecify.annotations.NullMarked;
