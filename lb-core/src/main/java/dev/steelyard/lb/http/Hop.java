package dev.steelyard.lb.http;

import dev.steelyard.lb.registry.Instance;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import org.jspecify.annotations.Nullable;

/**
 * One request of a chain of redirects; mostly the only one.
 *
 * @param request the request
 * @param handler what reads the body of the answer
 * @param pushes what takes pushed responses, or null
 * @param redirect what looks out for a redirect, or null
 */
record Hop<T>(
    HttpRequest request,
    BodyHandler<T> handler,
    @Nullable PushPromiseHandler<T> pushes,
    @Nullable RedirectHop<T> redirect) {

  static <T> Hop<T> only(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
    return new Hop<>(request, handler, pushes, null);
  }

  static <T> Hop<T> of(RedirectHop<T> redirect, @Nullable PushPromiseHandler<T> pushes) {
    return new Hop<>(redirect.request(), redirect, pushes, redirect);
  }

  /** An instance gives the answer that the handler is about to be asked about. */
  void answeredBy(Instance instance) {
    if (redirect != null) {
      redirect.answeredBy(instance);
    }
  }
}
