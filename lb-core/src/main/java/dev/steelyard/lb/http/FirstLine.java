package dev.steelyard.lb.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Reads a small body and keeps its first line. */
final class FirstLine implements BodySubscriber<String> {
  static final int LONGEST_BODY = 65_536;

  private final CompletableFuture<String> line = new CompletableFuture<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable Subscription subscription;
  private long read;
  private boolean ended;

  @Override
  public CompletionStage<String> getBody() {
    return line;
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      read += buffer.remaining();
      while (!ended && buffer.hasRemaining() && bytes.size() < LONGEST_BODY) {
        byte next = buffer.get();
        ended = next == '\n';
        bytes.write(next);
      }
    }
    if (read > LONGEST_BODY && subscription != null) {
      subscription.cancel();
      onError(new IOException("a body of more than " + LONGEST_BODY + " bytes"));
    }
  }

  @Override
  public void onError(Throwable failure) {
    line.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    line.complete(bytes.toString(StandardCharsets.UTF_8).strip());
  }
}
