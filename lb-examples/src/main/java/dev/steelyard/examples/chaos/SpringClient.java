package dev.steelyard.examples.chaos;

import static java.util.Objects.requireNonNull;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RetryAwareServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.support.ServiceInstanceListSuppliers;
import org.springframework.cloud.loadbalancer.support.SimpleObjectProvider;

/**
 * Spring Cloud LoadBalancer (round robin, and a retry avoids the instance of the attempt before)
 * over the JDK's client, each instance behind a circuit breaker of Resilience4j, the whole request
 * in its retry. GETs are tried again after any exception and any 5xx; POSTs if no connection was
 * made or the breaker refused.
 */
final class SpringClient implements Client {
  private static final int FIRST_SERVER_ERROR = 500;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicLongArray attempts;
  private final ReactorServiceInstanceLoadBalancer balancer;
  private final CircuitBreakerRegistry breakers;
  private final Retry getRetry;
  private final Retry postRetry;
  private final HttpClient http;

  /**
   * The numbers of Resilience4j.
   *
   * @param breaker for each instance
   * @param pause between attempts
   */
  record Tuning(CircuitBreakerConfig.Builder breaker, Duration pause) {
    /** As it comes: 100 calls before a decision, a minute open, half a second between attempts. */
    static Tuning defaults() {
      return new Tuning(CircuitBreakerConfig.custom(), Duration.ofMillis(500));
    }

    /** So that it can do something within the seconds that a fault lasts here. */
    static Tuning tuned() {
      return new Tuning(
          CircuitBreakerConfig.custom()
              .slidingWindowSize(20)
              .minimumNumberOfCalls(10)
              .waitDurationInOpenState(Duration.ofSeconds(1))
              .permittedNumberOfCallsInHalfOpenState(3),
          Duration.ofMillis(10));
    }
  }

  SpringClient(Target target, Tuning tuning) {
    ServiceInstance[] instances = new ServiceInstance[target.places().size()];
    for (int i = 0; i < instances.length; i++) {
      Target.Place place = target.places().get(i);
      // The id is the index, by which attempts are counted.
      instances[i] =
          new DefaultServiceInstance(
              Integer.toString(i),
              Target.SERVICE,
              place.host(),
              place.port(),
              target.trust() != null);
    }
    attempts = new AtomicLongArray(instances.length);
    balancer =
        new RoundRobinLoadBalancer(
            new SimpleObjectProvider<>(
                new RetryAwareServiceInstanceListSupplier(
                    ServiceInstanceListSuppliers.from(Target.SERVICE, instances))),
            Target.SERVICE,
            (int) target.seed());
    breakers =
        CircuitBreakerRegistry.of(tuning.breaker().recordResult(SpringClient::serverError).build());
    RetryConfig.Builder<Answer> retry =
        RetryConfig.<Answer>custom()
            .maxAttempts(1 + Target.RETRIES)
            .intervalFunction(IntervalFunction.of(tuning.pause()));
    getRetry = Retry.of("get", retry.retryOnResult(SpringClient::serverError).build());
    postRetry =
        Retry.of(
            "post",
            RetryConfig.<Answer>from(getRetry.getRetryConfig())
                .retryOnResult(answer -> false)
                .retryOnException(SpringClient::neverSent)
                .build());
    http = target.http(threads).build();
  }

  private static boolean serverError(Object answer) {
    return answer instanceof Answer got && got.status() >= FIRST_SERVER_ERROR;
  }

  private static boolean neverSent(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException
          || cause instanceof HttpConnectTimeoutException
          || cause instanceof CallNotPermittedException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public CompletableFuture<Answer> send(String id, boolean post) {
    underWay.incrementAndGet();
    @Nullable ServiceInstance[] previous = new @Nullable ServiceInstance[1];
    CompletionStage<Answer> answer =
        (post ? postRetry : getRetry)
            .executeCompletionStage(timer, () -> attempt(id, post, previous));
    return answer.toCompletableFuture().whenComplete((got, failure) -> underWay.decrementAndGet());
  }

  /** Attempts of a request follow each other, so they may share {@code previous}. */
  private CompletionStage<Answer> attempt(
      String id, boolean post, @Nullable ServiceInstance[] previous) {
    Request<?> choice =
        previous[0] == null
            ? new DefaultRequest<>()
            : new DefaultRequest<>(new RetryableRequestContext(previous[0]));
    ServiceInstance instance =
        requireNonNull(requireNonNull(balancer.choose(choice).block()).getServer());
    previous[0] = instance;
    String index = requireNonNull(instance.getInstanceId());
    CircuitBreaker breaker = breakers.circuitBreaker(index);
    return breaker.executeCompletionStage(
        () -> {
          attempts.incrementAndGet(Integer.parseInt(index));
          return exchange(instance.getUri(), id, post);
        });
  }

  private CompletionStage<Answer> exchange(URI uri, String id, boolean post) {
    HttpRequest request =
        HttpRequest.newBuilder(uri.resolve("/work/" + id))
            .method(post ? "POST" : "GET", BodyPublishers.noBody())
            .timeout(Target.PER_TRY_TIMEOUT)
            .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        .thenApply(response -> new Answer(response.statusCode(), response.body()));
  }

  @Override
  public long[] attempts() {
    long[] copy = new long[attempts.length()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = attempts.get(i);
    }
    return copy;
  }

  @Override
  public int inFlight() {
    return underWay.get();
  }

  @Override
  public void close() {
    timer.shutdown();
    threads.shutdown();
  }
}
