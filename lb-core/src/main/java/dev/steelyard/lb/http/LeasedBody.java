package dev.steelyard.lb.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Passes a body on, and tells the attempt when it ends: before its subscriber is told, so that who
 * has read a body to its end finds the lease ended.
 */
final class LeasedBody<T> implements BodySubscriber<T> {
  private final Attempt<T> attempt;
  private final BodySubscriber<T> subscriber;

  LeasedBody(Attempt<T> attempt, BodySubscriber<T> subscriber) {
    this.attempt = attempt;
    this.subscriber = subscriber;
  }

  private record LeasedSubscription(Attempt<?> attempt, Flow.Subscription subscription)
      implements Flow.Subscription {
    @Override
    public void request(long n) {
      subscription.request(n);
    }

    @Override
    public void cancel() {
      attempt.bodyLeft();
      subscription.cancel();
    }
  }

  @Override
  public CompletionStage<T> getBody() {
    try {
      return subscriber.getBody();
    } catch (Throwable fault) {
      attempt.bodyLeft();
      throw fault;
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    attempt.bodyBegins(subscription);
    try {
      subscriber.onSubscribe(new LeasedSubscription(attempt, subscription));
    } catch (Throwable fault) {
      attempt.bodyLeft();
      throw fault;
    }
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    try {
      subscriber.onNext(item);
    } catch (Throwable fault) {
      attempt.bodyLeft();
      throw fault;
    }
  }

  @Override
  public void onError(Throwable throwable) {
    attempt.bodyFailed(throwable);
    subscriber.onError(throwable);
  }

  @Override
  public void onComplete() {
    attempt.bodyEnded();
    subscriber.onComplete();
  }
}
