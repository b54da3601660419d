/** Floor 5: the JDK's HttpClient, balanced. */
@NullMarked
package dev.steelyard.lb.http;

import org.jspecify.annotations.NullMarked;
