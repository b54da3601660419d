package dev.steelyard.lb.select;

import dev.steelyard.lb.registry.Instance;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the pickers of one balancer have in common, each with the next: the probes under way, the
 * recent loads, and which picker the answers go to.
 */
final class Probes implements ProbeCalls.Answers {
  private final Function<Instance, CompletionStage<LoadReport>> probe;
  private final ProbeCalls calls = new ProbeCalls(this);
  private final RecentLoads recent = new RecentLoads();
  private final PickTime time = new PickTime();
  private volatile @Nullable PrequalPicker current;

  Probes(Function<Instance, CompletionStage<LoadReport>> probe) {
    this.probe = probe;
  }

  boolean isOf(Function<Instance, CompletionStage<LoadReport>> other) {
    return probe == other;
  }

  RecentLoads recent() {
    return recent;
  }

  PickTime time() {
    return time;
  }

  /** The next picker takes over what the last one has been answered. Called by the writer. */
  void handTo(PrequalPicker next) {
    PrequalPicker last = current;
    current = next;
    if (last != null) {
      next.takeOver(last);
    }
  }

  /** Asks an endpoint, unless too many are being asked. */
  void ask(Endpoint endpoint, int from, long nowNanos) {
    ProbeCalls.Call call = calls.take(from, endpoint, nowNanos);
    if (call == null) {
      return;
    }
    try {
      CompletionStage<LoadReport> stage = probe.apply(endpoint.instance());
      var unused = stage.whenComplete(call);
    } catch (RuntimeException failure) {
      call.fail(); // no answer, as if it had failed later; a stage that is null ends here, too
    }
  }

  @Override
  public void answered(Endpoint endpoint, LoadReport report, long sentNanos) {
    Double requests = report.namedMetrics().get(LoadReport.REQUESTS_IN_FLIGHT);
    Double millis = report.namedMetrics().get(LoadReport.LATENCY_MILLIS);
    PrequalPicker picker = current;
    if (picker != null
        && requests != null
        && requests >= 0
        && millis != null
        && millis >= 0
        && time.nanos() - sentNanos <= PrequalSelector.AGE_LIMIT_NANOS) {
      picker.answered(endpoint, requests, millis, sentNanos);
    }
  }
}
