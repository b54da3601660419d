/**
 * Floor 3, not exported: where requests go before a strategy says to which instance. {@link
 * dev.steelyard.lb.route.RoutePlanner} is a pure function of the instances; {@link
 * dev.steelyard.lb.route.RoutePickers} makes the picker that carries its plan out.
 */
@NullMarked
package dev.steelyard.lb.route;

import org.jspecify.annotations.NullMarked;
