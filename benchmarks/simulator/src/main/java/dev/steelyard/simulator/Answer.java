package dev.steelyard.simulator;

import java.time.Duration;

/**
 * What a server has answered: what a {@link dev.steelyard.lb.ResponseClassifier} of the {@link
 * ClientSetup} is given.
 *
 * @param server the name of the server
 * @param status as in HTTP
 * @param retryAfter how long it wants to be left alone; zero if it does not say
 */
public record Answer(String server, int status, Duration retryAfter) {
  private static final int FIRST_ERROR = 400;

  /**
   * Returns whether the caller has what it wanted.
   *
   * @return whether the status is below 400
   */
  public boolean isSuccess() {
    return status < FIRST_ERROR;
  }
}
