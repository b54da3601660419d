package dev.steelyard.lb.sticky;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which endpoint each session is bound to: bounded, expiring, on the client's side alone,
 * without a cookie of its own. Where the strategy sends the first request of a session that
 * succeeds, there the later ones go while that incarnation of the instance {@link
 * Endpoint#servesBoundSessions() serves bound sessions}, whatever happens to the others. When it no
 * longer does, the next success elsewhere binds the session anew: one move per loss.
 *
 * <p>All operations are O(1); losing an instance costs nothing, as bindings to it are replaced when
 * their session is next used. A session takes about 120 bytes above its key. Thread-safe; no thread
 * of its own: what has expired is removed by the callers, bit by bit while there are requests, so
 * the first one after a long silence may have the whole table to clear.
 *
 * <p><b>Not for</b> routing by key: a table forgets, at its bound, at its expiry, and with the
 * process, and two clients do not agree. Where any client has to find the place of a key, use a
 * strategy that hashes. When the table is full, which session goes is Caffeine's choice (W-TinyLFU:
 * one that is rarely used, so that a flood of invented sessions does not drive out the real ones).
 *
 * <p>The methods from {@link #attach} to {@link #bind} are for the balancer, the others for people.
 * Session keys are secrets: no message, log or text of this class contains one.
 */
public final class StickySessionTable {
  /*
   * A binding is one entry of a Caffeine cache, session -> endpoint. The endpoint object stands for one
   * incarnation of an instance in one balancer, so a re-registered id is another endpoint, and identity is all
   * there is to compare; it must not redefine equals. The idle expiry is the cache's expiry after access. The
   * absolute one is its expiry after write: a binding is written once, when it is made. So a lookup reads the
   * clock once, and finds the endpoint without an object in between.
   *
   * A binding changes by putIfAbsent (there is none, or its life is over) or by replace(session, lost, new),
   * each atomic under the lock of the entry; whoever loses has nothing more to do: the winner's choice is in the
   * table for all to read. Between the look at the lost endpoint and the replace, that endpoint may have come
   * back; the session then moves as it would have if the request had been a moment earlier.
   *
   * The removal listener, not the eviction listener: it is told of every value that leaves, whether by expiry,
   * eviction, replacement or unbind, once. It runs on the thread that did it, after the entry is gone (executor
   * = Runnable::run; without it Caffeine would use the common pool). SessionCounts is raised before a binding is
   * made and lowered by the listener, or at once if it was not made after all.
   */

  /** How many sessions are remembered at most, unless set otherwise: {@value}. */
  public static final long DEFAULT_MAXIMUM_SIZE = 100_000;

  /** After how many minutes an unused session is forgotten, unless set otherwise: {@value}. */
  public static final int DEFAULT_IDLE_EXPIRY_MINUTES = 30;

  /** How many hours a binding lasts at most, unless set otherwise: {@value}. */
  public static final int DEFAULT_MAX_LIFETIME_HOURS = 12;

  /** How long a session key may be in chars, unless set otherwise: {@value}. */
  public static final int DEFAULT_MAX_KEY_LENGTH = 256;

  /** How many sessions an endpoint may have whatever {@link Builder#maxShare} says: {@value}. */
  public static final int SESSIONS_BELOW_SHARE = 10;

  private final Cache<String, Endpoint> bindings;
  private final SessionCounts counts = new SessionCounts();
  private final AtomicBoolean attached = new AtomicBoolean();
  private final Function<RequestContext, @Nullable String> sessionKey;
  private final int maxKeyLength;
  private final double maxShare;
  private final boolean strict;
  private final String description;

  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder rebinds = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder capped = new LongAdder();

  private StickySessionTable(Builder builder) {
    this.sessionKey = builder.sessionKey;
    this.maxKeyLength = builder.maxKeyLength;
    this.maxShare = builder.maxShare;
    this.strict = builder.strict;
    this.description = builder.toString();
    this.bindings =
        Caffeine.newBuilder()
            .maximumSize(builder.maximumSize)
            .expireAfterAccess(builder.idleNanos, TimeUnit.NANOSECONDS)
            .expireAfterWrite(builder.lifetimeNanos, TimeUnit.NANOSECONDS)
            .ticker(builder.ticker::nanos)
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
  }

  /**
   * Returns a builder with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Makes a balancer the owner of the table: endpoints are of one balancer.
   *
   * @param balancer the name of the balancer, for the message
   * @throws IllegalStateException if the table has an owner
   */
  public void attach(String balancer) {
    requireNonNull(balancer, "balancer");
    if (!attached.compareAndSet(false, true)) {
      throw new IllegalStateException(
          balancer + ": the StickySessionTable belongs to a balancer (expected: one of its own)");
    }
  }

  /**
   * Returns the session that a request belongs to. To be called before an instance is chosen: what
   * is thrown here fails the request.
   *
   * @param request what the request brings
   * @return the key of the session, or null if it belongs to none
   * @throws IllegalArgumentException if the key is longer than {@link Builder#maxKeyLength}
   */
  public @Nullable String sessionOf(RequestContext request) {
    String session = sessionKey.apply(request);
    if (session == null || session.isBlank()) {
      return null;
    }
    checkLength(session);
    return session;
  }

  /** Too long is refused and not cut: two sessions must never become one. */
  private void checkLength(String session) {
    if (session.length() > maxKeyLength) {
      check(false, "session key", session.length() + " chars", "at most " + maxKeyLength);
    }
  }

  /**
   * Returns the endpoint that a request of a session has to go to. Allocates nothing. Counts as use
   * of the session, however the request ends.
   *
   * @param session from {@link #sessionOf}
   * @return the endpoint it is bound to, while that serves: a hit. Else null, a miss: the strategy
   *     is to choose. But from a {@link #isStrict() strict} table, if the session is bound and its
   *     endpoint does not serve, that endpoint, a refusal: the request is to fail
   */
  public @Nullable Endpoint lookup(String session) {
    Endpoint bound = bindings.getIfPresent(session);
    if (bound != null && bound.servesBoundSessions()) {
      hits.increment();
      return bound;
    }
    return notServed(bound);
  }

  private @Nullable Endpoint notServed(@Nullable Endpoint bound) {
    if (bound != null && strict) {
      refusals.increment();
      return bound;
    }
    misses.increment();
    return null;
  }

  /**
   * Notes that a request of a session succeeded. Binds the session to the endpoint if it is bound
   * to none, or to one that no longer serves bound sessions; otherwise the binding stays, as the
   * request may have been a retry. To be called on success only, so that a failure never makes or
   * moves a binding; and, unless {@link #lookup} gave this endpoint, only if the endpoint is still
   * given new requests, so that a new session is not bound to one that is draining.
   *
   * <p>Among threads that bind a session at once, one wins, and the binding is what it chose.
   *
   * @param session from {@link #sessionOf}
   * @param endpoint where the request succeeded
   */
  public void bind(String session, Endpoint endpoint) {
    requireNonNull(endpoint, "endpoint");
    Endpoint bound = bindings.getIfPresent(session);
    if (bound == endpoint || (bound != null && (strict || bound.servesBoundSessions()))) {
      return;
    }
    checkLength(session);
    if (!endpoint.servesBoundSessions()) {
      return; // lost while it answered
    }
    if (!counts.tryAdd(endpoint, most(bound == null ? 1 : 0))) {
      capped.increment();
      return;
    }
    if (bound == null) {
      if (bindings.asMap().putIfAbsent(session, endpoint) != null) {
        counts.remove(endpoint);
      }
    } else if (bindings.asMap().replace(session, bound, endpoint)) {
      rebinds.increment();
    } else {
      counts.remove(endpoint);
    }
  }

  /** How many sessions one endpoint may have when there are some more than now. */
  private long most(int more) {
    if (maxShare == 1) {
      return Integer.MAX_VALUE;
    }
    // Less a little, since 0.1 * 30 is above 3.
    double share = Math.ceil(maxShare * (double) (bindings.estimatedSize() + more) - 1e-6);
    return Math.max((long) share, SESSIONS_BELOW_SHARE);
  }

  private void removed(
      @Nullable String session, @Nullable Endpoint endpoint, RemovalCause removalCause) {
    if (endpoint != null) {
      counts.remove(endpoint);
    }
    if (removalCause == RemovalCause.SIZE) {
      evictions.increment();
    }
  }

  /**
   * Forgets a session: what a logout should do, and what lets go of a session that a strict table
   * refuses. Its next request is balanced as any other.
   *
   * @param session the key of the session; an unknown one does no harm
   */
  public void unbind(String session) {
    bindings.invalidate(session);
  }

  /**
   * Returns where a session is bound to, serving or not. For people: it neither counts nor is a use
   * of the session.
   *
   * @param session the key of the session
   * @return the instance, or null if the session is not bound
   */
  public @Nullable Instance boundTo(String session) {
    Endpoint bound = bindings.policy().getIfPresentQuietly(session);
    return bound == null ? null : bound.instance();
  }

  /**
   * Returns how many sessions are bound to an endpoint, among them those that have expired and are
   * not removed yet.
   *
   * @param endpoint an endpoint of the balancer
   * @return at least 0
   */
  public int sessions(Endpoint endpoint) {
    return counts.of(endpoint);
  }

  /**
   * Returns whether a session whose endpoint does not serve is refused.
   *
   * @return {@link Builder#strict}
   */
  public boolean isStrict() {
    return strict;
  }

  /**
   * Returns how many sessions are bound, among them those that have expired and are not removed
   * yet.
   *
   * @return an estimate while other threads bind; never lastingly above the maximum size
   */
  public long size() {
    return bindings.estimatedSize();
  }

  /**
   * Returns how many lookups found an endpoint that serves.
   *
   * @return the count since creation
   */
  public long hits() {
    return hits.sum();
  }

  /**
   * Returns how many lookups found nothing: no binding, an expired one, or one to an endpoint that
   * does not serve.
   *
   * @return the count since creation
   */
  public long misses() {
    return misses.sum();
  }

  /**
   * Returns how many lookups of a strict table found an endpoint that does not serve.
   *
   * @return the count since creation
   */
  public long refusals() {
    return refusals.sum();
  }

  /**
   * Returns how many sessions have moved because their endpoint no longer served.
   *
   * @return the count since creation
   */
  public long rebinds() {
    return rebinds.sum();
  }

  /**
   * Returns how many sessions were dropped because the table was full: if it grows steadily, the
   * table is too small. Expired ones are not counted.
   *
   * @return the count since creation
   */
  public long evictions() {
    return evictions.sum();
  }

  /**
   * Returns how many times a session was not bound because its endpoint had its share already.
   *
   * @return the count since creation
   */
  public long capped() {
    return capped.sum();
  }

  /** Removes what has expired, and what is too much; then all counts are exact. */
  void cleanUp() {
    bindings.cleanUp();
  }

  /** How many endpoints have sessions. */
  int endpoints() {
    return counts.endpoints();
  }

  @Override
  public String toString() {
    return "StickySessionTable" + description;
  }

  /** Collects the settings of a table; not thread-safe. */
  public static final class Builder {
    private long maximumSize = DEFAULT_MAXIMUM_SIZE;
    private long idleNanos = Duration.ofMinutes(DEFAULT_IDLE_EXPIRY_MINUTES).toNanos();
    private long lifetimeNanos = Duration.ofHours(DEFAULT_MAX_LIFETIME_HOURS).toNanos();
    private boolean strict;
    private double maxShare = 1;
    private int maxKeyLength = DEFAULT_MAX_KEY_LENGTH;
    private Function<RequestContext, @Nullable String> sessionKey = RequestContext::key;
    private Ticker ticker = Ticker.system();

    private Builder() {}

    /**
     * Sets how many sessions are remembered at most. Default: {@value #DEFAULT_MAXIMUM_SIZE}.
     *
     * @param sessions 1 to 1 000 000 000
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder maximumSize(long sessions) {
      check(sessions >= 1 && sessions <= 1_000_000_000, "maximumSize", sessions, "1..1000000000");
      this.maximumSize = sessions;
      return this;
    }

    /**
     * Sets after how long without a request a session is forgotten. Default: {@value
     * #DEFAULT_IDLE_EXPIRY_MINUTES} min.
     *
     * @param idle positive
     * @return this builder
     * @throws IllegalArgumentException if not positive
     */
    public Builder idleExpiry(Duration idle) {
      this.idleNanos = positiveNanos(idle, "idleExpiry");
      return this;
    }

    /**
     * Sets how long a binding lasts at most, however much it is used; then the strategy chooses
     * anew. Default: {@value #DEFAULT_MAX_LIFETIME_HOURS} h.
     *
     * @param lifetime positive
     * @return this builder
     * @throws IllegalArgumentException if not positive
     */
    public Builder maxLifetime(Duration lifetime) {
      this.lifetimeNanos = positiveNanos(lifetime, "maxLifetime");
      return this;
    }

    /**
     * Sets whether a request fails, rather than go elsewhere, when its session is bound to an
     * endpoint that does not serve. It fails until the endpoint serves again, the session is {@link
     * #unbind unbound}, or the binding has expired; an instance that is gone for good does not end
     * it. Default: false.
     *
     * @param refuse true to refuse
     * @return this builder
     */
    public Builder strict(boolean refuse) {
      this.strict = refuse;
      return this;
    }

    /**
     * Bounds the share of all bound sessions that one endpoint may have, so that stickiness cannot
     * overload it. A session above it is served as the strategy decides, unbound, until there is
     * room. {@value #SESSIONS_BELOW_SHARE} sessions are allowed in any case. Default: 1, no bound.
     *
     * @param share above 0, at most 1; below one part in as many as there are endpoints, not all
     *     sessions find a place
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder maxShare(double share) {
      check(share > 0 && share <= 1, "maxShare", share, "above 0, at most 1");
      this.maxShare = share;
      return this;
    }

    /**
     * Sets how long a session key may be. A longer one is refused with an {@link
     * IllegalArgumentException}, never cut. Default: {@value #DEFAULT_MAX_KEY_LENGTH}.
     *
     * @param chars 1 to 65 536
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder maxKeyLength(int chars) {
      check(chars >= 1 && chars <= 65_536, "maxKeyLength", chars, "1..65536");
      this.maxKeyLength = chars;
      return this;
    }

    /**
     * Sets what tells the session of a request; null and blank are no session. Default: {@link
     * RequestContext#key}.
     *
     * @param key fast and thread-safe; what it throws fails the request
     * @return this builder
     */
    public Builder sessionKey(Function<RequestContext, @Nullable String> key) {
      this.sessionKey = requireNonNull(key, "sessionKey");
      return this;
    }

    /**
     * Sets the clock. Default: {@link Ticker#system()}.
     *
     * @param clock a monotonic clock
     * @return this builder
     */
    public Builder ticker(Ticker clock) {
      this.ticker = requireNonNull(clock, "ticker");
      return this;
    }

    /**
     * Makes the table.
     *
     * @return a new, empty table
     */
    public StickySessionTable build() {
      return new StickySessionTable(this);
    }

    @Override
    public String toString() {
      return "[maximumSize="
          + maximumSize
          + ", idleExpiry="
          + Duration.ofNanos(idleNanos)
          + ", maxLifetime="
          + Duration.ofNanos(lifetimeNanos)
          + (strict ? ", strict" : "")
          + (maxShare < 1 ? ", maxShare=" + maxShare : "")
          + ", maxKeyLength="
          + maxKeyLength
          + "]";
    }
  }
}
