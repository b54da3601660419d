/** Floor 3: sessions that stay on their instance. */
@NullMarked
package dev.steelyard.lb.sticky;

import org.jspecify.annotations.NullMarked;
