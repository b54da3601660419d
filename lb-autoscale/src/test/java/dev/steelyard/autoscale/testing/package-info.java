/** What the tests of several packages need. */
@NullMarked
package dev.steelyard.autoscale.testing;

import org.jspecify.annotations.NullMarked;
