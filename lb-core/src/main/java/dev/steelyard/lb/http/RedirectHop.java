package dev.steelyard.lb.http;

import dev.steelyard.lb.registry.Instance;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the answer to one request of a chain: if it redirects, its body is thrown away and
 * {@link #next} is the request to send; else the body is the caller's. The rules are those of the
 * JDK's client (RedirectFilter, HttpRequestImpl.newInstanceForRedirection).
 */
final class RedirectHop<T> implements BodyHandler<T> {
  private static final int MAX_RESPONSES =
      Integer.getInteger("jdk.httpclient.redirects.retrylimit", 5);
  private static final int LONGEST_IGNORED_BODY = 1024;
  private static final Set<String> NOT_TO_OTHER_ORIGINS =
      Set.of("authorization", "cookie", "origin", "referer", "host");

  private final HttpClient.Redirect policy;
  private final HttpRequest request;
  private final BodyHandler<T> handler;
  private final int followed;
  private volatile @Nullable Instance instance;
  private volatile @Nullable HttpRequest next;
  private volatile @Nullable IOException invalid;

  RedirectHop(
      HttpClient.Redirect policy, HttpRequest request, BodyHandler<T> handler, int followed) {
    this.policy = policy;
    this.request = request;
    this.handler = handler;
    this.followed = followed;
  }

  HttpRequest request() {
    return request;
  }

  void answeredBy(Instance source) {
    this.instance = source;
  }

  /** The request that the answer redirects to, or null if the answer is for the caller. */
  @Nullable RedirectHop<T> next() throws IOException {
    if (invalid != null) {
      throw invalid;
    }
    return next == null ? null : new RedirectHop<>(policy, next, handler, followed + 1);
  }

  @Override
  public BodySubscriber<T> apply(ResponseInfo info) {
    next = null; // an earlier attempt may have been redirected, and then failed
    invalid = null;
    if (!isRedirect(info.statusCode())) {
      return handler.apply(info);
    }
    try {
      next = follow(info);
    } catch (IOException e) {
      invalid = e;
    }
    return next == null && invalid == null ? handler.apply(info) : ignore(info);
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private @Nullable HttpRequest follow(ResponseInfo info) throws IOException {
    URI target = target(info.headers());
    if (!isAllowed(target) || followed + 1 >= MAX_RESPONSES) {
      return null;
    }
    int status = info.statusCode();
    boolean toGet =
        status == 303 || (request.method().equals("POST") && (status == 301 || status == 302));
    DerivedRequest redirected = new DerivedRequest(request, target);
    if (toGet) {
      redirected.withMethod("GET");
    }
    if (status == 303 || (toGet && !request.method().equals("GET"))) {
      redirected.withBody(Optional.empty());
    }
    if (!isSameOrigin(target)) {
      redirected.withHeaders(
          HttpHeaders.of(
              request.headers().map(),
              (name, value) -> !NOT_TO_OTHER_ORIGINS.contains(name.toLowerCase(Locale.ROOT))));
    }
    return redirected;
  }

  /**
   * Where to: a Location is relative to where the request was sent, so an instance that speaks of
   * itself, by its address or by a path, means the service.
   */
  private URI target(HttpHeaders headers) throws IOException {
    String location =
        headers.firstValue("Location").orElseThrow(() -> new IOException("Invalid redirection"));
    try {
      Instance answering = instance;
      if (answering == null) {
        return request.uri().resolve(location);
      }
      URI sentTo = InstanceUri.of(request.uri(), answering.uri(), answering.uri().getScheme());
      URI target = sentTo.resolve(location);
      URI atService = InstanceUri.toService(target, answering, request.uri());
      return atService == null ? target : atService;
    } catch (IllegalArgumentException malformed) {
      throw new IOException("Invalid redirection", malformed);
    }
  }

  private boolean isAllowed(URI target) {
    String scheme = target.getScheme();
    return switch (policy) {
      case NEVER -> false;
      case ALWAYS -> true;
      case NORMAL ->
          scheme.equalsIgnoreCase(request.uri().getScheme()) || scheme.equalsIgnoreCase("https");
    };
  }

  private boolean isSameOrigin(URI target) {
    URI source = request.uri();
    return target.getScheme().equalsIgnoreCase(source.getScheme())
        && source.getRawAuthority().equals(target.getRawAuthority());
  }

  /** As the JDK's client: a short body is read, so that the connection lives; else it is closed. */
  private BodySubscriber<T> ignore(ResponseInfo info) {
    long length = info.headers().firstValueAsLong("Content-Length").orElse(-1);
    return length >= 0 && length <= LONGEST_IGNORED_BODY
        ? nothing(BodySubscribers.discarding())
        : new Refusing<>();
  }

  /** The body is null, which is of every type. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> BodySubscriber<T> nothing(BodySubscriber<Void> discarding) {
    return (BodySubscriber<T>) (BodySubscriber<?>) discarding;
  }

  private static final class Refusing<T> implements BodySubscriber<T> {
    @SuppressWarnings("NullAway") // the body of a response that nobody sees but as a previous one
    private final CompletableFuture<T> body = CompletableFuture.completedFuture(null);

    @Override
    public CompletionStage<T> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> item) {}

    @Override
    public void onError(Throwable throwable) {}

    @Override
    public void onComplete() {}
  }
}
