/** The study: how well the balancer balances, written down with its plots. */
@NullMarked
package dev.steelyard.benchmarks.simulate.study;

import org.jspecify.annotations.NullMarked;
