package dev.steelyard.examples.chaos;

import java.util.concurrent.CompletableFuture;

/** A way to call the service: the one thing that differs between the runs that are compared. */
interface Client extends AutoCloseable {
  /**
   * What the caller gets.
   *
   * @param status the status of the answer
   * @param body the body, complete
   */
  record Answer(int status, String body) {}

  /** Sends one request, a GET or a POST without a body, to {@code /work/ID}. */
  CompletableFuture<Answer> send(String id, boolean post);

  /** How many attempts were made at each instance so far, in the order of the target. */
  long[] attempts();

  /** How many requests the client itself believes to be under way. */
  int inFlight();

  /** Ends it and its threads. */
  @Override
  void close();
}
