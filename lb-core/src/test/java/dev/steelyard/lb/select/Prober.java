package dev.steelyard.lb.select;

import dev.steelyard.lb.registry.Instance;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A probe whose answers a test sets; at once unless it holds them back. */
final class Prober implements Function<Instance, CompletionStage<LoadReport>> {
  private final Map<String, LoadReport> answers = new HashMap<>();
  final Map<String, Integer> asked = new HashMap<>();
  final Map<Integer, CompletableFuture<LoadReport>> held = new HashMap<>();
  boolean holding;
  int count;

  Prober answer(FakeEndpoint endpoint, double requests, double millis) {
    answers.put(endpoint.instance().id(), report(requests, millis));
    return this;
  }

  static LoadReport report(double requests, double millis) {
    Map<String, Double> named =
        Map.of(LoadReport.REQUESTS_IN_FLIGHT, requests, LoadReport.LATENCY_MILLIS, millis);
    return new LoadReport(0, 0, 0, 0, 0, named);
  }

  @Override
  public CompletionStage<LoadReport> apply(Instance instance) {
    asked.merge(instance.id(), 1, Integer::sum);
    LoadReport answer = answers.get(instance.id());
    if (holding) {
      CompletableFuture<LoadReport> future = new CompletableFuture<>();
      held.put(count++, future);
      return future;
    }
    count++;
    return answer == null
        ? CompletableFuture.failedStage(new IllegalStateException("no answer"))
        : CompletableFuture.completedStage(answer);
  }
}
