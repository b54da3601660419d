/** Floor 4: the balancer, the facade that ties the lower floors to calls. */
@NullMarked
package dev.steelyard.lb;

import org.jspecify.annotations.NullMarked;
