/** Floor 3: active health checks, which set the status of instances in a registry. */
@NullMarked
package dev.steelyard.lb.health;

import org.jspecify.annotations.NullMarked;
