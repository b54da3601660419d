package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.Attempts.Try;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.LoadReport;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a client wants, until it has it or not: the call of the balancer, and its callbacks. */
final class Request
    implements Function<Try, CompletableFuture<Answer>>,
        BiConsumer<@Nullable Answer, @Nullable Throwable> {
  final Engine engine;
  final ClientNode client;
  final String endpoint;
  final long seed;
  final long sentNanos;
  private @Nullable Attempts attempts;
  private int tries;

  // Of the open requests.
  boolean isOpen;
  @Nullable Request before;
  @Nullable Request after;

  Request(Engine engine, ClientNode client, String endpoint, long seed) {
    this.engine = engine;
    this.client = client;
    this.endpoint = endpoint;
    this.seed = seed;
    this.sentNanos = engine.nanos();
  }

  /** Hands the request to the balancer. */
  void call(Attempts made) {
    attempts = made;
    var unused = made.run(this).whenComplete(this);
  }

  /** An attempt. Every one is the same work: what is asked for does not change. */
  @Override
  public CompletableFuture<Answer> apply(Try attempt) {
    ServerNode node = engine.nodeOf(attempt.lease().instance().id());
    node.chosen();
    BalancedTrip trip = new BalancedTrip(this, node, attempt);
    trip.send();
    return trip.stage;
  }

  @Override
  public void accept(@Nullable Answer answer, @Nullable Throwable failure) {
    engine.ended(this, answer, failure);
  }

  /** An attempt by way of a balancer. */
  private static final class BalancedTrip extends Trip {
    private final Request request;
    private final Try attempt;
    private final CompletableFuture<Answer> stage = new CompletableFuture<>();

    BalancedTrip(Request request, ServerNode node, Try attempt) {
      super(request.engine, node, request.endpoint, request.seed, request.tries++);
      this.request = request;
      this.attempt = attempt;
    }

    @Override
    @Nullable String clientZone() {
      return request.client.zone();
    }

    @Override
    void answered(Answer what) {
      Lease lease = attempt.lease();
      Attempts attempts = requireNonNull(request.attempts);
      LoadReport report = report();
      if (report != null) {
        lease.report(report);
      }
      if (!what.retryAfter().isZero()) {
        attempts.overloaded(lease, what.retryAfter());
      }
      Outcome outcome = attempts.classify(what, null);
      if (attempt.take(outcome)) {
        lease.complete(outcome);
        stage.complete(what);
      }
    }

    @Override
    void failed(Exception why) {
      stage.completeExceptionally(why);
    }
  }
}
