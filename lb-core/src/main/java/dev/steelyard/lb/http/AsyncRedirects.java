package dev.steelyard.lb.http;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows a chain of redirects whose answers come later; cancelling it cancels the hop under way.
 */
final class AsyncRedirects<T> {
  private final Function<Hop<T>, CompletableFuture<HttpResponse<T>>> sender;
  private final @Nullable PushPromiseHandler<T> pushes;
  private final ExchangeFuture<HttpResponse<T>> result = new ExchangeFuture<>();
  private volatile @Nullable CompletableFuture<HttpResponse<T>> current;

  private AsyncRedirects(
      Function<Hop<T>, CompletableFuture<HttpResponse<T>>> sender,
      @Nullable PushPromiseHandler<T> pushes) {
    this.sender = sender;
    this.pushes = pushes;
  }

  static <T> CompletableFuture<HttpResponse<T>> follow(
      RedirectHop<T> first,
      @Nullable PushPromiseHandler<T> pushes,
      Function<Hop<T>, CompletableFuture<HttpResponse<T>>> sender) {
    AsyncRedirects<T> chain = new AsyncRedirects<>(sender, pushes);
    var unused = chain.result.whenComplete((answer, failure) -> chain.cancelCurrent());
    chain.begin(first, null);
    return chain.result;
  }

  private void cancelCurrent() {
    CompletableFuture<HttpResponse<T>> hop = current;
    if (hop != null) {
      hop.cancel(true); // without effect on one that is done
    }
  }

  private void begin(RedirectHop<T> redirect, @Nullable HttpResponse<T> previous) {
    CompletableFuture<HttpResponse<T>> hop = sender.apply(Hop.of(redirect, pushes));
    current = hop;
    if (result.isDone()) {
      cancelCurrent();
    }
    var unused =
        hop.whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else {
                answered(redirect, previous, answer);
              }
            });
  }

  private void answered(
      RedirectHop<T> redirect, @Nullable HttpResponse<T> previous, HttpResponse<T> answer) {
    HttpResponse<T> response = BalancedResponse.after(previous, answer, redirect.request());
    try {
      RedirectHop<T> next = redirect.next();
      if (next != null && !result.isDone()) {
        begin(next, response);
      } else if (!result.complete(response) && response instanceof BalancedResponse<T> balanced) {
        balanced.abandon();
      }
    } catch (IOException | RuntimeException | Error e) {
      result.completeExceptionally(new CompletionException(e));
    }
  }
}
