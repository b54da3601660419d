package dev.steelyard.examples.chaos;

import dev.steelyard.lb.EndpointSnapshot;
import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.LoadBalancerBuilder;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.http.BalancedHttpClient;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** This library, as a program would use it. */
final class SteelyardClient implements Client {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final LoadBalancer balancer;
  private final BalancedHttpClient http;
  private final URI work;
  private final int instances;

  SteelyardClient(Target target) {
    InstanceRegistry registry = InstanceRegistry.builder().build();
    for (Target.Place place : target.places()) {
      registry.register(Instance.of(target.uri(place)).withId(place.id()));
    }
    instances = target.places().size();
    balancer =
        withPolicy(LoadBalancer.builder(Target.SERVICE, registry))
            .random(RandomSource.seeded(target.seed()))
            .build();
    http =
        BalancedHttpClient.builder(target.http(threads)).service(Target.SERVICE, balancer).build();
    work = URI.create(target.scheme() + "://" + Target.SERVICE + "/work/");
  }

  /** What is done about failures, beside the defaults. */
  private static LoadBalancerBuilder withPolicy(LoadBalancerBuilder builder) {
    return builder.failurePolicy(
        FailurePolicy.standard()
            .withMaxRetries(Target.RETRIES)
            .withPerTryTimeout(Target.PER_TRY_TIMEOUT));
  }

  @Override
  public CompletableFuture<Answer> send(String id, boolean post) {
    HttpRequest request =
        HttpRequest.newBuilder(work.resolve(id))
            .method(post ? "POST" : "GET", BodyPublishers.noBody())
            .timeout(Target.TIMEOUT)
            .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        .thenApply(response -> new Answer(response.statusCode(), response.body()));
  }

  @Override
  public long[] attempts() {
    List<EndpointSnapshot> endpoints = balancer.snapshot().endpoints();
    long[] attempts = new long[instances];
    for (int i = 0; i < instances; i++) {
      attempts[i] = endpoints.get(i).requests();
    }
    return attempts;
  }

  @Override
  public int inFlight() {
    return balancer.snapshot().endpoints().stream().mapToInt(EndpointSnapshot::inFlight).sum();
  }

  @Override
  public void close() {
    http.close();
    balancer.close();
    threads.shutdown();
  }
}
