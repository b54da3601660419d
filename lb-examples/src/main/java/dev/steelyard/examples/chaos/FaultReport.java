package dev.steelyard.examples.chaos;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one client made of one case.
 *
 * @param name the fault, or two joined by +
 * @param requests how many were sent
 * @param lost how many ended in neither an answer nor an exception
 * @param callerErrors how many ended with an exception, a status from 400 on, or a wrong body
 * @param awayMillis see {@link Shares#awayMillis}
 * @param backMillis see {@link Shares#backMillis}, and {@link Shares#answeringMillis} for alldown
 * @param badShare the part of the attempts that went to the bad instances while the fault lasted,
 *     from a second after it began
 * @param extraLoad attempts per request, minus 1
 * @param where the bad instances
 * @param attempts as the client counts them
 * @param arrivals requests that servers read, as they count themselves
 * @param duplicates arrivals of a request that had arrived before
 * @param doublePosts POSTs that were executed twice
 * @param postErrors how many of the caller errors were of POSTs
 * @param inFlightAfter requests that the client believes to be under way when all have ended
 * @param p50Millis the median time of a request, from when it was due
 * @param p99Millis the time that 1 % exceeded
 * @param maxMillis the longest time
 * @param errors what callers got instead of an answer
 * @param broken the promises that were broken
 */
@JsonPropertyOrder({
  "name",
  "requests",
  "lost",
  "callerErrors",
  "awayMillis",
  "backMillis",
  "badShare",
  "extraLoad"
})
record FaultReport(
    String name,
    long requests,
    long lost,
    long callerErrors,
    long awayMillis,
    long backMillis,
    double badShare,
    double extraLoad,
    String where,
    long attempts,
    long arrivals,
    long duplicates,
    long doublePosts,
    long postErrors,
    long inFlightAfter,
    double p50Millis,
    double p99Millis,
    double maxMillis,
    Map<String, Long> errors,
    List<String> broken) {

  /** What must hold for every client that is worth using. */
  static List<String> broken(
      Case faults, OpenLoop.Counts counts, Journal.Arrivals arrivals, long inFlightAfter) {
    List<String> broken = new ArrayList<>();
    if (counts.lost() > 0) {
      broken.add(counts.lost() + " requests lost");
    }
    // An error is the right answer for a POST that may have been executed.
    long judged = counts.errors() - counts.postErrors();
    if (judged > faults.allowance() * counts.requests()) {
      broken.add(
          String.format(
              Locale.ROOT,
              "%d errors to callers (allowed: %.0f %% of %d requests)",
              judged,
              faults.allowance() * 100,
              counts.requests()));
    }
    if (arrivals.doublePosts() > 0) {
      broken.add(arrivals.doublePosts() + " POSTs executed twice");
    }
    if (inFlightAfter != 0) {
      broken.add(inFlightAfter + " in flight after the end");
    }
    return broken;
  }
}
