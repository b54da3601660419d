package dev.steelyard.lb.http;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A body of which it is not known whether it can be sent twice: watched, so that it is known
 * whether anybody has begun to read it, and whether it was the body that failed.
 */
final class RequestBody implements BodyPublisher {
  // The JDK's publishers of what is in memory read it anew for each subscriber; that of a file
  // opens
  // the file anew, and is known by name only because none can be made without a file.
  private static final Set<Class<?>> IN_MEMORY =
      Set.of(
          BodyPublishers.noBody().getClass(),
          BodyPublishers.ofByteArray(new byte[0]).getClass(),
          BodyPublishers.ofString("").getClass());
  private static final String OF_FILE = "jdk.internal.net.http.RequestPublishers$FilePublisher";

  private final BodyPublisher publisher;
  private volatile boolean touched;
  private volatile boolean failed;

  private RequestBody(BodyPublisher publisher) {
    this.publisher = publisher;
  }

  /**
   * The body of the request if it has to be watched; null if it can be sent any number of times.
   */
  static @Nullable RequestBody watch(HttpRequest request) {
    BodyPublisher publisher = request.bodyPublisher().orElse(null);
    return publisher == null || isReplayable(publisher.getClass())
        ? null
        : new RequestBody(publisher);
  }

  private static boolean isReplayable(Class<?> type) {
    return IN_MEMORY.contains(type)
        || (type.getModule() == HttpRequest.class.getModule() && type.getName().equals(OF_FILE));
  }

  boolean isTouched() {
    return touched;
  }

  /** Whether the publisher has reported an error: then that is no failure of the instance. */
  boolean hasFailed() {
    return failed;
  }

  @Override
  public long contentLength() {
    return publisher.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    touched = true;
    try {
      publisher.subscribe(new Watch(subscriber));
    } catch (Throwable fault) {
      failed = true;
      throw fault;
    }
  }

  private final class Watch implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;

    Watch(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer item) {
      subscriber.onNext(item);
    }

    @Override
    public void onError(Throwable throwable) {
      failed = true;
      subscriber.onError(throwable);
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }
}
