/** Floor 3: the factors of a weight that change with time and with what instances report. */
@NullMarked
package dev.steelyard.lb.weigh;

import org.jspecify.annotations.NullMarked;
