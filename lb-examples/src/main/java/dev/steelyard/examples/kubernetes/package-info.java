/** A target of the autoscaler: the scale subresource of a workload in Kubernetes. */
@NullMarked
package dev.steelyard.examples.kubernetes;

import org.jspecify.annotations.NullMarked;
