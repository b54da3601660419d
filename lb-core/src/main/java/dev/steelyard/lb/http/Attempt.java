package dev.steelyard.lb.http;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.LoadReport;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a request to a service, and its lease, which ends when the body does.
 *
 * <p>Whether its answer is wanted is decided when the answer begins: if another attempt is certain
 * to follow, or has won, the body is thrown away, and the caller's handler never hears of it. So a
 * handler is asked once for each answer that is the caller's, and two attempts never write into the
 * same file or subscriber.
 *
 * <p>Who ends it: until the client has returned the response, a failure is the client's to report,
 * because only the way it fails tells a broken connection from an interrupt or a cancellation; so
 * an error of the body is kept until then. Once the response is handed over, nobody but the body
 * can. A body that comes to its end, or that the caller turns away from, ends the lease at once.
 */
final class Attempt<T> implements BodyHandler<T> {
  private static final VarHandle BODY_FAILURE;

  static {
    try {
      BODY_FAILURE =
          MethodHandles.lookup().findVarHandle(Attempt.class, "bodyFailure", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** In place of a failure: the response is handed over. */
  private static final Object HANDED_OVER = new Object();

  // The bodies of these are there when all of the body has come, so that there is nothing to watch:
  // the response comes after the body. A subclass might behave otherwise, hence the classes
  // exactly.
  private static final Set<Class<?>> WHOLE =
      Set.of(BodySubscribers.ofByteArray().getClass(), BodySubscribers.discarding().getClass());

  // These pass on what has come before the rest does not: to a file or to a subscriber of the
  // user's, neither of which can be told to forget it.
  private static final Set<Class<?>> PASSING_ON =
      Set.of(
          BodySubscribers.ofFile(Path.of("body")).getClass(),
          BodySubscribers.ofByteArrayConsumer(part -> {}).getClass(),
          BodySubscribers.fromSubscriber(new Nobody<List<ByteBuffer>>()).getClass(),
          BodySubscribers.fromLineSubscriber(new Nobody<String>()).getClass());

  private final Attempts attempts;
  private final Lease lease;
  private final HttpRequest request;
  private final Hop<T> hop;
  // Both are let go when the answer begins: a pooled connection of the JDK's remembers its last
  // handler, and before JDK 21 a client ends its thread only when nothing refers to it any more.
  private @Nullable HttpClient client;
  private @Nullable Predicate<Outcome> wanted;
  // IGNORED if the client returns a response without ever asking for a body.
  private volatile Outcome verdict = Outcome.IGNORED;
  private volatile boolean unwanted;
  private volatile boolean watched;
  private volatile boolean passedOn;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean endedByBody;
  private volatile @Nullable Object bodyFailure;

  /**
   * Makes an attempt.
   *
   * @param wanted says by its outcome whether an answer that has begun is the answer of the call;
   *     if it is not, the lease has been ended
   */
  Attempt(
      Attempts attempts,
      Lease lease,
      HttpClient client,
      HttpRequest request,
      Hop<T> hop,
      Predicate<Outcome> wanted) {
    this.attempts = attempts;
    this.lease = lease;
    this.client = client;
    this.request = request;
    this.hop = hop;
    this.wanted = wanted;
  }

  Lease lease() {
    return lease;
  }

  /** The client to send it with; to be asked before it is sent. */
  HttpClient client() {
    return requireNonNull(client, "client");
  }

  HttpRequest request() {
    return request;
  }

  @Override
  public BodySubscriber<T> apply(ResponseInfo answer) {
    Outcome outcome = attempts.classify(answer, null);
    verdict = outcome;
    answer
        .headers()
        .firstValue(LoadReport.HEADER)
        .ifPresent(header -> attempts.report(lease, header));
    if (outcome == Outcome.OVERLOADED) {
      attempts.overloaded(lease, RetryAfter.of(answer.headers()));
    }
    Predicate<Outcome> asked = requireNonNull(wanted, "the handler is asked twice");
    wanted = null;
    client = null;
    if (!asked.test(outcome)) {
      unwanted = true;
      return new IgnoredBody<>();
    }
    if (outcome == Outcome.SUCCESS) {
      lease.answered();
    }
    hop.answeredBy(lease.instance());
    BodySubscriber<T> subscriber;
    try {
      subscriber = requireNonNull(hop.handler().apply(answer), "BodyHandler.apply returned null");
    } catch (Throwable fault) {
      bodyLeft();
      throw fault;
    }
    if (WHOLE.contains(subscriber.getClass())) {
      return subscriber;
    }
    passedOn = PASSING_ON.contains(subscriber.getClass());
    watched = true;
    return new LeasedBody<>(this, subscriber);
  }

  /** Whether the answer has been thrown away, because another attempt is the call's. */
  boolean isUnwanted() {
    return unwanted;
  }

  /** Whether part of the answer is where it cannot be taken back from. */
  boolean isPassedOn() {
    return passedOn;
  }

  /** The client has returned the response. */
  void handOver() {
    if (!watched) {
      end(verdict);
    } else if (!BODY_FAILURE.compareAndSet(this, null, HANDED_OVER)
        && bodyFailure instanceof Throwable failure) {
      end(attempts.classify(null, failure));
    }
  }

  /** The body has begun. */
  void bodyBegins(Flow.Subscription source) {
    subscription = source;
    if (lease.isEnded()) {
      source.cancel(); // given up before
    }
  }

  /** All of the body has come. */
  void bodyEnded() {
    endedByBody = true;
    end(verdict);
  }

  /**
   * The caller does not want the body, or not the rest of it. What the status says against the
   * instance holds; how long it would have taken is not known.
   */
  void bodyLeft() {
    endedByBody = true;
    end(verdict.isFailure() ? verdict : Outcome.CANCELLED);
  }

  /** The rest of the body does not come. */
  void bodyFailed(Throwable failure) {
    if (!BODY_FAILURE.compareAndSet(this, null, failure) && bodyFailure == HANDED_OVER) {
      end(attempts.classify(null, failure));
    }
  }

  /** Whether the body was all there, or not wanted: then a failure is none of the instance. */
  boolean isEndedByBody() {
    return endedByBody;
  }

  /** The caller has given up. */
  void abandon() {
    lease.close();
    Flow.Subscription source = subscription;
    if (source != null) {
      source.cancel();
    }
  }

  void end(Outcome outcome) {
    lease.complete(outcome);
  }

  private static final class Nobody<E> implements Flow.Subscriber<E> {
    @Override
    public void onSubscribe(Flow.Subscription source) {}

    @Override
    public void onNext(E item) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
