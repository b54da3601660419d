package dev.steelyard.simulator;

import dev.steelyard.lb.ResponseClassifier;
import dev.steelyard.lb.request.Outcome;
import org.jspecify.annotations.Nullable;

/** As the HTTP client of the library sees answers. */
enum StatusClassifier implements ResponseClassifier {
  INSTANCE;

  static final int TOO_MANY_REQUESTS = 429;
  static final int UNAVAILABLE = 503;
  private static final int FIRST_SERVER_ERROR = 500;

  @Override
  public Outcome classify(@Nullable Object response, @Nullable Throwable failure) {
    if (failure != null || !(response instanceof Answer answer)) {
      return ResponseClassifier.standard().classify(response, failure);
    }
    int status = answer.status();
    if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
      return Outcome.OVERLOADED;
    }
    return status >= FIRST_SERVER_ERROR ? Outcome.FAILURE : Outcome.SUCCESS;
  }
}
