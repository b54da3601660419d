package dev.steelyard.lb.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Throws a body away of an answer that nobody sees: a short one is read, so that the connection
 * lives, and a longer one is given up. Nobody waits for it.
 */
final class IgnoredBody<T> implements BodySubscriber<T> {
  /** What costs less to read than a new connection. */
  private static final int LONGEST_READ = 64 * 1024;

  @SuppressWarnings("NullAway") // the body of a response that nobody sees
  private final CompletableFuture<T> body = CompletableFuture.completedFuture(null);

  private Flow.@Nullable Subscription subscription;
  private long read;

  @Override
  public CompletionStage<T> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    subscription = source;
    source.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    Flow.Subscription source = subscription;
    for (ByteBuffer part : item) {
      read += part.remaining();
    }
    if (source != null) {
      if (read > LONGEST_READ) {
        source.cancel();
      } else {
        source.request(1);
      }
    }
  }

  @Override
  public void onError(Throwable throwable) {}

  @Override
  public void onComplete() {}
}
