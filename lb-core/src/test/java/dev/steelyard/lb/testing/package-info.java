/** Virtual time and threads for tests. */
package dev.steelyard.lb.testing;
