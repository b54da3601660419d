package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;

/** Calls in virtual time; after each test nothing is in flight and nothing waits. */
abstract class CallFixture {
  final VirtualTime time = new VirtualTime();
  final List<LoadBalancer> balancers = new ArrayList<>();
  final List<String> instances = new ArrayList<>();
  final List<CompletableFuture<String>> sent = new ArrayList<>();

  /** What the next random number is, as a share of its range. */
  double share = 0.5;

  @AfterEach
  final void nothingIsLeft() {
    for (LoadBalancer balancer : balancers) {
      assertEquals(0, Fixtures.inFlight(balancer), balancer::toString);
      balancer.close();
    }
    assertEquals(0, time.pending(), "nothing waits");
  }

  /** Answers that begin with a digit other than 2 are what HTTP would say by it. */
  static ResponseClassifier byStatus() {
    ResponseClassifier others = ResponseClassifier.standard();
    return (response, failure) ->
        "503".equals(response)
            ? Outcome.OVERLOADED
            : "500".equals(response) ? Outcome.FAILURE : others.classify(response, failure);
  }

  LoadBalancerBuilder builder(int size, FailurePolicy policy) {
    FailurePolicy calls = policy.withoutEjection(); // no timer but those of calls
    LoadBalancerBuilder builder =
        LoadBalancer.builder("orders", registry(size))
            .selector(Fixtures.first())
            .classifier(byStatus())
            .failurePolicy(calls)
            .ticker(time)
            .random(() -> (long) (share * 0x1p53) << 11);
    return builder.scheduler(time);
  }

  LoadBalancer balancer(int size, FailurePolicy policy) {
    return keep(builder(size, policy).build());
  }

  LoadBalancer keep(LoadBalancer balancer) {
    balancers.add(balancer);
    return balancer;
  }

  CompletableFuture<String> call(LoadBalancer balancer, RequestContext request) {
    return balancer.callAsync(
        request,
        instance -> {
          instances.add(instance.id());
          CompletableFuture<String> answer = new CompletableFuture<>();
          sent.add(answer);
          return answer;
        });
  }

  static long total(LoadBalancer balancer, ToLongFunction<EndpointSnapshot> count) {
    return balancer.snapshot().endpoints().stream().mapToLong(count).sum();
  }

  /** Has the balancer know that attempts take this long. */
  void usually(LoadBalancer balancer, long millis) {
    for (int i = 0; i < 100; i++) {
      CompletableFuture<String> answer = call(balancer, Fixtures.EMPTY);
      time.advanceMillis(millis);
      sent.get(sent.size() - 1).complete("200");
      assertTrue(answer.isDone());
    }
    instances.clear();
    sent.clear();
  }
}
