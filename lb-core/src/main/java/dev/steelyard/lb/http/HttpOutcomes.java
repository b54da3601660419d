package dev.steelyard.lb.http;

import dev.steelyard.lb.ResponseClassifier;
import dev.steelyard.lb.request.Outcome;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** What the status of an HTTP answer says about the instance. */
final class HttpOutcomes implements ResponseClassifier {
  static final ResponseClassifier INSTANCE = new HttpOutcomes();

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final int FIRST_SERVER_ERROR = 500;

  private final ResponseClassifier others = ResponseClassifier.standard();

  private HttpOutcomes() {}

  @Override
  public Outcome classify(@Nullable Object response, @Nullable Throwable failure) {
    return failure == null && response instanceof HttpResponse.ResponseInfo info
        ? of(info.statusCode())
        : others.classify(response, failure);
  }

  private static Outcome of(int status) {
    if (status == SERVICE_UNAVAILABLE || status == TOO_MANY_REQUESTS) {
      return Outcome.OVERLOADED;
    }
    return status >= FIRST_SERVER_ERROR ? Outcome.FAILURE : Outcome.SUCCESS;
  }
}
