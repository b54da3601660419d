package dev.steelyard.examples.chaos;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was left after a soak.
 *
 * @param verdict "passed" or "failed"
 * @param seconds how long it took
 * @param injected how many cases were injected
 * @param requests how many requests were sent
 * @param lost how many ended in neither an answer nor an exception
 * @param callerErrors how many ended with an error; not judged, as all instances may have been down
 * @param doublePosts POSTs that were executed twice
 * @param inFlightAfter leases that are open when all requests have ended
 * @param threadsLeft names of threads that outlive the client
 * @param jdkClientThreads threads of JDK clients among those; before JDK 21 these cannot be closed,
 *     end by themselves when they have been collected, and are reported here only
 * @param heapBefore bytes used after a collection, a fifth into the run
 * @param heapAfter bytes used after a collection, at the end
 * @param errors what callers got instead of an answer
 * @param broken the promises that were broken
 */
@JsonPropertyOrder({"verdict", "seconds", "injected", "requests", "lost", "callerErrors"})
record SoakReport(
    String verdict,
    double seconds,
    long injected,
    long requests,
    long lost,
    long callerErrors,
    long doublePosts,
    long inFlightAfter,
    List<String> threadsLeft,
    long jdkClientThreads,
    long heapBefore,
    long heapAfter,
    Map<String, Long> errors,
    List<String> broken) {

  /**
   * By how much the heap may have grown: the noise of what the JDK keeps (connections, buffers of
   * threads, counters), while a leak of one lease per request would be more within minutes.
   */
  static final long HEAP_BOUND = 16L << 20;

  static List<String> broken(
      long lost, long doublePosts, long inFlight, List<String> threadsLeft, long heapGrowth) {
    List<String> broken = new ArrayList<>();
    if (lost > 0) {
      broken.add(lost + " requests lost");
    }
    if (doublePosts > 0) {
      broken.add(doublePosts + " POSTs executed twice");
    }
    if (inFlight != 0) {
      broken.add(inFlight + " in flight after the end");
    }
    if (!threadsLeft.isEmpty()) {
      broken.add("threads left: " + threadsLeft);
    }
    if (heapGrowth > HEAP_BOUND) {
      broken.add("heap grown by " + (heapGrowth >> 20) + " MB");
    }
    return broken;
  }
}
