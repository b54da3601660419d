package dev.steelyard.lb.weigh;

import static dev.steelyard.lb.internal.Checks.check;

import dev.steelyard.lb.select.LoadReport;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The weight that one instance has by its load reports (gRPC's A58): {@code qps / (utilisation +
 * eps / qps * penalty)}, what it could serve if it were fully used, less what it fails.
 *
 * <p>Three states. <em>Unknown</em>: no report, or none for so long that it expired; 0. <em>Black
 * out</em>: the first report after "unknown" has begun it; still 0, because the first reports of an
 * instance that is warming up say little. <em>Known</em>: the weight of the last report. Expiry
 * leads back to "unknown", so that another blackout follows.
 *
 * <p>Thread-safe: reports are accepted by the threads of requests, the weight is read by the
 * balancer's writer. One reference to an immutable state is replaced as a whole, so a weight is
 * never seen with another report's time, and expiry never drops a report that came meanwhile.
 */
public final class ReportedWeight {

  /** How much an error weighs beside utilisation, unless another penalty is given: {@value}. */
  public static final double DEFAULT_ERROR_PENALTY = 1.0;

  /** The greatest weight, that of Envoy: {@value}. */
  public static final double GREATEST = 4_294_967_295.0;

  private record Known(double weight, long updatedNanos, long sinceNanos) {}

  private final AtomicReference<@Nullable Known> state = new AtomicReference<>();

  /** Makes an unknown weight. */
  public ReportedWeight() {}

  /**
   * Takes note of a report, whose utilisation is that of the application or of the processors.
   *
   * @param report what the instance says
   * @param nowNanos the balancer's time
   * @param errorPenalty finite and at least 0
   * @return false if nothing can be made of it: no request, or no utilisation
   */
  public boolean accept(LoadReport report, long nowNanos, double errorPenalty) {
    return accept(report, List.of(), nowNanos, errorPenalty);
  }

  /**
   * Takes note of a report.
   *
   * @param report what the instance says
   * @param metrics what its utilisation is, see {@link LoadReport#utilisation}
   * @param nowNanos the balancer's time
   * @param errorPenalty finite and at least 0
   * @return false if nothing can be made of it: no request, or no utilisation
   */
  public boolean accept(
      LoadReport report, List<String> metrics, long nowNanos, double errorPenalty) {
    double weight = weight(report, metrics, errorPenalty);
    if (!(weight > 0)) {
      return false;
    }
    Known before;
    Known after;
    do {
      before = state.get();
      after = new Known(weight, nowNanos, before == null ? nowNanos : before.sinceNanos);
    } while (!state.compareAndSet(before, after));
    return true;
  }

  /** The weight by one report, 0 if it has none. */
  static double weight(LoadReport report, List<String> metrics, double errorPenalty) {
    check(
        errorPenalty >= 0 && errorPenalty <= Double.MAX_VALUE,
        "errorPenalty",
        errorPenalty,
        "finite and >= 0");
    double utilisation = report.utilisation(metrics);
    if (report.qps() == 0 || utilisation == 0) {
      return 0;
    }
    double errors = errorPenalty == 0 ? 0 : report.eps() / report.qps() * errorPenalty;
    return Math.min(report.qps() / (utilisation + errors), GREATEST);
  }

  /**
   * Returns the weight at a moment. Called by the writer.
   *
   * @param nowNanos the balancer's time
   * @param blackoutNanos how long reports must have come before they count; 0 or less for none
   * @param expiryNanos how long the last report counts
   * @return the weight, or 0 if it is not known (yet, or any more)
   */
  public double weightAt(long nowNanos, long blackoutNanos, long expiryNanos) {
    while (true) {
      Known known = state.get();
      if (known == null) {
        return 0;
      }
      // A report may be newer than the writer's reading: then no time has passed.
      if (Math.max(nowNanos - known.updatedNanos, 0) >= expiryNanos) {
        if (state.compareAndSet(known, null)) {
          return 0;
        }
        continue; // a report has come: it is not the one that expired
      }
      return Math.max(nowNanos - known.sinceNanos, 0) < blackoutNanos ? 0 : known.weight;
    }
  }

  /**
   * Returns whether there is a report that has not been found expired.
   *
   * @return also true during the blackout
   */
  public boolean isKnown() {
    return state.get() != null;
  }

  /** Begins again with "unknown": the instance was connected to anew. */
  public void reset() {
    state.set(null);
  }

  @Override
  public String toString() {
    return "ReportedWeight[" + state.get() + "]";
  }
}
