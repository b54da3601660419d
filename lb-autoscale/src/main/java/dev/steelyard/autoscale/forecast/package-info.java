/**
 * Forecasting models over plain arrays: a trend, Holt-Winters, seasonal naive, an exponential
 * average; the errors they make and a back-test that learns from the past only.
 *
 * <p>Nothing here knows a clock, a metric or an instance. Every model takes the observations of
 * equal time steps, oldest first, and returns the coming steps; all are deterministic, immutable
 * and safe for many threads, with the exception of {@link
 * dev.steelyard.autoscale.forecast.Smoothing}, which is the running state of one series.
 */
@NullMarked
package dev.steelyard.autoscale.forecast;

import org.jspecify.annotations.NullMarked;
