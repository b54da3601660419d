/** The runnable jar: JMH, the report and what they are started by. */
@NullMarked
package dev.steelyard.benchmarks;

import org.jspecify.annotations.NullMarked;
